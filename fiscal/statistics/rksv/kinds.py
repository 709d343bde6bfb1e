"""The kinds of receipt of the RKSV."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class ReceiptKind(TextChoices):
    """What a receipt is for. The machine-readable code tells only STANDARD, ZERO, STORNO and TRAINING apart."""

    STANDARD = "STANDARD", _("sale")
    STORNO = "STORNO", _("cancellation")
    TRAINING = "TRAINING", _("training")
    START = "START", _("start receipt")
    ZERO = "ZERO", _("zero receipt")
    MONTHLY = "MONTHLY", _("monthly receipt")
    ANNUAL = "ANNUAL", _("annual receipt")
    CLOSING = "CLOSING", _("closing receipt")
    COLLECTIVE = "COLLECTIVE", _("collective receipt")


TURNOVER_KINDS = frozenset({ReceiptKind.STANDARD, ReceiptKind.STORNO})
"""What counts as turnover. A training receipt has amounts and still does not."""

ZERO_KINDS = frozenset(
    {
        ReceiptKind.START,
        ReceiptKind.ZERO,
        ReceiptKind.MONTHLY,
        ReceiptKind.ANNUAL,
        ReceiptKind.CLOSING,
        ReceiptKind.COLLECTIVE,
    }
)
"""Control receipts: every amount is zero."""

SIGNED_KINDS = frozenset({ReceiptKind.START, ReceiptKind.ANNUAL, ReceiptKind.COLLECTIVE})
"""Receipts that wait for a working signature unit; all others may be issued while it is down."""
