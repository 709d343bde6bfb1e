"""The list of registers: where each stands, when it last sold, and how complete its statistics are."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, F, Max, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from fiscal.choices import FillState, PaymentCategory, Provider
from fiscal.models import DayTotal, FillDay, PaymentMethod, Placement, Register
from fiscal.queries.own_days import days_of_others, last_elsewhere, since_then, stood_here
from organizations.access import Reach, in_reach, roads
from organizations.choices import Scope
from organizations.models import Organization, User, shown_name

SHOWN_DAYS = 92
LATE = timedelta(days=3)
"""A day that is incomplete for longer needs a look."""
REGISTER_TABS = ("", "incomplete", "unmapped", "gone")
REGISTER_SORTS = ("name", "organization", "last", "as_of")


@dataclass(frozen=True)
class RegisterFilters:
    """One state of the list. `state`: a tab; `late` narrows to days incomplete for more than three days."""

    q: str = ""
    state: str = ""
    late: bool = False
    provider: str = ""
    organization: UUID | None = None
    connection: UUID | None = None
    sort: str = "name"


@dataclass(frozen=True)
class RegisterRow:
    """One line. `connection_id` is None where the person may not open the connection.

    `filled` and `incomplete` count days of the last 92, `missing` those of them that are not filled.
    """

    register_id: UUID
    organization_id: UUID
    organization: str
    name: str
    serial: str
    provider: str
    shop: str
    connection: str
    connection_id: UUID | None
    connection_organization_id: UUID | None
    last_day: date | None
    as_of: datetime | None
    filled: int
    incomplete: int
    missing: int
    unmapped: int
    gone_at: datetime | None


@dataclass(frozen=True)
class RegisterList:
    """One page with its counts. `everything`: what is there without any filter."""

    rows: Sequence[RegisterRow]
    total: int
    everything: int
    tabs: dict[str, int]
    organizations: Sequence[tuple[UUID, str]]
    counted_at: datetime


def list_registers(user: User, filters: RegisterFilters, *, page: int = 1, size: int = 50) -> RegisterList:
    """Registers of every organization whose clients the person may see."""
    return _listed(user, lambda field: in_reach(user, Scope.CLIENTS, organization=field), filters, page, size)


def list_registers_of(reach: Reach, filters: RegisterFilters, *, page: int = 1, size: int = 50) -> RegisterList:
    """Registers that stand in the organization reached or in one it manages. Raises NotAuthorized."""
    reach.require(Scope.CLIENTS)
    return _listed(reach.actor, lambda field: reach.tree(Scope.CLIENTS, field=field), filters, page, size)


def _listed(
    user: User | None, here: Callable[[str], Q], filters: RegisterFilters, page: int, size: int
) -> RegisterList:
    found = Register.objects.filter(here("organization"))
    narrowed = _narrowed(found, filters)
    conditions = {
        "incomplete": _incomplete(here, late=filters.late),
        "unmapped": _unmapped(),
        "gone": Q(gone_at__isnull=False),
    }
    counts = narrowed.aggregate(
        all=Count("pk"), **{tab: Count("pk", filter=condition) for tab, condition in conditions.items()}
    )
    tabs = {tab: counts[tab or "all"] for tab in REGISTER_TABS}
    total = tabs[filters.state]
    page = max(1, min(page, -(-total // size)))
    if filters.state:
        narrowed = narrowed.filter(conditions[filters.state])
    ordered = _ordered(narrowed, filters.sort).values_list("pk", flat=True)
    places = Organization.objects.filter(pk__in=found.values("organization")).annotate(shown=shown_name())
    return RegisterList(
        rows=register_rows(user, list(ordered[(page - 1) * size : page * size])),
        total=total,
        everything=tabs[""] or found.count(),
        tabs=tabs,
        organizations=list(places.order_by("shown").values_list("public_id", "shown")[:50]),
        counted_at=timezone.now(),
    )


def _narrowed(found: QuerySet[Register], filters: RegisterFilters) -> QuerySet[Register]:
    if filters.provider:
        found = found.filter(provider=filters.provider)
    if filters.organization:
        found = found.filter(organization__public_id=filters.organization)
    if filters.connection:
        found = found.filter(connection__public_id=filters.connection)
    if q := filters.q:
        named = Q(name__icontains=q) | Q(serial__icontains=q) | Q(remote_id__icontains=q)
        named |= Q(organization__name__icontains=q) | Q(organization__display_name__icontains=q)
        named |= Q(Exists(_standing().filter(Q(shop__name__icontains=q) | Q(shop__number__icontains=q))))
        found = found.filter(named)
    return found


def _standing() -> QuerySet[Placement]:
    """Where a register of the outer query stands now."""
    return Placement.objects.filter(register=OuterRef("pk"), until_day__isnull=True)


def _incomplete(here: Callable[[str], Q], *, late: bool) -> Q:
    """Registers with such days here. Few days are incomplete, and an index holds just these: found once, not per register."""
    days = FillDay.objects.filter(stood_here(here), state=FillState.INCOMPLETE)
    days = days.filter(incomplete_since__lt=timezone.now() - LATE) if late else days
    return Q(pk__in=days.values("register"))


def _unmapped() -> Q:
    return Q(pk__in=unmapped_here().order_by().values("register"))


def unmapped_here() -> QuerySet[PaymentMethod]:
    """Methods that nobody gave a meaning to in the organization where their register stands now."""
    return PaymentMethod.objects.filter(category=PaymentCategory.UNMAPPED, organization=F("register__organization"))


def _ordered(found: QuerySet[Register], sort: str) -> QuerySet[Register]:
    column = sort.lstrip("-")
    if column == "organization":
        found = found.alias(by=shown_name("organization__"))
    elif column == "last":
        days = DayTotal.objects.filter(register=OuterRef("pk")).order_by("-day").values("day")[:1]
        found = found.alias(by=Subquery(days))
    elif column == "as_of":
        moments = FillDay.objects.filter(register=OuterRef("pk")).order_by("-as_of").values("as_of")[:1]
        found = found.alias(by=Subquery(moments))
    else:
        found = found.alias(by=F("name"))
    by = F("by").desc(nulls_last=True) if sort.startswith("-") else F("by").asc(nulls_last=True)
    return found.order_by(by, "name", "pk")


def register_rows(user: User | None, ids: Sequence[int]) -> list[RegisterRow]:
    """The rows of registers that the caller found within the person's reach, in that order; three queries for any number."""
    if not ids:
        return []
    mine = OuterRef("pk")
    found = Register.objects.filter(pk__in=ids).select_related("organization", "connection__organization")
    found = found.annotate(
        elsewhere=last_elsewhere(user),
        last_day=Subquery(DayTotal.objects.filter(register=mine).order_by("-day").values("day")[:1]),
        shop_name=Subquery(_standing().values("shop__name")[:1]),
        unmapped=Subquery(
            unmapped_here().filter(register=mine).order_by().values("register").annotate(n=Count("pk")).values("n")
        ),
    )
    rows = {row.pk: row for row in found}
    since = {pk: day for pk, row in rows.items() if (day := since_then(row.elsewhere))}
    days = _days(rows.values(), since)
    known = _known_connections(user, {row.connection.organization for row in rows.values()})
    return [_row(rows[pk], days.get(pk), known, since.get(pk)) for pk in ids if pk in rows]


