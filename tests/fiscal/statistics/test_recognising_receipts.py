"""A receipt that comes again unchanged is recognised by the digest that was stored with it, perhaps by an older version."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from fiscal.choices import ReceiptKind
from fiscal.statistics.receipt_rows import row_of
from fiscal.statistics.shapes import SourceReceipt

RECEIPT = SourceReceipt(
    "2026-7",
    "2026-7",
    date(2026, 11, 20),
    datetime(2026, 11, 20, 11, 0, 5, tzinfo=UTC),
    ReceiptKind.SALE,
    1230,
    "EUR",
    payments=(("Bar", 1000), ("Karte", 230)),
    taxes=(("Normal", 2000, 1230, 1025, 205),),
    items=(("Topfengolatsche „groß“", 1500, 1230, 2000),),
    jws="a.b.c",
)
ODD = RECEIPT._replace(
    kind=ReceiptKind.STORNO,
    payments=(('"\\\t\n\r\x01\x7f', -7),),
    items=(("a\x1fb\x00c\\u0000 \U0001f600", 1, 2, -1),),
    related_key="x",
)


@pytest.mark.parametrize(
    ("receipt", "suspect", "digest"),
    [(RECEIPT, "", "548e67add695dae1436dcc554f88b0a9"), (ODD, "FUTURE", "27e9185044ca7c1c2a72a47d4b14a55d")],
)
def test_a_receipts_digest_is_what_it_always_was(receipt, suspect, digest):
    assert row_of(receipt, suspect).digest == digest
