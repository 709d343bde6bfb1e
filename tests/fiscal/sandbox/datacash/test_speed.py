"""Long lists and sums are quick enough to be asked in every test."""

from __future__ import annotations

import time

from fiscal.sandbox.datacash.books import books
from fiscal.sandbox.datacash.sales import sales


def seconds(work):
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def test_a_list_of_31_days_with_100_documents_each(merchant):
    merchant.stage.make_device(merchant.vat_number, id="busy", per_day=100, opened="2026-09-01")
    assert len(merchant.find("2026-10-01", "2026-10-31")) > 3000
    assert min(seconds(lambda: merchant.find("2026-10-01", "2026-10-31")) for _ in range(5)) < 0.05


def test_92_days_of_10_devices(merchant):
    stage, vat_number = merchant.stage, "99000030017"
    stage.make_customer(vat_number, "2027-12-31")
    for number in range(10):
        stage.make_device(vat_number, id=f"till-{number}", per_day=40)
    books.cache_clear()
    sales.cache_clear()
    assert seconds(lambda: stage.totals(vat_number, "2026-08-25", "2026-11-24")) < 3
