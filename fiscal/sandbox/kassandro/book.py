"""The book of a day: every receipt that a register made on it, as a pure function of (trade, day). Amounts are cents.

This is what tests compute the truth from. Nothing here is signed, numbered, stored or written as JSON.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from functools import lru_cache
from operator import attrgetter
from random import Random
from typing import NamedTuple

from fiscal.sandbox.kassandro.articles import STAPLES_FROM, Article, priced, rate_of, special
from fiscal.sandbox.kassandro.days import HOUR, LocalDay, local_day
from fiscal.sandbox.kassandro.trade import CLOSING_WALL, MONTH_WALL, PROFILES, Plan, Trade, plan

STANDARD, STORNO, TRAINING, CASH_OUT, VOUCHER = "standard", "storno", "training", "cash-out", "voucher sale"
START, NULL, MONTH, YEAR, CLOSING, COLLECTIVE = "start", "null", "month", "year", "closing", "collective"
TURNOVER = (STANDARD, STORNO)  # the page on statistics traps, section 1
STAFF = ("Anna Huber", "Mehmet Yıldız", "Josef Gruber", "Lena Müller-Šimić", "Aushilfe 1")
CASH, CARD, SUMUP, VOUCHERS, INVOICE = range(5)  # slots of the payment methods of a register


class Line(NamedTuple):
    """One line: `quantity` in thousandths, `price` and `total` in cents with VAT, `rate` in tenths of a per cent."""

    article: Article
    quantity: int
    price: int
    rate: int
    total: int


class Receipt(NamedTuple):
    """One receipt.

    at:       seconds passed since local midnight
    payments: (slot of the payment method, cents)
    failed:   the signature unit did not work
    """

    at: int
    kind: str
    lines: tuple[Line, ...]
    payments: tuple[tuple[int, int], ...]
    user: str
    failed: bool = False

    @property
    def total(self) -> int:
        """Cents with VAT."""
        return sum(line.total for line in self.lines)

    def gross_by_rate(self) -> dict[int, int]:
        """Cents with VAT by rate (tenths of a per cent), the highest rate first."""
        found: dict[int, int] = {}
        for line in self.lines:
            found[line.rate] = found.get(line.rate, 0) + line.total
        return dict(sorted(found.items(), reverse=True)) if len(found) > 1 else found


def net_of(gross: int, rate: int) -> int:
    """Net cents of a gross amount, rounded half away from zero: a storno is the exact mirror of its sale."""
    whole = 1000 + rate
    net = (2000 * abs(gross) + whole) // (2 * whole)
    return net if gross >= 0 else -net


@lru_cache(maxsize=256)
def book(trade: Trade, day: date) -> tuple[Receipt, ...]:
    """All receipts of a day in the order in which they were made."""
    facts = plan(trade, day)
    if not facts.size:
        return ()
    local = local_day(day)
    rng = Random(facts.seed)
    receipts = _at_the_counter(trade, day, facts, local, rng)
    if facts.failure:
        receipts = _with_failure(receipts, facts.failure)
    # Before all else of the same second: after a failure a signed zero receipt has to come first.
    receipts = [Receipt(local.passed(wall), COLLECTIVE, (), (), "") for wall in facts.resumes] + receipts
    receipts += [_control(trade, local, name) for name in facts.control]
    if facts.resumes or facts.control or facts.nightly:
        receipts.sort(key=attrgetter("at"))
    if trade.failures:
        receipts = [_as_signed(trade, day, local, receipt) for receipt in receipts]
    return tuple(receipts)


def _at_the_counter(trade: Trade, day: date, facts: Plan, local: LocalDay, rng: Random) -> list[Receipt]:
    if not facts.sales:
        return []
    profile, random = PROFILES[trade.profile], rng.random
    opens, span = local.passed(profile.opens), profile.closes - profile.opens - 60
    times = sorted([opens + int(random() * span) for _ in range(facts.sales)])
    if facts.nightly:  # 02:30 twice in autumn, and just around the missing hour in spring
        times = [local.change_at - 1800, local.change_at + 1800, *times]
    make = _maker(trade, day, random)
    receipts: list[Receipt] = []
    latest: Receipt | None = None
    for at in times:
        receipt = make(at, latest)
        receipts.append(receipt)
        if receipt.kind == STANDARD:
            latest = receipt
        elif receipt.kind == STORNO:
            latest = None
    return receipts


def _maker(trade: Trade, day: date, random: Callable[[], float]) -> Callable[[int, Receipt | None], Receipt]:
    """Makes one receipt after the other; `latest` is the sale that could be cancelled."""
    goods = priced(trade.profile, trade.articles, trade.region, day >= STAPLES_FROM)
    rare = special(trade.profile)

    def make(at: int, latest: Receipt | None) -> Receipt:
        chance, user = random(), STAFF[int(random() * 5)]
        if chance < 0.95:
            lines = _goods(goods, random)
            if chance < 0.10:
                lines = _reduced(lines, rare, chance, rate_of("reduced", day, trade.region))
            return Receipt(at, STANDARD, tuple(lines), _payments(lines, random), user)
        if chance < 0.965:
            lines = _goods(goods, random)
            return Receipt(at, TRAINING, tuple(lines), ((CASH, sum(line.total for line in lines)),), user)
        if chance < 0.985 and latest is not None:
            mirrored = tuple(line._replace(quantity=-line.quantity, total=-line.total) for line in latest.lines)
            return Receipt(at, STORNO, mirrored, tuple((slot, -cents) for slot, cents in latest.payments), user)
        if chance < 0.99:
            cents = 2_000 + 1_000 * int(random() * 9)
            return Receipt(at, VOUCHER, _single(rare["multi_voucher"], cents), ((CARD, cents),), user)
        if chance < 0.995:
            cents = -5_000 - 1_000 * int(random() * 30)
            return Receipt(at, CASH_OUT, _single(rare["cash_out"], cents), ((CASH, cents),), user)
        return Receipt(at, NULL, (), (), user)

    return make


def _single(article: Article, cents: int) -> tuple[Line, ...]:
    return (Line(article, 1000, cents, 0, cents),)


def _goods(goods: tuple[tuple[Article, int], ...], random: Callable[[], float]) -> list[Line]:
    lines, size = [], len(goods)
    for _ in range(1 + int(4 * random() ** 2)):
        article, rate = goods[int(size * random() ** 2)]
        price = article.price
        if article.weighed:
            quantity = 100 + int(random() * 2_400)
            lines.append(Line(article, quantity, price, rate, (quantity * price + 500) // 1000))
        else:
            pieces = 1 if random() < 0.8 else 2 + int(random() * 3)
            lines.append(Line(article, pieces * 1000, price, rate, pieces * price))
    return lines


def _reduced(lines: list[Line], rare: dict[str, Article], chance: float, reduced: int) -> list[Line]:
    """A discount on the first line, or a single-purpose voucher sold or redeemed (a line with negative price)."""
    if chance < 0.05:
        cents = -((lines[0].total + 5) // 10)
        return [*lines, Line(rare["discount"], 1000, cents, lines[0].rate, cents)]
    price = 2_360 if chance < 0.07 else -2_360
    return [*lines, Line(rare["single_voucher"], 1000, price, reduced, price)]


def _payments(lines: Iterable[Line], random: Callable[[], float]) -> tuple[tuple[int, int], ...]:
    total, chance = sum(line.total for line in lines), random()
    if chance < 0.52 or total <= 0:
        return ((CASH, total),)
    if chance < 0.80:
        return ((CARD, total),)
    if chance < 0.92:
        return ((SUMUP, total),)
    if chance < 0.96:  # a multi-purpose voucher is a means of payment; what it does not cover is paid in cash
        covered = min(total, 1_000)
        return ((VOUCHERS, covered), (CASH, total - covered)) if covered < total else ((VOUCHERS, total),)
    if chance < 0.98:
        return ((INVOICE, total),)
    return ((CARD, total - total // 3), (CASH, total // 3))


def _with_failure(receipts: list[Receipt], failure: tuple[int, int]) -> list[Receipt]:
    """The unit fails from one sale to another; on reconnect the register makes a collective receipt by itself."""
    first, last = failure
    failed = [receipt._replace(failed=True) for receipt in receipts[first : last + 1]]
    collective = Receipt(failed[-1].at, COLLECTIVE, (), (), "")
    return [*receipts[:first], *failed, collective, *receipts[last + 1 :]]


def _control(trade: Trade, local: LocalDay, name: str) -> Receipt:
    opens = PROFILES[trade.profile].opens
    wall = {"start": opens - HOUR // 2, "opening": opens - HOUR // 6, "closing": CLOSING_WALL}.get(name, MONTH_WALL)
    at = 60 if name == "start" and local.change_by else local.passed(wall)
    return Receipt(at, NULL if name == "opening" else name, (), (), "")


def _as_signed(trade: Trade, day: date, local: LocalDay, receipt: Receipt) -> Receipt:
    """Mark what falls into a failure that the trade's facts name. Start, year and collective wait for the unit."""
    if receipt.kind in (START, YEAR, COLLECTIVE):
        return receipt
    for begins, begin_wall, ends, end_wall in trade.failures:
        after = day > begins or (day == begins and receipt.at >= local.passed(begin_wall))
        before = day < ends or (day == ends and receipt.at < local.passed(end_wall))
        if after and before:
            return receipt._replace(failed=True)
    return receipt
