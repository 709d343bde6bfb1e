"""Which receipts a list shows, as conditions that both databases answer from an index where there is one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.db.models import BooleanField, Exists, F, Func, OuterRef, Q, QuerySet, Value

from fiscal.choices import ReceiptKind
from fiscal.models import FillDay, Placement, Receipt
from fiscal.statistics.dialect import on_postgresql

STATES = ("removed", "changed", "late", "failed", "suspect")
LAST_OF_ALL = "\U0010ffff"
COSTLY_DAYS = 92
"""Payment methods and amounts stand in no index: without a period such a list looks so many days back."""


@dataclass(frozen=True)
class ReceiptFilters:
    """`number`: its beginning, or all of it where `whole`. `least`, `most`: cents, both included, as do the days."""

    register: UUID | None = None
    shop: UUID | None = None
    organization: UUID | None = None
    first: date | None = None
    last: date | None = None
    kind: str = ""
    state: str = ""
    method: str = ""
    number: str = ""
    whole: bool = False
    least: int | None = None
    most: int | None = None

    @property
    def any(self) -> bool:
        return self != ReceiptFilters()

    @property
    def costly(self) -> bool:
        """Whether no index helps."""
        return bool(self.method) or self.least is not None or self.most is not None

    def bounded(self, today: date) -> ReceiptFilters:
        """The same with a first day where the list would otherwise have to read everything."""
        if not self.costly or self.first or self.number:
            return self
        return ReceiptFilters(**{**vars(self), "first": (self.last or today) - timedelta(days=COSTLY_DAYS - 1)})

    def condition(self) -> Q:
        """The condition on `Receipt`."""
        return Q(*self._conditions())

    def _conditions(self) -> Iterator[Any]:
        simple = {
            "register__public_id": self.register,
            "organization__public_id": self.organization,
            "day__gte": self.first,
            "day__lte": self.last,
            # The list is in order of time, so a period is also one of time; a day begins earlier or later than UTC's.
            "issued_at__gte": _midnight(self.first, -1),
            "issued_at__lt": _midnight(self.last, 2),
            "kind": self.kind or None,
            "total__gte": self.least,
            "total__lte": self.most,
        }
        yield Q(**{name: value for name, value in simple.items() if value is not None})
        if self.number:
            yield Q(number=self.number) if self.whole else beginning(self.number)
        if self.shop:
            yield Exists(_stood_in(self.shop))
        if self.method:
            yield PaidWith(F("payments"), Value(self.method))
        if self.state:
            yield STATE_CONDITIONS[self.state]


class PaidWith(Func):
    """Whether a receipt's payments have one of this method."""

    output_field = BooleanField()
    conditional = True

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        template = "EXISTS (SELECT 1 FROM json_each(%(expressions)s))"
        joined = ") WHERE json_extract(value, '$[0]') = ("
        return super().as_sql(compiler, connection, template=template, arg_joiner=joined, **context)

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        template = "(%(expressions)s::text)))"
        joined = " @> jsonb_build_array(jsonb_build_array("
        return super().as_sql(compiler, connection, template=template, arg_joiner=joined, **context)


class NamesAnother(Func):
    """Whether a receipt names one that it takes back: in the words of the index `receipt_related`, value and all."""

    template = "NOT (%(expressions)s = '')"
    output_field = BooleanField()
    conditional = True


def taking_back(since: date) -> QuerySet[Receipt]:
    """Voids and returns of sales of that day or a later one, to be chosen from by register and `related_key`.

    The day is for partitions: SQLite has none, and would take it for a reason to use another index.
    """
    rows = Receipt.objects.filter(NamesAnother(F("related_key")))
    return rows.filter(day__gte=since) if on_postgresql() else rows


def beginning(number: str) -> Q:
    """Numbers that begin so, case and all. Each database has its own way to use the index for it."""
    if on_postgresql():
        return Q(number__startswith=number)
    return Q(number__gte=number, number__lt=number + LAST_OF_ALL)


def late() -> Exists:
    """Receipts that came after their day had been complete once: a register that was offline, say."""
    days = FillDay.objects.filter(register=OuterRef("register"), day=OuterRef("day"))
    return Exists(days.filter(closed_at__lt=OuterRef("first_seen_at")))


STATE_CONDITIONS: dict[str, Any] = {
    "removed": Q(removed_at__isnull=False),
    "changed": Q(changed_at__isnull=False),
    "late": late(),
    "failed": Q(unit_failed=True),
    "suspect": ~Q(suspect=""),
}


def _midnight(day: date | None, days: int) -> datetime | None:
    return None if day is None else datetime.combine(day + timedelta(days=days), time(), UTC)


def _stood_in(shop: UUID) -> Any:
    """Placements of the receipt's register in the shop on its day."""
    placed = Placement.objects.filter(register=OuterRef("register"), shop__public_id=shop)
    return placed.filter(Q(until_day=None) | Q(until_day__gte=OuterRef("day")), from_day__lte=OuterRef("day"))


KINDS = [kind.value for kind in ReceiptKind]
