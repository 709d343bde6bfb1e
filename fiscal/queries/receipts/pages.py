"""Pages of receipts by their place in an index, never by counting rows before them: the last page costs what the first does.

A list is over one organization or over many (those it manages). No index is in order over several of them, so the newest
rows of each are taken from its own stretch of the index and put in order: one statement, whatever their number.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import Q, QuerySet
from django.db.models.expressions import RawSQL
from django.utils import timezone

from fiscal.models import Receipt
from fiscal.statistics.dialect import on_postgresql, read_day

NEAR = timedelta(days=31)
"""A page is looked for so many days around its place first: only those partitions are opened."""
CAP = 1_000
"""Beyond it rows are not counted."""


class Place(NamedTuple):
    """Where a page begins or ends: a row's time and id; of a list by number also its number."""

    issued_at: datetime
    pk: int
    number: str = ""

    def __str__(self) -> str:
        moment = self.issued_at.astimezone(UTC).strftime("%Y%m%dT%H%M%S.%f")
        return f"{moment}~{self.pk}~{self.number}"

    @classmethod
    def read(cls, text: str) -> Place | None:
        """The inverse of str; None for what is none, so that a mistyped address shows the first page."""
        moment, _tilde, rest = text.partition("~")
        pk, _tilde, number = rest.partition("~")
        try:
            at = datetime.strptime(moment, "%Y%m%dT%H%M%S.%f").replace(tzinfo=UTC)
            return cls(at, int(pk), number[:100])
        except (ValueError, OverflowError):
            return None


class Order(NamedTuple):
    """How a list is sorted, both columns the same way. By number where one searches for one: that index knows no time."""

    column: str

    def sorted(self, *, back: bool) -> list[str]:
        sign = "" if back else "-"
        return [f"{sign}{self.column}", f"{sign}id"]

    def beyond(self, place: Place, *, back: bool) -> Q:
        """Rows after the place in the list's direction; before it when walking back.

        Written without OR: SQLite would look up both sides by themselves and sort everything that they give.
        """
        way, value = ("gt" if back else "lt"), getattr(place, self.column)
        same = Q(**{self.column: value, f"id__{'lte' if back else 'gte'}": place.pk})
        return Q(**{f"{self.column}__{way}e": value}) & ~same


NEWEST, BY_NUMBER = Order("issued_at"), Order("number")


Row = tuple[int, date, Any]
"""Id, day, and what the list is sorted by."""
Key = tuple[int, date]
"""A receipt's id and day: with the day, only its partition is opened to read it."""


def keys_of_page(
    organizations: Sequence[int], condition: Q, order: Order, size: int, *, place: Place | None, back: bool
) -> list[Key]:
    """Keys of up to `size` + 1 receipts in the list's order, next to `place`; one more than fit says: more follow."""
    if place is not None:
        condition &= _bound(order, place, back=back) & order.beyond(place, back=back)
    edge = _edge(order, place, back=back)
    near, far = _sides(edge, back=back) if edge else (Q(), Q())
    found = _rows(organizations, condition & near, order, size + 1, back=back)
    if edge and len(found) <= size:
        # Days overlap where registers live in several time zones, so both parts are put in order together.
        further = _rows(organizations, condition & far, order, size + 1, back=back)
        found = sorted({*found, *further}, key=lambda row: (row[2], row[0]), reverse=not back)[: size + 1]
    keys = [(pk, day) for pk, day, _value in found]
    return keys[::-1] if back else keys


def _edge(order: Order, place: Place | None, *, back: bool) -> date | None:
    """How far a page is looked for at first; None: everywhere at once.

    For the sake of partitions only: SQLite has none, and would take days for a reason to use another index.
    """
    if order is not NEWEST or not on_postgresql():
        return None
    day = place.issued_at.date() if place else timezone.now().date()
    return day + NEAR if back else day - NEAR


def _sides(edge: date, *, back: bool) -> tuple[Q, Q]:
    """Days on this side of the edge and beyond it, a day of both in common."""
    one = timedelta(days=1)
    if back:
        return Q(day__lte=edge), Q(day__gte=edge - one)
    return Q(day__gte=edge), Q(day__lte=edge + one)


def _bound(order: Order, place: Place, *, back: bool) -> Q:
    """The days beyond the place, for partitions. A receipt's day is that of its time, locally."""
    if order is not NEWEST or not on_postgresql():
        return Q()
    day, one = place.issued_at.date(), timedelta(days=1)
    return Q(day__gte=day - one) if back else Q(day__lte=day + one)


def _rows(organizations: Sequence[int], condition: Q, order: Order, most: int, *, back: bool) -> list[Row]:
    if not organizations:
        return []
    ordered = order.sorted(back=back)
    if len(organizations) == 1:
        rows = Receipt.objects.filter(condition, organization_id=organizations[0]).order_by(*ordered)
        return list(rows.values_list("pk", "day", order.column)[:most])
    each = Receipt.objects.filter(condition, organization_id=RawSQL("each_one.id", [])).order_by(*ordered)
    return _rows_of_many(organizations, each, order, most, "ASC" if back else "DESC")


def _rows_of_many(
    organizations: Sequence[int], each: QuerySet[Receipt], order: Order, most: int, way: str
) -> list[Row]:
    """The first rows of every organization, and of all of them the first."""
    columns = ["id", "day", order.column] if on_postgresql() else ["id"]
    inner, parameters = each.values(*columns)[:most].query.sql_with_params()
    in_order = f"ORDER BY r.{order.column} {way}, r.id {way} LIMIT {most:d}"
    if on_postgresql():
        sql = f"SELECT r.id, r.day, r.{order.column} FROM unnest(%s::bigint[]) AS each_one(id) CROSS JOIN LATERAL ({inner}) AS r {in_order}"
        given: list[Any] = [list(organizations)]
    else:
        listed = "(SELECT value AS id FROM json_each(%s))"
        sql = f"SELECT r.id, r.day, r.{order.column} FROM {listed} AS each_one CROSS JOIN fiscal_receipt r ON r.id IN ({inner}) {in_order}"
        given = [json.dumps(list(organizations))]
    with connection.cursor() as cursor:
        cursor.execute(sql, [*given, *parameters])
        return [(pk, read_day(day), value) for pk, day, value in cursor.fetchall()]


def count_up_to(organizations: Sequence[int], condition: Q, cap: int = CAP) -> int:
    """How many receipts there are, but never counts beyond `cap` + 1."""
    rows = Receipt.objects.filter(condition, organization__in=organizations)
    return rows.order_by()[: cap + 1].count()
