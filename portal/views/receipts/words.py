"""What a receipt's kind means, and whether and why it counts (contract "Statistics: what counts, and 24 traps")."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from fiscal.choices import ReceiptKind
from fiscal.queries import ReceiptRow

WHY: dict[ReceiptKind, Promise] = {
    ReceiptKind.SALE: gettext_lazy("A sale: it counts as turnover."),
    ReceiptKind.STORNO: gettext_lazy("It takes a sale back and lowers the turnover of its own day."),
    ReceiptKind.VOID: gettext_lazy("It voids a sale and lowers the turnover of its own day."),
    ReceiptKind.RETURN: gettext_lazy("Goods came back: it lowers the turnover of its own day."),
    ReceiptKind.VOUCHER_SALE: gettext_lazy("No turnover: that arises when the voucher is redeemed."),
    ReceiptKind.CASH_OUT: gettext_lazy("No turnover: money was taken out of the drawer."),
    ReceiptKind.TRAINING: gettext_lazy("No turnover, although it has amounts: it was issued to practise."),
    ReceiptKind.START: gettext_lazy("No turnover: it put the register into operation."),
    ReceiptKind.NULL: gettext_lazy("No turnover: a control receipt over zero."),
    ReceiptKind.MONTH: gettext_lazy("No turnover: it closes a month."),
    ReceiptKind.YEAR: gettext_lazy("No turnover: it closes a year."),
    ReceiptKind.CLOSING: gettext_lazy("No turnover: it took the register out of operation."),
    ReceiptKind.COLLECTIVE: gettext_lazy("No turnover: it follows a failure of the signature unit."),
    ReceiptKind.PENDING: gettext_lazy("No turnover yet: it is fiscal only once the tax agency confirms it."),
    ReceiptKind.UNKNOWN: gettext_lazy("In no figure: the provider gave it a kind that Kontor does not know."),
}
SUSPECT = {
    "FUTURE": gettext_lazy("It is dated in the future: the register's clock is wrong. It is kept, and in no total."),
    "ANCIENT": gettext_lazy("It is dated before there were such receipts: the register's clock is wrong. In no total."),
}
STATES = {
    "removed": gettext_lazy("Removed"),
    "changed": gettext_lazy("Changed"),
    "late": gettext_lazy("Late"),
    "failed": gettext_lazy("Unit failed"),
    "suspect": gettext_lazy("Suspect"),
}


def why(row: ReceiptRow) -> str:
    """Whether and why it counts, in a sentence."""
    if row.removed_at:
        return _("In no total: the provider no longer has it.")
    if row.suspect:
        return str(SUSPECT.get(row.suspect, row.suspect))
    return str(WHY[row.kind])


def marks(row: ReceiptRow) -> Iterator[dict[str, Any]]:
    """What is unusual about it: word, tone and icon of each mark."""
    if row.removed_at:
        yield {"word": STATES["removed"], "tone": "bad", "icon": "trash"}
    if row.voided:
        yield {"word": _("Voided"), "tone": "neutral", "icon": "minus"}
    if row.suspect:
        yield {"word": STATES["suspect"], "tone": "warn", "icon": "alert-triangle", "why": SUSPECT.get(row.suspect, "")}
    if row.changed_at:
        yield {"word": STATES["changed"], "tone": "info", "icon": "pencil"}
    if row.late:
        yield {"word": STATES["late"], "tone": "info", "icon": "clock"}
    if row.unit_failed:
        yield {"word": STATES["failed"], "tone": "warn", "icon": "plug-x"}
    if row.uncollected:
        yield {"word": _("Not collected"), "tone": "neutral", "icon": "clock"}


def in_words(row: ReceiptRow) -> str:
    """The marks as one text, for files."""
    return ", ".join(str(mark["word"]) for mark in marks(row))
