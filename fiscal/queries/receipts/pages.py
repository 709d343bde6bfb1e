"""Pages of receipts by their place in an index, never by counting rows before them: the last page costs what the first does.

A list is over one organization or over many (those it manages). No index is in order over several of them, so the newest
rows of each are taken from its own stretch of the index and put in order: one statement, whatever their number.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import Q, QuerySet
from django.db.models.expressions import RawSQL
from django.utils import timezone

from fiscal.models import Receipt
from fiscal.statistics.dialect import on_postgresql

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
        """Rows after the place in the list's direction; before it when walking back."""
        way, value = ("gt" if back else "lt"), getattr(place, self.column)
        return Q(**{f"{self.column}__{way}": value}) | Q(**{self.column: value, f"id__{way}": place.pk})


NEWEST, BY_NUMBER = Order("issued_at"), Order("number")


def ids_of_page(
    organizations: Sequence[int], condition: Q, order: Order, size: int, *, place: Place | None, back: bool
) -> list[int]:
    """Primary keys of up to `size` + 1 receipts in the list's order, next to `place`; one more than fit says: more follow."""
    found: list[int] = []
    for near in (_near(order, place, back=back), Q()):
        wanted = condition & near
        if place is not None:
            wanted &= _bound(order, place, back=back) & order.beyond(place, back=back)
        found = _ids(organizations, wanted, order, size + 1, back=back)
        if len(found) > size or not near:
            break
    return found[::-1] if back else found


def _near(order: Order, place: Place | None, *, back: bool) -> Q:
    """Days close to the place, where it has a time; the newest page has none, and is near today."""
    if order is not NEWEST:
        return Q()
    if place is None:
        return Q(day__gte=timezone.now().date() - NEAR)
    day = place.issued_at.date()
    if back:
        return Q(day__lte=day + NEAR)
    return Q(day__gte=day - NEAR)


def _bound(order: Order, place: Place, *, back: bool) -> Q:
    """What the place says about columns that indexes and partitions begin with. A receipt's day is its time's, locally."""
    if order is not NEWEST:
        return Q(number__gte=place.number) if back else Q(number__lte=place.number)
    day, one = place.issued_at.date(), timedelta(days=1)
    if back:
        return Q(issued_at__gte=place.issued_at, day__gte=day - one)
    return Q(issued_at__lte=place.issued_at, day__lte=day + one)


def _ids(organizations: Sequence[int], condition: Q, order: Order, most: int, *, back: bool) -> list[int]:
    if not organizations:
        return []
    ordered = order.sorted(back=back)
    if len(organizations) == 1:
        rows = Receipt.objects.filter(condition, organization_id=organizations[0]).order_by(*ordered)
        return list(rows.values_list("pk", flat=True)[:most])
    each = Receipt.objects.filter(condition, organization_id=RawSQL("each_one.id", [])).order_by(*ordered)
    return _ids_of_many(organizations, each, order, most, "ASC" if back else "DESC")


def _ids_of_many(organizations: Sequence[int], each: QuerySet[Receipt], order: Order, most: int, way: str) -> list[int]:
    """The first rows of every organization, and of all of them the first."""
    columns = ["id", order.column] if on_postgresql() else ["id"]
    inner, parameters = each.values(*columns)[:most].query.sql_with_params()
    in_order = f"ORDER BY r.{order.column} {way}, r.id {way} LIMIT {most:d}"
    if on_postgresql():
        sql = f"SELECT r.id FROM unnest(%s::bigint[]) AS each_one(id) CROSS JOIN LATERAL ({inner}) AS r {in_order}"
        given: list[Any] = [list(organizations)]
    else:
        listed = "(SELECT value AS id FROM json_each(%s))"
        sql = f"SELECT r.id FROM {listed} AS each_one CROSS JOIN fiscal_receipt r ON r.id IN ({inner}) {in_order}"
        given = [json.dumps(list(organizations))]
    with connection.cursor() as cursor:
        cursor.execute(sql, [*given, *parameters])
        return [pk for (pk,) in cursor.fetchall()]


def count_up_to(organizations: Sequence[int], condition: Q, cap: int = CAP) -> int:
    """How many receipts there are, but never counts beyond `cap` + 1."""
    rows = Receipt.objects.filter(condition, organization__in=organizations)
    return rows.order_by()[: cap + 1].count()
