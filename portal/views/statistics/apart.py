"""What is counted apart from takings, and how complete the figures are: lines of words beside the charts."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from fiscal.choices import ReceiptKind
from fiscal.queries.statistics import Coverage, DayState, Figures, Statistics
from fiscal.queries.statistics.words import count, day_words, money

ZERO = {
    ReceiptKind.START,
    ReceiptKind.NULL,
    ReceiptKind.MONTH,
    ReceiptKind.YEAR,
    ReceiptKind.CLOSING,
    ReceiptKind.COLLECTIVE,
}


class Fact(NamedTuple):
    """A figure with its name; `note` says what it is made of."""

    label: str
    value: str
    note: str = ""


def facts(found: Statistics) -> list[Fact]:
    """The figures on top: takings and what they are made of."""
    total, currency = found.days.total, found.currency
    rows = [
        Fact(_("Net turnover"), money(total.net, currency), _("sales less voids and returns")),
        Fact(_("Sales"), count(total.sales_count), money(total.sales, currency)),
        Fact(_("Average basket"), money(total.basket, currency), _("takings of sales per sale")),
        Fact(_("Voids and storno"), count(total.voids_count), money(total.voids, currency)),
        Fact(_("Returns"), count(total.returns_count), money(total.returns, currency)),
    ]
    if total.uncollected:
        rows.append(Fact(_("Not collected"), money(total.uncollected, currency), _("part of the turnover")))
    return rows


def counted_apart(total: Figures, currency: str) -> list[str]:
    """Receipts that are no turnover, in words."""
    zero = sum(number for kind, (number, _cents) in total.apart.items() if kind in ZERO)
    words = [ngettext("%(n)s control receipt", "%(n)s control receipts", zero) % {"n": count(zero)}] if zero else []
    for kind in (
        ReceiptKind.TRAINING,
        ReceiptKind.PENDING,
        ReceiptKind.UNKNOWN,
        ReceiptKind.VOUCHER_SALE,
        ReceiptKind.CASH_OUT,
    ):
        number, cents = total.apart.get(kind, (0, 0))
        if number:
            words.append(f"{_of_kind(kind, number) % {'n': count(number)}} ({money(cents, currency)})")
    return words


def _of_kind(kind: ReceiptKind, n: int) -> str:
    """So many receipts of this kind, in words with a place for the number."""
    if kind == ReceiptKind.TRAINING:
        return ngettext("%(n)s training receipt", "%(n)s training receipts", n)
    if kind == ReceiptKind.PENDING:
        return ngettext("%(n)s pending sale, not yet fiscal", "%(n)s pending sales, not yet fiscal", n)
    if kind == ReceiptKind.VOUCHER_SALE:
        return ngettext("%(n)s multi-purpose voucher sold", "%(n)s multi-purpose vouchers sold", n)
    if kind == ReceiptKind.CASH_OUT:
        return ngettext("%(n)s cash withdrawal", "%(n)s cash withdrawals", n)
    return ngettext("%(n)s receipt of unknown kind", "%(n)s receipts of unknown kind", n)


def coverage_words(coverage: Coverage) -> tuple[list[str], bool]:
    """How many register days are filled, and whether that is less than it should be."""
    counts = coverage.counts
    told = {"n": count(counts["done"] + counts["open"] + counts["incomplete"]), "of": count(counts["expected"])}
    words = [_("%(n)s of %(of)s register days filled") % told]
    if counts["open"]:
        words.append(_("%(n)d still open") % {"n": counts["open"]})
    if counts["incomplete"]:
        words.append(_("%(n)d incomplete") % {"n": counts["incomplete"]})
    return words, bool(counts["missing"] or counts["incomplete"])


def troubled_days(coverage: Coverage, today: date) -> list[str]:
    """Which days are not whole, in words: the first of them by name."""
    lines = []
    for state, words in (
        (DayState.INCOMPLETE, _("Count and rows disagree: %(days)s")),
        (DayState.PARTLY, _("Not filled for every register: %(days)s")),
        (DayState.MISSING, _("Not filled: %(days)s")),
    ):
        days = coverage.in_state(state)
        if days:
            shown = ", ".join(day_words(day, year=day.year != today.year) for day in days[:5])
            more = len(days) - 5
            lines.append(
                words % {"days": shown if more <= 0 else _("%(days)s and %(n)d more") % {"days": shown, "n": more}}
            )
    return lines
