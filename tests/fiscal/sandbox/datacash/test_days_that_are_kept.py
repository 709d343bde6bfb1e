"""What a day sold is made once: long lists are quick to be asked again."""

from __future__ import annotations

from fiscal.sandbox.datacash.sales import sales


def test_a_list_of_31_days_with_100_documents_each_is_not_made_again(merchant):
    merchant.stage.make_device(merchant.vat_number, id="busy", per_day=100, opened="2026-09-01")
    first = merchant.find("2026-10-01", "2026-10-31")
    assert len(first) > 3000
    made = sales.cache_info().misses

    assert merchant.find("2026-10-01", "2026-10-31") == first
    assert sales.cache_info().misses == made
