"""Daily totals: “Aggregati giornalieri” of the cloud pages, the first block of its statistics, and our own export.

The cloud's file has a day's turnover net of voids and returns, and how many of each there were, but not their amounts:
the net then stands under sales.
"""

from __future__ import annotations

from datetime import datetime

from django.utils.timezone import get_current_timezone, is_aware
from django.utils.translation import gettext as _

from fiscal.choices import FillState, ReceiptKind
from fiscal.statistics.files import dates
from fiscal.statistics.files.amounts import BadCell
from fiscal.statistics.files.content import Content, DayFigures, KindSum, VatSum
from fiscal.statistics.files.fields import NAMES, Field
from fiscal.statistics.files.headers import BETWEEN, Columns, Table, folded
from fiscal.statistics.files.reading import Line, Reading, money
from fiscal.statistics.files.vat_names import net_of, rate_of

STATES = {"complete": FillState.DONE, "open": FillState.OPEN}
"""What our own export calls a day. Whatever else has figures was incomplete there, and is so here."""
NOT_FILLED = frozenset({"missing", "nobody"})


def read_daily(reading: Reading, table: Table, columns: Columns, content: Content) -> None:
    """Add the days of a table to the content."""
    seen: dict[object, int] = {}
    for line in reading.rows(table, columns):
        day = line.day()
        _check_whose(line)
        if day is None:
            continue
        if day in seen:
            line.wrong(Field.DAY, _("%(day)s stands in row %(row)d already.") % {"day": day, "row": seen[day]})
            continue
        seen[day] = line.number
        if line.text(Field.STATE).casefold() in NOT_FILLED:
            content.unfilled.append(day)
            continue
        figures = DayFigures(day, _kinds(line), state=_state(line), as_of=_as_of(line))
        figures.split_kinds = line.has(Field.VOIDS) and line.has(Field.RETURNS)
        _read_splits(line, figures)
        if line.sound:
            content.days.append(figures)


def _check_whose(line: Line) -> None:
    stated = line.reading.stated
    currency = line.text(Field.CURRENCY)
    if currency and currency.upper() != stated.currency:
        told = {"found": currency[:10], "own": stated.currency}
        line.wrong(Field.CURRENCY, _("The amounts are in %(found)s, but the device sells in %(own)s.") % told)
    registers = line.count(Field.REGISTERS)
    if registers is not None and registers > 1:
        words = _("This row sums %(n)d registers. Export the one register that is meant.")
        line.wrong(Field.REGISTERS, words % {"n": registers})


def _state(line: Line) -> FillState:
    text = line.text(Field.STATE).casefold()
    return STATES.get(text, FillState.INCOMPLETE) if text else FillState.DONE


def _as_of(line: Line) -> datetime | None:
    text = line.text(Field.AS_OF)
    if not text:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        try:
            found = dates.moment(text)
        except BadCell as bad:
            line.wrong(Field.AS_OF, str(bad))
            return None
    return found if is_aware(found) else found.replace(tzinfo=get_current_timezone())


def _kinds(line: Line) -> dict[ReceiptKind, KindSum]:
    """Counts and amounts by kind. Voids and returns count negative, however the file writes them."""
    counts = {
        ReceiptKind.SALE: line.count(Field.SALES_COUNT, needed=True) or 0,
        ReceiptKind.VOID: line.count(Field.VOIDS_COUNT) or 0,
        ReceiptKind.RETURN: line.count(Field.RETURNS_COUNT) or 0,
    }
    net = line.cents(Field.NET, needed=not line.has(Field.SALES))
    voids = -abs(line.cents(Field.VOIDS) or 0)
    returns = -abs(line.cents(Field.RETURNS) or 0)
    sales = line.cents(Field.SALES, needed=line.has(Field.SALES))
    if sales is not None and net is not None and sales + voids + returns != net:
        told = {"net": money(net), "sum": money(sales + voids + returns)}
        line.wrong(Field.NET, _("The net turnover is %(net)s, but sales less voids and returns are %(sum)s.") % told)
    if sales is None:
        sales = (net or 0) - voids - returns
    totals = {ReceiptKind.SALE: sales, ReceiptKind.VOID: voids, ReceiptKind.RETURN: returns}
    unpaid = line.cents(Field.UNCOLLECTED)
    if unpaid is None:
        unpaid = sum(cents for _name, cents in line.many(Field.UNPAID))
    return {
        kind: KindSum(counts[kind], totals[kind], unpaid if kind == ReceiptKind.SALE else 0)
        for kind in counts
        if counts[kind] or totals[kind] or (kind == ReceiptKind.SALE and unpaid)
    }


def _read_splits(line: Line, figures: DayFigures) -> None:
    """Payments and VAT, where there are columns for them: they have to add up to the day's turnover."""
    if line.has(Field.PAYMENT) or line.has(Field.UNPAID):
        paid = [*line.many(Field.PAYMENT), *line.many(Field.UNPAID)]
        figures.payments = {method_name(name): cents for name, cents in paid if cents}
        allowance = line.cents(Field.ALLOWANCE) or 0
        _check_sum(line, sum(figures.payments.values()) + allowance, figures.net, _("The payments"))
    if line.has(Field.VAT):
        figures.vat = {}
        for name, gross in line.many(Field.VAT):
            rate = rate_of(name)
            if rate and gross:
                net = net_of(gross, rate.rate)
                figures.vat[rate.code, rate.rate] = VatSum(gross, net, gross - net)
        _check_sum(line, sum(one.gross for one in figures.vat.values()), figures.net, _("The VAT rates"))


def _check_sum(line: Line, found: int, net: int, what: str) -> None:
    if line.sound and found != net:
        told = {"what": what, "sum": money(found), "net": money(net)}
        line.wrong("", _("%(what)s add up to %(sum)s, but the day's turnover is %(net)s.") % told)


def method_name(text: str) -> str:
    """A payment method by the name that all files of the cloud share."""
    text = text.rpartition(BETWEEN)[2]
    return NAMES.get(folded(text), text)[:100]
