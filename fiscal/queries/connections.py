"""The list of connections: key, VAT number, licence end and slots in one table, and where each stands, in words.

A DataCash key belongs to one partita IVA, dies and revives with its licence, and its slots are limited; nothing secret
leaves this floor but the hint.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db.models import Count, F, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from fiscal.choices import AddOn, ConnectionKind, ConnectionStatus
from fiscal.models import Connection
from fiscal.statistics.sentences import in_words
from organizations.access import Reach, in_reach
from organizations.choices import Scope
from organizations.models import User, shown_name

TONES = {
    ConnectionStatus.ACTIVE: ("ok", "check"),
    ConnectionStatus.PAUSED: ("warn", "player-pause"),
    ConnectionStatus.STOPPED: ("bad", "alert-triangle"),
    ConnectionStatus.REVOKED: ("neutral", "archive"),
}
CONNECTION_TABS = (
    "",
    ConnectionStatus.STOPPED,
    ConnectionStatus.PAUSED,
    ConnectionStatus.ACTIVE,
    ConnectionStatus.REVOKED,
)
"""By their value in the address; '' is everything that is not removed."""
CONNECTION_SORTS = ("name", "organization", "licence", "read")
SOON = timedelta(days=30)


@dataclass(frozen=True)
class ConnectionFilters:
    """One state of the list. `ending`: only licences that end within 30 days, or have ended."""

    q: str = ""
    status: str = ""
    kind: str = ""
    ending: bool = False
    sort: str = "name"


@dataclass(frozen=True)
class ConnectionRow:
    """One line. `licence`: "ok", "soon", "over" or "" for unknown; slots are None where nobody said."""

    connection_id: UUID
    organization_id: UUID
    organization: str
    name: str
    kind: str
    kind_words: str
    hint: str
    vat_number: str
    licence_ends_on: date | None
    licence: str
    slots: int | None
    slots_used: int | None
    add_ons: Sequence[str]
    add_on_names: Sequence[str]
    status: str
    status_words: str
    tone: str
    icon: str
    reason: str
    registers: int
    read_at: datetime | None
    next_at: datetime | None


@dataclass(frozen=True)
class ConnectionList:
    """One page with its counts. `everything`: what is there without any filter."""

    rows: Sequence[ConnectionRow]
    total: int
    everything: int
    tabs: dict[str, int]
    counted_at: datetime


def list_connections(user: User, filters: ConnectionFilters, *, page: int = 1, size: int = 50) -> ConnectionList:
    """Connections of every organization whose integrations the person may see."""
    found = Connection.objects.filter(in_reach(user, Scope.INTEGRATIONS, organization="organization"))
    counted = in_reach(user, Scope.INTEGRATIONS, organization="registers__organization")
    return _listed(found, counted, filters, page, size)


def list_connections_of(reach: Reach, filters: ConnectionFilters, *, page: int = 1, size: int = 50) -> ConnectionList:
    """Connections of the organization reached and of those it manages. Raises NotAuthorized."""
    reach.require(Scope.INTEGRATIONS)
    found = Connection.objects.filter(reach.tree(Scope.INTEGRATIONS))
    return _listed(found, reach.tree(Scope.INTEGRATIONS, field="registers__organization"), filters, page, size)


def ending(today: date) -> Q:
    """Licences in use that end within 30 days, or have ended."""
    return Q(licence_ends_on__lte=today + SOON) & ~Q(status=ConnectionStatus.REVOKED)


def _listed(
    found: QuerySet[Connection], counted_registers: Q, filters: ConnectionFilters, page: int, size: int
) -> ConnectionList:
    """A page of `found`, each with as many registers as stand where the person may look."""
    counted: dict[str, int] = dict(_narrowed(found, filters).values_list("status").annotate(n=Count("pk")).order_by())
    removed = counted.get(ConnectionStatus.REVOKED, 0)
    tabs = {tab: counted.get(tab, 0) if tab else sum(counted.values()) - removed for tab in CONNECTION_TABS}
    total = tabs[filters.status]
    page = max(1, min(page, -(-total // size)))
    counting = _of_tab(_narrowed(found, filters), filters.status).annotate(
        register_count=Count("registers", filter=counted_registers)
    )
    rows = _ordered(counting, filters.sort)[(page - 1) * size : page * size]
    narrowed = filters.q or filters.kind or filters.ending or not sum(counted.values())
    today = timezone.localdate()
    return ConnectionList(
        rows=[connection_row(row, today) for row in rows.select_related("organization")],
        total=total,
        everything=found.count() if narrowed else sum(counted.values()),
        tabs=tabs,
        counted_at=timezone.now(),
    )


def _narrowed(found: QuerySet[Connection], filters: ConnectionFilters) -> QuerySet[Connection]:
    if filters.kind:
        found = found.filter(kind=filters.kind)
    if filters.ending:
        found = found.filter(ending(timezone.localdate()))
    if q := filters.q:
        named = Q(name__icontains=q) | Q(vat_number__icontains=q.replace(" ", "")) | Q(key_hint__icontains=q)
        named |= Q(organization__name__icontains=q) | Q(organization__display_name__icontains=q)
        found = found.filter(named)
    return found


def _of_tab(found: QuerySet[Connection], status: str) -> QuerySet[Connection]:
    return found.filter(status=status) if status else found.exclude(status=ConnectionStatus.REVOKED)


def _ordered(found: QuerySet[Connection], sort: str) -> QuerySet[Connection]:
    column = {"organization": "shown", "licence": "licence_ends_on", "read": "read_at"}.get(sort.lstrip("-"), "name")
    by = F(column).desc(nulls_last=True) if sort.startswith("-") else F(column).asc(nulls_last=True)
    return found.annotate(shown=shown_name("organization__")).order_by(by, "name", "pk")


def connection_row(row: Connection, today: date) -> ConnectionRow:
    """One connection with its organization, as a list shows it; `register_count` annotated."""
    tone, icon = TONES[ConnectionStatus(row.status)]
    waiting = row.status in {ConnectionStatus.ACTIVE, ConnectionStatus.PAUSED} and row.kind != ConnectionKind.FILES
    return ConnectionRow(
        connection_id=row.public_id,
        organization_id=row.organization.public_id,
        organization=str(row.organization),
        name=row.name,
        kind=row.kind,
        kind_words=row.get_kind_display(),
        hint=row.key_hint,
        vat_number=row.vat_number,
        licence_ends_on=row.licence_ends_on,
        licence=licence_level(row.licence_ends_on, today),
        slots=row.slots,
        slots_used=row.slots_used,
        add_ons=[_add_on(name) for name in row.add_ons],
        add_on_names=row.add_ons,
        status=row.status,
        status_words=_("needs a person") if row.status == ConnectionStatus.STOPPED else row.get_status_display(),
        tone=tone,
        icon=icon,
        reason=row.status_reason or (in_words(row.error_text) if row.tries else ""),
        registers=getattr(row, "register_count", 0),
        read_at=row.read_at,
        next_at=row.due_at if waiting else None,
    )


def licence_level(ends_on: date | None, today: date) -> str:
    """How near the end of a licence is: "ok", "soon" (30 days), "over", '' if nobody said."""
    if ends_on is None:
        return ""
    if ends_on < today:
        return "over"
    return "soon" if ends_on <= today + SOON else "ok"


def _add_on(name: str) -> str:
    return str(AddOn(name).label) if name in AddOn.values else name