def _known_connections(user: User | None, organizations: set[Organization]) -> set[int]:
    """Of these organizations those whose connections the person may open: others are not even named."""
    parents = {organization.pk: organization.parent_id for organization in organizations}
    return set(parents) if user is None else roads(user).reached(Scope.INTEGRATIONS, parents)


def first_shown_day(register: Register, since: date | None = None) -> date:
    """The first of the last 92 local days on which this register should be filled; none before `since` is told of."""
    today = timezone.localdate(timezone=register.zone)
    begin = register.read_from or timezone.localtime(register.created_at, register.zone).date()
    return max(today - timedelta(days=SHOWN_DAYS - 1), begin, since or begin)


def _days(registers: Iterable[Register], hidden: dict[int, date]) -> dict[int, Any]:
    """Of the last 92 days: how many are filled and incomplete, from which day on, and the newest "as of"."""
    since = timezone.localdate() - timedelta(days=SHOWN_DAYS - 1)
    rows = FillDay.objects.filter(register__in=[row.pk for row in registers], day__gte=since).exclude(
        Q(state=FillState.STARTED) | days_of_others(hidden)
    )
    counted = rows.values("register").annotate(
        filled=Count("pk"), incomplete=Count("pk", filter=Q(state=FillState.INCOMPLETE)), as_of=Max("as_of")
    )
    return {row["register"]: row for row in counted.order_by()}


def _row(row: Any, days: Any, known: set[int], since: date | None) -> RegisterRow:
    today, connection = timezone.localdate(timezone=row.zone), row.connection
    filled = days["filled"] if days else 0
    expected = 0 if row.gone_at else max(0, (today - first_shown_day(row, since)).days + 1)
    opens = connection.organization_id in known
    return RegisterRow(
        register_id=row.public_id,
        organization_id=row.organization.public_id,
        organization=str(row.organization),
        name=row.name,
        serial=row.serial,
        provider=str(Provider(row.provider).label),
        shop=row.shop_name or "",
        connection=connection.name if opens else "",
        connection_id=connection.public_id if opens else None,
        connection_organization_id=connection.organization.public_id if opens else None,
        last_day=None if since and row.last_day and row.last_day < since else row.last_day,
        as_of=days["as_of"] if days else None,
        filled=filled,
        incomplete=days["incomplete"] if days else 0,
        missing=max(0, expected - filled),
        unmapped=row.unmapped or 0,
        gone_at=row.gone_at,
    )
