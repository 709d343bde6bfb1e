"""“Esporta statistiche”: four blocks or one long table; and our own export of statistics, which tells everything by day.

Sums over a span of more than one day are kept apart (`SpanFacts`): nothing says how they spread over its days.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from django.utils.translation import gettext as _

from fiscal.choices import ReceiptKind
from fiscal.models.rollup import UNKNOWN_RATE
from fiscal.statistics.files.content import Content, DayFigures, KindSum, Sold, VatSum
from fiscal.statistics.files.daily import method_name, read_daily
from fiscal.statistics.files.fields import UNPAID, Field
from fiscal.statistics.files.headers import Columns, Table, folded
from fiscal.statistics.files.reading import Line, Reading, money
from fiscal.statistics.files.vat_names import Rate, net_of, rate_of
from fiscal.statistics.turnover import CANCELLATIONS, RETURNS

SECTIONS = {
    "giornata": "day",
    "annulli": "voids",
    "resi": "returns",
    "pagamento": "payment",
    "aliquota": "vat",
    "elemento": "article",
    "kind": "kind",
    "payment": "payment",
    "vat": "vat",
    "article": "article",
}


def read_statistics(reading: Reading, tables: list[Table], columns: Columns, content: Content) -> None:
    """Add what the tables say to the content."""
    for table in tables:
        meanings = {columns.get(name, "") for name in table.names}
        if Field.SECTION in meanings:
            LongTable(reading, content, by_day=Field.DAY in meanings).read(table, columns)
        elif Field.DAY in meanings:
            read_daily(reading, table, columns, content)
        else:
            _read_block(reading, table, columns, content)
    _settle_span(reading, content)


def _read_block(reading: Reading, table: Table, columns: Columns, content: Content) -> None:
    """Payments, VAT rates or articles over the span."""
    for line in reading.rows(table, columns):
        if line.has(Field.PAYMENT_NAME):
            _add_payment(line, line.text(Field.PAYMENT_NAME), content)
        elif line.has(Field.VAT_NAME):
            _add_vat(line, line.text(Field.VAT_NAME), content)
        elif line.has(Field.ARTICLE):
            _add_article(line, line.text(Field.ARTICLE), content)


def _add_payment(line: Line, name: str, content: Content) -> None:
    cents = line.cents(Field.AMOUNT, needed=True)
    if cents is not None and _named(line, name):
        known = content.span.payments
        known[method_name(name)] = known.get(method_name(name), 0) + cents


def _add_vat(line: Line, name: str, content: Content) -> None:
    rate, cents = _rate(line, name), line.cents(Field.AMOUNT, needed=True)
    if cents is not None and rate is not None:
        content.span.vat[rate.code, rate.rate] = content.span.vat.get((rate.code, rate.rate), 0) + cents


def _add_article(line: Line, name: str, content: Content) -> None:
    quantity, cents = line.thousandths(Field.QUANTITY, needed=True), line.cents(Field.AMOUNT)
    if quantity is None or not _named(line, name):
        return
    known = content.span.articles.get(name[:200])
    if known is not None:
        quantity += known.quantity
        cents = None if cents is None or known.total is None else cents + known.total
    content.span.articles[name[:200]] = Sold(quantity, cents)


def _named(line: Line, name: str) -> bool:
    if not name:
        line.wrong("", _("The name is missing."))
    return bool(name)


def _rate(line: Line, name: str) -> Rate | None:
    found = rate_of(name)
    if found is None:
        line.wrong("", _("“%(name)s” is no VAT rate and no natura.") % {"name": name[:40]})
    return found


def _settle_span(reading: Reading, content: Content) -> None:
    """Give the sums of a single day to that day. They have to add up to its turnover either way."""
    if not content.span or reading.problems:
        return
    turnover = sum(day.net for day in content.days)
    gross = sum(content.span.vat.values())
    if content.days and content.span.vat and gross != turnover:
        told = {"sum": money(gross), "net": money(turnover)}
        words = _("The VAT rates add up to %(sum)s, but the turnover of all days is %(net)s.") % told
        reading.problems.add(0, "", words)
        return
    if reading.stated.first_day != reading.stated.last_day or len(content.days) != 1:
        return
    day, span = content.days[0], content.span
    day.payments = span.payments or None
    if unpaid := sum(cents for name, cents in span.payments.items() if folded(name) in UNPAID):
        day.kinds[ReceiptKind.SALE] = day.kinds.get(ReceiptKind.SALE, KindSum())._replace(uncollected=unpaid)
    day.vat = {} if span.vat else None
    for (code, rate), cents in span.vat.items():
        net = net_of(cents, rate)
        day.vat = {**(day.vat or {}), (code, rate): VatSum(cents, net, cents - net)}
    if span.articles and all(sold.total is not None for sold in span.articles.values()):
        day.articles, span.articles = span.articles, {}
    span.payments, span.vat = {}, {}


class Key(NamedTuple):
    """What a row of a long table is about."""

    section: str
    text: str
    day: date | None
    register: str = ""


class LongTable:
    """One long table. `by_day`: every row says its day, as our own export does; else only the keys of some sections."""

    def __init__(self, reading: Reading, content: Content, *, by_day: bool) -> None:
        self._reading, self._content, self._by_day = reading, content, by_day
        self._days: dict[date, DayFigures] = {}
        self._seen: dict[Key, int] = {}
        self._registers: set[str] = set()

    def read(self, table: Table, columns: Columns) -> None:
        """Read every row, then put the days together."""
        for line in self._reading.rows(table, columns):
            self._read_line(line)
        if not self._by_day:
            _split_sales(self._days.values())
        if len(self._registers) > 1:
            told = {"n": len(self._registers)}
            words = _("The file holds %(n)d registers. Export the one register that is meant.") % told
            self._reading.problems.add(0, "", words)
        self._content.days += self._days.values()

    def _read_line(self, line: Line) -> None:
        section = SECTIONS.get(line.text(Field.SECTION).casefold())
        if section is None:
            line.wrong(
                Field.SECTION, _("There is no section of this name: %(known)s.") % {"known": ", ".join(SECTIONS)}
            )
            return
        self._check_whose(line)
        key = Key(section, line.text(Field.KEY), self._day(line, section), line.text(Field.REGISTER))
        if not line.sound:
            return
        if key in self._seen:
            line.wrong(Field.KEY, _("The same stands in row %(row)d already.") % {"row": self._seen[key]})
            return
        self._seen[key] = line.number
        if self._by_day:
            self._add_own(line, key)
        else:
            self._add(line, key)

    def _check_whose(self, line: Line) -> None:
        stated = self._reading.stated
        for field, own in ((Field.CURRENCY, stated.currency), (Field.COUNTRY, stated.country_code)):
            found = line.text(field)
            if found and found.upper() != own:
                told = {"found": found[:10], "own": own}
                line.wrong(field, _("This row is of %(found)s, but the device is of %(own)s.") % told)
        if register := line.text(Field.REGISTER):
            self._registers.add(register)

    def _day(self, line: Line, section: str) -> date | None:
        if self._by_day:
            return line.day()
        return line.day(Field.KEY) if section in {"day", "voids", "returns"} else None

    def _figures(self, day: date) -> DayFigures:
        return self._days.setdefault(day, DayFigures(day, {}))

    def _add(self, line: Line, key: Key) -> None:
        """A row of the cloud's file."""
        if key.section == "payment":
            _add_payment(line, key.text, self._content)
        elif key.section == "vat":
            _add_vat(line, key.text, self._content)
        elif key.section == "article":
            _add_article(line, key.text, self._content)
        elif key.day is not None:
            kind = {"day": ReceiptKind.SALE, "voids": ReceiptKind.VOID, "returns": ReceiptKind.RETURN}.get(key.section)
            if kind is None:
                line.wrong(Field.SECTION, _("This section belongs to a file that says the day of every row."))
                return
            count, cents = self._count(line), line.cents(Field.AMOUNT, needed=True)
            if count is not None and cents is not None:
                total = cents if kind == ReceiptKind.SALE else -abs(cents)
                self._figures(key.day).kinds[kind] = KindSum(count, total)
        else:
            line.wrong(Field.SECTION, _("This section belongs to a file that says the day of every row."))

    def _count(self, line: Line) -> int | None:
        """How many documents: in the cloud's long table they stand in the column of quantities."""
        return line.count(Field.COUNT if line.has(Field.COUNT) else Field.QUANTITY, needed=True)

    def _add_own(self, line: Line, key: Key) -> None:
        """A row of our own export."""
        cents = line.cents(Field.AMOUNT, needed=True)
        if cents is None or key.day is None:
            return
        figures = self._figures(key.day)
        if key.section == "kind":
            _own_kind(line, key, cents, figures)
        elif key.section == "payment":
            figures.payments = {**(figures.payments or {}), key.text[:100]: cents}
        elif key.section == "vat":
            _own_vat(line, key, cents, figures)
        elif key.section == "article":
            quantity = line.thousandths(Field.QUANTITY, needed=True)
            figures.articles = {**(figures.articles or {}), key.text[:200]: Sold(quantity or 0, cents)}
        else:
            line.wrong(Field.SECTION, _("This section belongs to a file of the cloud pages."))


