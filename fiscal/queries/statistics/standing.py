"""Which registers stand in a selection, where and since when: what is expected, what can be chosen, and who reads it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Case, Count, Q, When

from fiscal.choices import ConnectionStatus
from fiscal.models import Placement
from fiscal.queries.statistics.selection import Place, Selection
from fiscal.queries.statistics.span import Span

FEW = 2000
"""Up to so many placements are read one by one; of more only the counts."""


class Choice(NamedTuple):
    """Something that the filter row offers."""

    public_id: UUID
    name: str


class Seller(NamedTuple):
    """An organization that had registers in the days of a selection."""

    pk: int
    public_id: UUID
    name: str
    country_code: str


class Reading(NamedTuple):
    """One provider that a selection's figures come from."""

    provider: str
    read_at: datetime | None
    """End of the oldest last good round among its connections; None: one of them was never read."""


@dataclass(frozen=True)
class Standing:
    """The registers of a selection. `spans`: (from, until, how many registers), an open end being None."""

    spans: list[tuple[date, date | None, int]]
    zones: list[str]
    currencies: list[str]
    readings: list[Reading]
    organizations: list[Choice]
    shops: list[Choice]
    registers: list[Choice]
    sellers: list[Seller]
    """The organizations of the place itself, by name."""
    all_read: bool = True
    """False where there are more than FEW placements: lists then hold the first of them."""

    @property
    def any(self) -> bool:
        return bool(self.spans)

    def expected(self, span: Span) -> dict[date, int]:
        """How many registers stood there on each day."""
        steps = dict.fromkeys(span, 0)
        after = span.last + timedelta(1)
        for begin, until, count in self.spans:
            first, end = max(begin, span.first), min(after, until + timedelta(1) if until else after)
            if first < end:
                steps[first] += count
                if end in steps:
                    steps[end] -= count
        running = 0
        for day, step in steps.items():
            running += step
            steps[day] = running
        return steps


COLUMNS = (
    "from_day",
    "until_day",
    "register__gone_at",
    "register__time_zone",
    "register__currency",
    "register__provider",
    "register__connection__read_at",
    "removed_at",
    "organization_id",
    "organization__parent_id",
    "organization__public_id",
    "organization__display_name",
    "organization__name",
    "organization__country_code",
    "shop_id",
    "shop__public_id",
    "shop__name",
    "register_id",
    "register__public_id",
    "register__name",
)


REMOVED_AT = Case(
    When(register__connection__status=ConnectionStatus.REVOKED, then="register__connection__status_since")
)
"""When its connection was removed; None while it is in use."""


def standing_in(selection: Selection) -> Standing:
    """Registers that stood in the place on any day of the selection; choices from all of its base."""
    found = Placement.objects.filter(selection.base.within(), _overlapping(selection)).annotate(removed_at=REMOVED_AT)
    rows = [
        dict(zip(COLUMNS, row, strict=True))
        for row in found.order_by("organization__name", "register__name", "pk").values_list(*COLUMNS)[: FEW + 1]
    ]
    inside = [row for row in rows if _inside(row, selection.place)]
    spans = _grouped(found, selection) if len(rows) > FEW else [(*_days(row), 1) for row in inside]
    at_place = [row for row in rows if _inside(row, selection.place, whole=True)]
    return Standing(
        spans=spans,
        zones=sorted({row["register__time_zone"] for row in inside}),
        currencies=sorted({row["register__currency"] for row in inside}),
        readings=_readings(inside),
        organizations=_choices(rows, "organization__public_id", "organization__display_name", "organization__name"),
        shops=_choices(at_place, "shop__public_id", "shop__name"),
        registers=_choices(at_place, "register__public_id", "register__name"),
        sellers=_sellers(inside),
        all_read=len(rows) <= FEW,
    )


def _overlapping(selection: Selection) -> Q:
    first = min(selection.span.first, selection.before.first) if selection.before else selection.span.first
    return Q(from_day__lte=selection.span.last) & (Q(until_day=None) | Q(until_day__gte=first))


def _inside(row: dict[str, Any], place: Place, *, whole: bool = False) -> bool:
    """Whether the row's register stands in the place; `whole`: in its organizations at least."""
    here = row["organization_id"] in {*place.heads, *place.singles} or row["organization__parent_id"] in place.heads
    if whole or not here:
        return here
    return (place.register is None or row["register_id"] == place.register) and (
        place.shop is None or row["shop_id"] == place.shop
    )


def _days(row: dict[str, Any]) -> tuple[date, date | None]:
    """From when until when a register is expected to have days: not after it left the provider's list, nor after its
    connection was removed. Local days of the register.
    """
    zone = ZoneInfo(row["register__time_zone"])
    ends = [at.astimezone(zone).date() for at in (row["register__gone_at"], row["removed_at"]) if at]
    if row["until_day"]:
        ends.append(row["until_day"])
    return row["from_day"], min(ends, default=None)


def _grouped(found: Any, selection: Selection) -> list[tuple[date, date | None, int]]:
    """The same counts by the database, where there are too many to read."""
    narrowed = found.filter(selection.place.within())
    if selection.place.shop is not None:
        narrowed = narrowed.filter(shop=selection.place.shop)
    if selection.place.register is not None:
        narrowed = narrowed.filter(register=selection.place.register)
    told = ("from_day", "until_day", "register__gone_at", "register__time_zone", "removed_at")
    rows = narrowed.order_by().values(*told).annotate(n=Count("pk"))
    return [(*_days(row), row["n"]) for row in rows]


def _readings(rows: Iterable[dict[str, Any]]) -> list[Reading]:
    """Of the connections in use; of removed ones where there are no others."""
    oldest: dict[str, datetime | None] = {}
    rows = list(rows)
    for row in [row for row in rows if not row["removed_at"]] or rows:
        provider, read_at = row["register__provider"], row["register__connection__read_at"]
        known = oldest.get(provider, read_at)
        oldest[provider] = min(known, read_at) if known and read_at else None
    return [Reading(provider, read_at) for provider, read_at in sorted(oldest.items())]


def _choices(rows: Iterable[dict[str, Any]], key: str, *names: str) -> list[Choice]:
    """Each once, by the first of its names that is not empty."""
    found = {row[key]: next(row[name] for name in names if row[name]) for row in rows if row[key]}
    return [Choice(public_id, name) for public_id, name in found.items()]


def _sellers(rows: Iterable[dict[str, Any]]) -> list[Seller]:
    found = {
        row["organization_id"]: Seller(
            row["organization_id"],
            row["organization__public_id"],
            row["organization__display_name"] or row["organization__name"],
            row["organization__country_code"],
        )
        for row in rows
    }
    return sorted(found.values(), key=lambda seller: (seller.name, seller.pk))
