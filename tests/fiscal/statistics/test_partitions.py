"""Receipts by month: made ahead, moved out of the default partition, dropped when expired; figures stay."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from django.db import connection
from django.utils import timezone

from fiscal import services
from fiscal.models import DayTotal, Receipt
from fiscal.statistics.partitions import after, drop_expired, keep_partitions, partitions
from tests.fiscal.statistics import books
from tests.fiscal.statistics.books import sell

NOW = datetime(2026, 11, 2, 9, tzinfo=timezone.get_default_timezone())


def test_months_follow_one_another():
    assert after(date(2026, 12, 1)) == date(2027, 1, 1)
    assert after(date(2026, 1, 1), -1) == date(2025, 12, 1)
    assert after(date(2026, 11, 1), -24) == date(2024, 11, 1)


def test_expired_receipts_go_and_their_figures_stay(db, clock, settings):
    register = books.make_register(books.make_organization())
    old, new = date(2026, 4, 30), date(2026, 5, 1)
    sell(register, old, [100])
    sell(register, new, [70])
    settings.RECEIPT_MONTHS = 6
    services.keep_statistics(now=timezone.now())
    assert list(Receipt.objects.values_list("day", flat=True)) == [new]

    books.mark(register, old)
    services.roll_up_due(now=timezone.now())
    assert dict(DayTotal.objects.values_list("day", "total")) == {old: 100, new: 70}

    settings.RECEIPT_MONTHS = 0
    assert drop_expired(now=timezone.now()) == 0


@pytest.mark.skipif(connection.vendor != "sqlite", reason="says something about SQLite")
def test_sqlite_has_one_piece(db):
    assert keep_partitions(now=NOW) == []


@pytest.mark.postgres
@pytest.mark.skipif(connection.vendor != "postgresql", reason="partitions are PostgreSQL's")
def test_partitions_are_made_ahead_and_take_their_receipts_along(db):
    register = books.make_register(books.make_organization())
    sell(register, date(2024, 2, 29), [100, 200])
    sell(register, date(2026, 11, 1), [300])
    assert _lie_in() == {"fiscal_receipt_rest": 3}

    made = keep_partitions(now=NOW)

    assert made == [f"fiscal_receipt_{name}" for name in ("2024_02", "2026_11", "2026_12", "2027_01")]
    assert _lie_in() == {"fiscal_receipt_2024_02": 2, "fiscal_receipt_2026_11": 1}
    assert keep_partitions(now=NOW) == []
    assert partitions()["fiscal_receipt_2024_02"] == date(2024, 2, 1)
    sell(register, date(2026, 12, 31), [1])
    assert _lie_in()["fiscal_receipt_2026_12"] == 1


@pytest.mark.postgres
@pytest.mark.skipif(connection.vendor != "postgresql", reason="partitions are PostgreSQL's")
def test_whole_partitions_are_dropped(db, settings):
    register = books.make_register(books.make_organization())
    sell(register, date(2025, 1, 31), [100])
    sell(register, date(2026, 10, 1), [300])
    keep_partitions(now=NOW)
    settings.RECEIPT_MONTHS = 12
    drop_expired(now=NOW)
    assert "fiscal_receipt_2025_01" not in partitions()
    assert _lie_in() == {"fiscal_receipt_2026_10": 1}
    assert DayTotal.objects.count() == 2


def _lie_in() -> dict[str, int]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT tableoid::regclass::text, COUNT(*) FROM fiscal_receipt GROUP BY 1")
        return dict(cursor.fetchall())


def test_receipts_of_an_impossible_date_stay_where_they_are(db):
    register = books.make_register(books.make_organization())
    sell(register, date(1970, 1, 1), [5])
    Receipt.objects.update(suspect="ANCIENT")
    assert not any(name.endswith("1970_01") for name in keep_partitions(now=NOW))
    assert Receipt.objects.get().day + timedelta(days=1) == date(1970, 1, 2)
