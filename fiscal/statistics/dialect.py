"""The few pieces of SQL in which PostgreSQL and SQLite differ. Everything else of the statistics is written once."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db import connection

Pair = tuple[int, date]
"""The id of a register or of a main organization, and a local day."""


def on_postgresql() -> bool:
    return connection.vendor == "postgresql"


def durable_with_the_next() -> None:
    """Let this transaction's commit not wait for the disk: it is safe there when a later one's is, as both are in order.

    Only for what is done again when it is lost. SQLite's commits do not wait (`synchronous` is NORMAL).
    """
    if on_postgresql():
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL synchronous_commit TO off")


def pairs(found: Sequence[Pair]) -> tuple[str, list[Any]]:
    """`pairs(id, day)` as a common table expression, and its parameters."""
    if on_postgresql():
        return "pairs AS (SELECT * FROM unnest(%s::bigint[], %s::date[]) AS p(id, day))", [
            [one for one, _ in found],
            [day for _, day in found],
        ]
    listed = json.dumps([[one, day.isoformat()] for one, day in found])
    return (
        "pairs AS (SELECT json_extract(value, '$[0]') AS id, json_extract(value, '$[1]') AS day FROM json_each(%s))",
        [listed],
    )


def each(column: str) -> str:
    """One row `each_one` per element of a JSON list, to be joined to the row that has it."""
    if on_postgresql():
        return f"CROSS JOIN LATERAL jsonb_array_elements({column}) AS each_one"
    return f"JOIN json_each({column}) AS each_one"


def text(place: int) -> str:
    """The element's value at `place` as text."""
    if on_postgresql():
        return f"(each_one.value ->> {place})"
    return f"json_extract(each_one.value, '$[{place}]')"


def whole(place: int) -> str:
    """The element's value at `place` as a whole number."""
    if on_postgresql():
        return f"(each_one.value ->> {place})::bigint"
    return f"json_extract(each_one.value, '$[{place}]')"


def among(days: Sequence[Pair], column: str) -> tuple[str, list[Any]]:
    """A condition that lets PostgreSQL leave partitions out while it plans."""
    found = [day for _, day in days]
    return f"{column} BETWEEN %s AND %s", [min(found), max(found)]


def unlocked() -> str:
    """Rows that another worker has in hand are left to it. SQLite has one writer at a time anyway."""
    return "FOR UPDATE OF mark SKIP LOCKED" if on_postgresql() else ""


def read_day(value: Any) -> date:
    """A day as raw SQL gives it: SQLite has text."""
    return value if isinstance(value, date) else date.fromisoformat(value)
