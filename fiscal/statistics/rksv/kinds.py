"""What the RKSV asks of each kind of receipt. The code itself tells only SALE, NULL, STORNO and TRAINING apart."""

from __future__ import annotations

from fiscal.choices import ReceiptKind

ZERO_KINDS = frozenset(
    {
        ReceiptKind.START,
        ReceiptKind.NULL,
        ReceiptKind.MONTH,
        ReceiptKind.YEAR,
        ReceiptKind.CLOSING,
        ReceiptKind.COLLECTIVE,
    }
)
"""Control receipts: every amount is zero."""

SIGNED_KINDS = frozenset({ReceiptKind.START, ReceiptKind.YEAR, ReceiptKind.COLLECTIVE})
"""Receipts that wait for a working signature unit; all others may be issued while it is down."""

MARKED_KINDS = frozenset({ReceiptKind.TRAINING, ReceiptKind.STORNO})
"""Receipts whose code carries a word in place of the turnover counter."""