def _own_kind(line: Line, key: Key, cents: int, figures: DayFigures) -> None:
    if key.text not in ReceiptKind.values:
        line.wrong(Field.KEY, _("“%(name)s” is no kind of document.") % {"name": key.text[:40]})
        return
    kind, count = ReceiptKind(key.text), line.count(Field.COUNT, needed=True)
    if kind in CANCELLATIONS | RETURNS and cents > 0:
        cents = -cents
    figures.kinds[kind] = KindSum(count or 0, cents, line.cents(Field.UNCOLLECTED) or 0)


def _own_vat(line: Line, key: Key, cents: int, figures: DayFigures) -> None:
    rate = line.cents(Field.RATE)
    net, tax = line.cents(Field.NET_OF_VAT, needed=True), line.cents(Field.TAX, needed=True)
    if net is not None and tax is not None and net + tax != cents:
        told = {"net": money(net), "tax": money(tax), "gross": money(cents)}
        line.wrong(Field.TAX, _("%(net)s and %(tax)s do not add up to %(gross)s.") % told)
        return
    figures.vat = {
        **(figures.vat or {}),
        (key.text[:20], UNKNOWN_RATE if rate is None else rate): VatSum(cents, net or 0, tax or 0),
    }


def _split_sales(days: Iterable[DayFigures]) -> None:
    """The cloud's long table has the net of a day, and the amounts of its voids and returns: sales are what is left."""
    for day in days:
        sales = day.kinds.get(ReceiptKind.SALE, KindSum())
        taken = sum(one.total for kind, one in day.kinds.items() if kind != ReceiptKind.SALE)
        day.kinds[ReceiptKind.SALE] = sales._replace(total=sales.total - taken)
        day.kinds = {kind: one for kind, one in day.kinds.items() if one.number or one.total}
