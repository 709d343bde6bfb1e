"""What of registers and sales waits for a person: lines of the work list, and an organization's summary."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Count, Min, Q, QuerySet
from django.utils import timezone

from fiscal.choices import ConnectionStatus, FillState, ImportState, PaymentCategory
from fiscal.models import Connection, FileImport, FillDay, PaymentMethod, Register
from fiscal.queries.connections import ending
from fiscal.queries.own_days import stood_here
from fiscal.queries.registers import LATE
from organizations.access import Reach, in_reach, reachable
from organizations.choices import Scope
from organizations.models import User


@dataclass(frozen=True)
class SalesWork:
    """Counts, and since when the oldest waits. `mapping_at`: where most of the unmapped methods can be
    mapped; `files_at`: where most of the uploaded files wait for somebody to go on with them.
    """

    stopped: int
    stopped_since: datetime | None
    incomplete_days: int
    incomplete_since: datetime | None
    unmapped: int
    mapping_at: UUID | None
    licences: int
    licence_first: date | None
    files: int
    files_since: datetime | None
    files_at: UUID | None


@dataclass(frozen=True)
class SalesSummary:
    """Registers and connections of one organization and those it manages; None where the person may not see them."""

    registers: int | None
    gone: int
    incomplete: int
    connections: int | None
    stopped: int
    paused: int
    unmapped: int | None


def sales_work(user: User) -> SalesWork:
    """What waits within the person's reach, each one query."""
    now = timezone.now()
    connections = Connection.objects.filter(in_reach(user, Scope.INTEGRATIONS, organization="organization"))
    stopped = connections.filter(status=ConnectionStatus.STOPPED).aggregate(n=Count("pk"), since=Min("status_since"))
    licences = connections.filter(ending(timezone.localdate())).aggregate(n=Count("pk"), first=Min("licence_ends_on"))
    days = FillDay.objects.filter(
        stood_here(lambda field: in_reach(user, Scope.CLIENTS, organization=field)),
        state=FillState.INCOMPLETE,
        incomplete_since__lt=now - LATE,
    ).aggregate(n=Count("pk"), since=Min("incomplete_since"))
    unmapped = PaymentMethod.objects.filter(
        in_reach(user, Scope.TRANSACTIONS, organization="organization"),
        category=PaymentCategory.UNMAPPED,
        register__gone_at=None,
    ).values_list("organization", "organization__parent")
    places = list(unmapped.annotate(n=Count("pk")).order_by())
    files = list(_waiting_files(user))
    return SalesWork(
        stopped=stopped["n"],
        stopped_since=stopped["since"],
        incomplete_days=days["n"],
        incomplete_since=days["since"],
        unmapped=sum(n for _own, _parent, n in places),
        mapping_at=_place_of_most(user, Scope.TRANSACTIONS, places),
        licences=licences["n"],
        licence_first=licences["first"],
        files=sum(n for _own, _parent, n, _since in files),
        files_since=min((since for *_place, since in files), default=None),
        files_at=_place_of_most(user, Scope.INTEGRATIONS, [(own, parent, n) for own, parent, n, _since in files]),
    )


def _waiting_files(user: User) -> QuerySet[FileImport, tuple[int, int | None, int, datetime]]:
    """Files that somebody uploaded and nobody applied, by organization: how many, and since when the oldest waits."""
    rows = FileImport.objects.filter(
        in_reach(user, Scope.INTEGRATIONS, organization="organization"),
        state__in=[ImportState.MAPPING, ImportState.READY],
        ended_at=None,
    )
    places = rows.values_list("organization", "organization__parent").order_by()
    return places.annotate(n=Count("pk"), since=Min("uploaded_at"))


def _place_of_most(user: User, scope: Scope, places: Sequence[tuple[int, int | None, int]]) -> UUID | None:
    """The organization with most of what waits in its tree, as high up as the person reaches."""
    if not places:
        return None
    ids = {pk for own, parent, _n in places for pk in (own, parent) if pk}
    known = dict(reachable(user, scope).filter(pk__in=ids).values_list("pk", "public_id"))
    counts: Counter[int] = Counter()
    for own, parent, n in places:
        counts[parent if parent in known else own] += n
    return known.get(counts.most_common(1)[0][0])


def sales_summary(reach: Reach) -> SalesSummary | None:
    """The numbers of the organization's own page; None if the person may see none of them."""
    seen: Sequence[bool] = [reach.allows(scope) for scope in (Scope.CLIENTS, Scope.INTEGRATIONS, Scope.TRANSACTIONS)]
    if not any(seen):
        return None
    clients, integrations, transactions = seen
    registers = _registers(reach) if clients else {}
    connections = _connections(reach) if integrations else {}
    unmapped = PaymentMethod.objects.filter(
        reach.tree(Scope.TRANSACTIONS), category=PaymentCategory.UNMAPPED, register__gone_at=None
    )
    return SalesSummary(
        registers=registers.get("n"),
        gone=registers.get("gone", 0),
        incomplete=registers.get("incomplete", 0),
        connections=connections.get("n"),
        stopped=connections.get("stopped", 0),
        paused=connections.get("paused", 0),
        unmapped=unmapped.count() if transactions else None,
    )


def _registers(reach: Reach) -> dict[str, int]:
    def here(field: str) -> Q:
        return reach.tree(Scope.CLIENTS, field=field)

    days = FillDay.objects.filter(stood_here(here), state=FillState.INCOMPLETE)
    counts = Register.objects.filter(here("organization")).aggregate(
        n=Count("pk", filter=Q(gone_at=None)), gone=Count("pk", filter=Q(gone_at__isnull=False))
    )
    return counts | {"incomplete": days.count()}


def _connections(reach: Reach) -> dict[str, int]:
    rows = Connection.objects.filter(reach.tree(Scope.INTEGRATIONS)).exclude(status=ConnectionStatus.REVOKED)
    return rows.aggregate(
        n=Count("pk"),
        stopped=Count("pk", filter=Q(status=ConnectionStatus.STOPPED)),
        paused=Count("pk", filter=Q(status=ConnectionStatus.PAUSED)),
    )
