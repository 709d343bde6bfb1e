"""How much the benchmarks fill in: enough for a ratio by default, or as much as the goals name.

`BENCH_SCALE=full` (`make bench SCALE=full`) measures at the stated size. On two cores that takes minutes a goal and,
on PostgreSQL, some ten gigabytes for the ten million receipts of `statistics_page`.
"""

from __future__ import annotations

import os
from datetime import timedelta

from django.db import connection
from django.utils import timezone

from fiscal.statistics.partitions import after, month_of

FULL = os.environ.get("BENCH_SCALE") == "full"


def make_partitions(days: int) -> None:
    """One for each month of so many days until today, as the fill's own rows would have brought about."""
    if connection.vendor != "postgresql":
        return
    month = month_of(timezone.localdate() - timedelta(days=days))
    with connection.cursor() as cursor:
        while month <= timezone.localdate():
            cursor.execute(
                f"CREATE TABLE IF NOT EXISTS fiscal_receipt_{month:%Y_%m} PARTITION OF fiscal_receipt "
                f"FOR VALUES FROM ('{month}') TO ('{after(month)}')"
            )
            month = after(month)
