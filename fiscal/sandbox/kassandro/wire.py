"""The JSON of the interface. Every field name is assumed (Kassandro page, section 3)."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from fiscal.sandbox.kassandro import articles, rksv
from fiscal.sandbox.kassandro.book import COLLECTIVE, NULL, Receipt, net_of
from fiscal.sandbox.kassandro.methods import Method, methods
from fiscal.sandbox.kassandro.records import Register
from fiscal.sandbox.kassandro.rksv_device import device
from fiscal.sandbox.kassandro.rules import KassandroRules
from fiscal.sandbox.kassandro.shelf import Entry
from fiscal.sandbox.kassandro.trade import in_gap
from fiscal.sandbox.web import Reply

Style = tuple[str, bool]  # how times are written, and whether amounts are strings


def receipts(found: Iterable[tuple[Entry, Register]], rules: KassandroRules, *, with_items: bool) -> list[str]:
    """Receipts as JSON texts."""
    style = (rules.times, rules.amounts == "string")
    return [receipt(entry, register, style, with_items=with_items) for entry, register in found]


def receipt(entry: Entry, register: Register, style: Style, *, with_items: bool) -> str:
    """One receipt as JSON text. Written by hand: a page has a thousand of them."""
    money = quoted if style[1] else plain
    body, names = entry.receipt, methods(register.id, register.trade.seed)
    paid = ",".join([_payment(names[slot], money(cents)) for slot, cents in body.payments])
    lines = f',"items":[{_items(body, style[1])}]' if with_items else ""
    return (
        f'{{"receiptNumber":{entry.number},"cashRegisterId":{register.id},"date":"{_time(entry, style[0])}",'
        f'"type":"{kind_of(body)}","total":{money(body.total)},"taxes":[{_taxes(body, style[1])}],'
        f'"payments":[{paid}]{lines},"user":{_text(body.user)},'
        f'"signature":{_signature(entry, register)}}}'
    )


def kind_of(body: Receipt) -> str:
    """The kind as the interface names it: a collective receipt is a null receipt there."""
    return NULL if body.kind == COLLECTIVE else body.kind


def register(found: Register, today: Any) -> dict[str, Any]:
    """A cash register."""
    closed = found.trade.closed_on is not None and today > found.trade.closed_on
    return {
        "id": found.id,
        "name": found.name,
        "serial": found.serial,
        "active": not closed and not in_gap(found.trade, today),
    }


def article_groups(registers: Iterable[Register], today: Any) -> list[dict[str, Any]]:
    """Article groups, each with its articles; what several registers sell stands there once."""
    sold: dict[int, tuple[articles.Article, int]] = {}
    for found in registers:
        trade = found.trade
        goods = [*articles.articles(trade.profile, trade.articles), *articles.special(trade.profile).values()]
        for article in goods:
            sold.setdefault(article.id, (article, articles.rate_of(article.tax, today, trade.region)))
    grouped = articles.groups(article for article, _ in sold.values())
    return [
        {"id": number, "name": name, "articles": [_article(article, sold[article.id][1]) for article in members]}
        for number, (name, members) in enumerate(grouped.items(), 1)
    ]


def payment_methods(registers: Iterable[Register], rules: KassandroRules) -> list[dict[str, Any]]:
    """Payment methods of each register."""
    found = [method for each in registers for method in methods(each.id, each.trade.seed)]
    return [{**method._asdict(), "type": method.type if rules.method_types == "given" else ""} for method in found]


def enveloped(texts: Iterable[str], rules: KassandroRules, *, receipts: bool = False) -> Reply:
    """A list of JSON texts in the envelope that is switched on."""
    joined, name = ",".join(texts), rules.envelope
    if name == "bare" or (name == "receipts" and not receipts):
        return Reply(body=f"[{joined}]".encode())
    return Reply(body=f'{{"{name}":[{joined}]}}'.encode())


def dumped(value: Any) -> str:
    """A value as JSON text."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def plain(cents: int) -> str:
    """Cents as a JSON number with two digits."""
    if cents >= 0:
        return f"{cents // 100}.{cents % 100:02d}"
    return f"-{-cents // 100}.{-cents % 100:02d}"


def quoted(cents: int) -> str:
    """Cents as a JSON string with two digits."""
    return f'"{plain(cents)}"'


def rate(tenths: int) -> str:
    """A rate of VAT as a JSON number: 20, 4.9."""
    return f"{tenths // 10}.{tenths % 10}" if tenths % 10 else str(tenths // 10)


def _article(article: articles.Article, tenths: int) -> dict[str, Any]:
    price = article.price / 100 if article.price % 100 else article.price // 100
    return {
        "id": article.id,
        "number": article.number,
        "name": article.name,
        "price": price,
        "taxRate": tenths / 10 if tenths % 10 else tenths // 10,
    }


@lru_cache(maxsize=256)
def _text(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _payment(method: Method, amount: str) -> str:
    return f'{{"methodId":{method.id},"name":"{method.name}","amount":{amount}}}'


def _items(body: Receipt, strings: bool) -> str:
    money = quoted if strings else plain
    return ",".join(
        [
            f'{line.article.head},"quantity":{_quantity(line.quantity)},"unitPrice":{money(line.price)},'
            f'"taxRate":{rate(line.rate)},"total":{money(line.total)}}}'
            for line in body.lines
        ]
    )


def _taxes(body: Receipt, strings: bool) -> str:
    money, parts = quoted if strings else plain, []
    for tenths, gross in body.gross_by_rate().items():
        net = net_of(gross, tenths)
        parts.append(f'{{"rate":{rate(tenths)},"gross":{money(gross)},"net":{money(net)},"tax":{money(gross - net)}}}')
    return ",".join(parts)


def _quantity(thousandths: int) -> str:
    if thousandths % 1000 == 0:
        return str(thousandths // 1000)
    sign = "-" if thousandths < 0 else ""
    return f"{sign}{abs(thousandths) // 1000}.{abs(thousandths) % 1000:03d}"


def _time(entry: Entry, times: str) -> str:
    if times == "utc":
        return datetime.fromtimestamp(entry.moment, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    text = entry.day.local(entry.receipt.at)
    return text if times == "naive" else text + entry.day.zone(entry.receipt.at)


def _signature(entry: Entry, register: Register) -> str:
    if entry.jws is None:
        return "null"
    damaged = "true" if entry.receipt.failed else "false"
    return (
        f'{{"qr":"{rksv.qr(entry.jws)}","jws":"{entry.jws}","certSerial":"{device(register.serial).serial}",'
        f'"signatureDeviceDamaged":{damaged}}}'
    )
