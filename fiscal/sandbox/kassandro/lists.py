"""The readings: registers, articles, payment methods, receipts, one receipt, and their number."""

from __future__ import annotations

import math

from fiscal.sandbox.kassandro import wire
from fiscal.sandbox.kassandro.days import day_at, moment_of
from fiscal.sandbox.kassandro.edits import find
from fiscal.sandbox.kassandro.records import Register
from fiscal.sandbox.kassandro.selection import Found, Window
from fiscal.sandbox.kassandro.tokens import Bearer
from fiscal.sandbox.rooms import Call
from fiscal.sandbox.web import Refusal, Reply

DEFAULT_LIMIT = 1000
WORDS = {"true": True, "1": True, "false": False, "0": False}


def registers(call: Call, who: Bearer) -> Reply:
    """All cash registers of the account."""
    shown = list(who.registers)
    if call.rules.lapsed == "inactive":
        shown = sorted([*shown, *who.lapsed], key=lambda register: register.id)
    today = day_at(call.now)
    return wire.enveloped([wire.dumped(wire.register(each, today)) for each in shown], call.rules)


def articles(call: Call, who: Bearer) -> Reply:
    """Article groups with their articles."""
    groups = wire.article_groups(who.registers, day_at(call.now))
    return wire.enveloped([wire.dumped(group) for group in groups], call.rules)


def payment_methods(call: Call, who: Bearer) -> Reply:
    """Payment methods."""
    found = wire.payment_methods(who.registers, call.rules)
    return wire.enveloped([wire.dumped(method) for method in found], call.rules)


def receipts(call: Call, who: Bearer) -> Reply:
    """One page of the receipts of a window."""
    window = _window(call, who)
    limit = _number(call, "limit", DEFAULT_LIMIT)
    if limit > call.rules.highest_limit:
        if call.rules.over_limit == "refuse":
            raise Refusal(400, f"limit is at most {call.rules.highest_limit}. (assumed)")
        limit = call.rules.highest_limit
    offset = _number(call, "offset", 0) if call.rules.offset == "honoured" else 0
    with_items = _truth(call, "withItems", default=True)
    found = window.page(call.rules.sort, offset, limit + call.rules.overfull) if limit else []
    return wire.enveloped(wire.receipts(found, call.rules, with_items=with_items), call.rules, receipts=True)


def count(call: Call, who: Bearer) -> Reply:
    """How many receipts a window has."""
    number = max(0, _window(call, who).count() + call.rules.count_off)
    shape = call.rules.count_shape
    return Reply(body=(str(number) if shape == "int" else f'{{"{shape}":{number}}}').encode())


def receipt(call: Call, who: Bearer, number: str) -> Reply:
    """One receipt by its number, which several registers of an account may have used."""
    if not number.isascii() or not number.isdigit() or len(number) > 12:
        raise Refusal(404, "There is no such receipt.")
    found = [hit for register in who.registers if (hit := _find(call, register, int(number)))]
    if not found:
        raise Refusal(404, "There is no such receipt.")
    if len(found) > 1 and call.rules.twice == "conflict":
        raise Refusal(409, "Several cash registers have this number. (assumed)")
    return Reply(body=wire.receipts(found[:1], call.rules, with_items=True)[0].encode())


def _find(call: Call, register: Register, number: int) -> Found | None:
    try:
        _, entry = find(call.db, register, number, call.now)
    except KeyError:
        return None
    return (entry, register) if entry.visible_at <= call.now else None


def _window(call: Call, who: Bearer) -> Window:
    start, end = _moment(call, "dateFrom"), _moment(call, "dateTo")
    if start > end:
        raise Refusal(400, "dateFrom lies after dateTo. (assumed)")
    last = math.floor(end) + 1 if call.rules.date_to == "inclusive" else math.ceil(end)
    return Window(call.db, _chosen(call, who), math.ceil(start), last, call.now)


def _chosen(call: Call, who: Bearer) -> tuple[Register, ...]:
    wanted = call.request.params.get("cashRegisterId", "")
    if not wanted:
        return who.registers
    if who.register is not None:
        raise Refusal(400, "A cash-register token has no parameter cashRegisterId. (assumed)")
    if not wanted.isascii() or not wanted.isdigit():
        raise Refusal(400, "cashRegisterId is no whole number. (assumed)")
    chosen = tuple(each for each in who.registers if each.id == int(wanted))
    if not chosen:
        raise Refusal(404, "There is no such cash register. (assumed)")
    return chosen


def _moment(call: Call, name: str) -> float:
    text = call.request.params.get(name, "")
    if not text:
        raise Refusal(400, f"{name} is mandatory.")
    try:
        return moment_of(text)
    except (ValueError, OverflowError):
        raise Refusal(400, f"{name} is no ISO date or time: {text[:40]!r}. (assumed)") from None


def _number(call: Call, name: str, default: int) -> int:
    text = call.request.params.get(name, "")
    if not text:
        return default
    if not text.isascii() or not text.isdigit() or len(text) > 9:
        raise Refusal(400, f"{name} is no whole number. (assumed)")
    return int(text)


def _truth(call: Call, name: str, *, default: bool) -> bool:
    text = call.request.params.get(name, "").lower()
    if not text:
        return default
    if text not in WORDS:
        raise Refusal(400, f"{name} is true or false. (assumed)")
    return WORDS[text]
