"""Receipts by month on PostgreSQL: partitions are made ahead, filled from the default one, and dropped when expired.

SQLite holds the table in one piece: there nothing is made, and expired receipts are deleted. Roll-ups are never dropped.
"""

from __future__ import annotations

import logging
from datetime import date, datetime

from django.conf import settings
from django.db import DatabaseError, connection, transaction

from fiscal.models import Receipt
from fiscal.statistics.dialect import on_postgresql

log = logging.getLogger(__name__)

TABLE, REST = "fiscal_receipt", "fiscal_receipt_rest"
MONTHS_AHEAD = 2
LOCK_WAIT = "5s"
"""Everybody reads this table: whoever changes its shape waits no longer than this, and comes back with the next run."""


def month_of(day: date) -> date:
    """The first day of its month."""
    return day.replace(day=1)


def after(month: date, months: int = 1) -> date:
    """The first day of the month so many months later (or earlier)."""
    year, place = divmod(month.year * 12 + month.month - 1 + months, 12)
    return date(year, place + 1, 1)


def kept_since(now: datetime) -> date | None:
    """The first day whose receipts are kept; None: all of them."""
    if settings.RECEIPT_MONTHS <= 0:
        return None
    return after(month_of(now.date()), -settings.RECEIPT_MONTHS)


def keep_partitions(*, now: datetime) -> list[str]:
    """Make the partitions that are missing: this month, the next ones, and those of receipts in the default partition.

    Gives the names of those made. A month whose lock is not to be had is left to the next run.
    """
    if not on_postgresql():
        return []
    this = month_of(now.date())
    months = {after(this, n) for n in range(MONTHS_AHEAD + 1)} | set(_months_in_rest(this))
    made = []
    for month in sorted(months - set(partitions().values())):
        try:
            made.append(_make(month))
        except DatabaseError as error:
            log.warning("the partition of %s has to wait (%s)", month, type(error).__name__)
    return made


def partitions() -> dict[str, date]:
    """Names of the monthly partitions there are, and their months."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = %s::regclass", [TABLE])
        names = [name for (name,) in cursor.fetchall() if name != REST]
    return {name: date(int(name[-7:-3]), int(name[-2:]), 1) for name in names}


def _months_in_rest(this: date) -> list[date]:
    """Months that receipts in the default partition belong to; not those with an impossible date, which stay there."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT DISTINCT date_trunc('month', day)::date FROM {REST} WHERE suspect = '' AND day < %s",
            [after(this, MONTHS_AHEAD + 1)],
        )
        return [month for (month,) in cursor.fetchall()]


@transaction.atomic
def _make(month: date) -> str:
    """Make one month's partition, and move what the default partition has of it."""
    name, ends = f"{TABLE}_{month:%Y_%m}", after(month)
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL lock_timeout = '{LOCK_WAIT}'")
        cursor.execute(f"CREATE TABLE {name} (LIKE {TABLE} INCLUDING DEFAULTS INCLUDING CONSTRAINTS)")
        # Locked before it is looked at: nobody puts another row of this month there until it is attached.
        cursor.execute(f"LOCK TABLE {REST} IN ACCESS EXCLUSIVE MODE")
        cursor.execute(
            f"""WITH moved AS (DELETE FROM {REST} WHERE day >= %s AND day < %s RETURNING *)
            INSERT INTO {name} SELECT * FROM moved""",
            [month, ends],
        )
        cursor.execute(f"ALTER TABLE {TABLE} ATTACH PARTITION {name} FOR VALUES FROM ('{month}') TO ('{ends}')")
    log.info("made partition %s", name)
    return name


def drop_expired(*, now: datetime) -> int:
    """Drop receipts older than the setting allows: whole partitions, and rows of the default one. Gives how many pieces."""
    first = kept_since(now)
    if first is None:
        return 0
    dropped = 0
    if on_postgresql():
        for name, month in partitions().items():
            if after(month) <= first:
                _drop(name)
                dropped += 1
    deleted, _ = Receipt.objects.filter(day__lt=first).delete()
    return dropped + deleted


@transaction.atomic
def _drop(name: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL lock_timeout = '{LOCK_WAIT}'")
        cursor.execute(f"DROP TABLE {name}")
    log.info("dropped partition %s", name)


def days_kept(days: list[tuple[int, date]], *, now: datetime) -> list[tuple[int, date]]:
    """Those of these (register, day)s whose receipts are still there: others cannot be rolled up anew."""
    first = kept_since(now)
    return days if first is None else [pair for pair in days if pair[1] >= first]
