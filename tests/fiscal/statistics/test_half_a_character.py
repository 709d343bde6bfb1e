"""A lone surrogate is no character, yet JSON can carry one: it is replaced visibly, and the raw page keeps what came."""

from __future__ import annotations

import json
import zlib
from datetime import timedelta

from fiscal.models import DayArticle, DayPayment, RawPage, Receipt
from fiscal.queries.receipts.raw import raw_of
from fiscal.statistics.shapes import Page
from fiscal.statistics.sources.kassandro_rows import KassandroRows
from tests.fiscal.statistics.books import sale, turnover

HALF = "\ud83e"
SHOWN = "\ufffd"


def shows_raw(shelf, rows) -> None:
    """Let the pages carry these raw rows."""
    pages = shelf.pages

    def with_raw(*arguments, **more):
        for page in pages(*arguments, **more):
            yield Page(page.receipts, (lambda kept=page.receipts: rows if kept else []), page.last, page.quarantined)

    shelf.pages = with_raw


def test_half_a_character_in_a_name_stops_no_page(shelf, turn, today, register):
    shelf.put(
        sale(today, 100, items=[(f"Semmel {HALF}", 1000, 100, 2000)], payments=[(f"KARTE{HALF}", 100)]),
        sale(today, 70),
    )
    came = [{"receiptNumber": "1", "items": [{"name": f"Semmel {HALF}"}]}]
    shows_raw(shelf, came)

    assert turn(minutes=5).tries == 0

    assert turnover() == 170
    assert Receipt.objects.count() == 2
    assert DayArticle.objects.filter(name=f"Semmel {SHOWN}").exists()
    assert DayPayment.objects.filter(method__name=f"KARTE{SHOWN}").exists()
    assert json.loads(zlib.decompress(bytes(RawPage.objects.get().body))) == came


def test_a_receipt_with_half_a_character_that_comes_again_is_the_same(shelf, turn, today, register):
    shelf.put(sale(today - timedelta(days=1), 100, items=[(HALF, 1000, 100, 2000)]))
    turn(minutes=61)
    turn(minutes=61)
    row = Receipt.objects.get()
    assert (row.changed_at, row.removed_at) == (None, None)
    assert turnover() == 100


def test_what_the_provider_sent_can_still_be_looked_at(shelf, turn, today, register):
    shelf.put(sale(today, 100, key="1"))
    shows_raw(shelf, [{"receiptNumber": "1", "note": HALF}])
    turn(minutes=5)
    text, _ = raw_of(Receipt.objects.get(), register)
    assert "\\ud83e" in text
    assert text.encode()


def test_a_number_with_half_a_character_is_read(register):
    row = {"receiptNumber": f"A{HALF}", "date": "2026-11-02T09:00:00", "total": "1.00", "type": "standard"}
    assert KassandroRows(register).receipt(row).key == f"A{SHOWN}"
