"""What counts as turnover, decided once (contract "Statistics: what counts, and 24 traps", heading 1)."""

from __future__ import annotations

from fiscal.choices import ReceiptKind

SALES = frozenset({ReceiptKind.SALE})
"""What the number of sales and the average basket are made of."""

CANCELLATIONS = frozenset({ReceiptKind.STORNO, ReceiptKind.VOID})
"""Negative, on their own day."""

RETURNS = frozenset({ReceiptKind.RETURN})

TURNOVER = SALES | CANCELLATIONS | RETURNS
"""Net turnover is the sum of these: cancellations and returns are stored with a negative sign."""

NOT_TURNOVER = frozenset(ReceiptKind) - TURNOVER
"""Control receipts, training (although it has amounts), cash withdrawals, multi-purpose vouchers, pending and unknown."""
