"""Receipts, read for pages and files."""

from fiscal.queries.receipts.detail import ReceiptDetail, receipt_detail
from fiscal.queries.receipts.filters import STATES, ReceiptFilters
from fiscal.queries.receipts.listing import (
    AsOf,
    FilterChoices,
    ReceiptPage,
    every_receipt,
    filter_choices,
    list_receipts,
)
from fiscal.queries.receipts.rows import ReceiptRow

__all__ = [
    "STATES",
    "AsOf",
    "FilterChoices",
    "ReceiptDetail",
    "ReceiptFilters",
    "ReceiptPage",
    "ReceiptRow",
    "every_receipt",
    "filter_choices",
    "list_receipts",
    "receipt_detail",
]
