"""Mirror work that failed or waits for a person, over everything in reach."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, Min, Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils import timezone

from billing.models import BillingAddress
from fiscal.choices import ErrorCode, KindName, Phase
from fiscal.models import Mirror
from fiscal.queries.standing import mirrors_with_phase
from fiscal.queries.words import long_reason
from organizations.access import in_reach, roads
from organizations.choices import Level, Scope
from organizations.models import ApiKey, DashboardUser, User

WORK_PHASES = (Phase.REFUSED, Phase.NEEDS_PERSON, Phase.DRIFTED, Phase.RETRYING)
"""What the page shows, worst first."""

RETRY_PHASES = (Phase.REFUSED, Phase.NEEDS_PERSON, Phase.RETRYING)
"""What "try again" can help."""


@dataclass(frozen=True)
class WorkFilters:
    """One state of the page."""

    phase: str = ""
    kind: str = ""


@dataclass(frozen=True)
class WorkRow:
    """One mirrored object that is not in step. `may_retry`: this person may press "try again" on it."""

    mirror_id: int
    kind: str
    of_billing: bool
    """An arrangement: what differs is compared where billing is."""
    of_people: bool
    """A user of fiskaly's dashboard: what differs is decided where they are."""
    name: str
    organization_id: UUID
    organization: str
    phase: str
    since: datetime | None
    reason: str
    error_text: str
    tries: int
    next_at: datetime | None
    may_retry: bool


@dataclass(frozen=True)
class Work:
    """One page of it, with the counts of both filters."""

    rows: Sequence[WorkRow]
    total: int
    phases: dict[str, int]
    kinds: dict[str, int]
    may_retry_all: bool
    """Whether the person may try again with one action what this page shows."""


def mirror_work(user: User, filters: WorkFilters, *, page: int = 1, size: int = 50) -> Work:
    """One page of failed and waiting work, oldest trouble first."""
    found = _work(user)
    counts = {
        (phase, kind): n for phase, kind, n in found.values_list("phase", "kind").annotate(n=Count("pk")).order_by()
    }
    total = _sum(counts, filters.phase, filters.kind)
    page = max(1, min(page, -(-total // size)))
    rows = _chosen(found, filters).order_by("since", "pk").select_related("organization", "credential")
    mirrors = list(rows.defer("agreed", "observed")[(page - 1) * size : page * size]) if total else []
    shown = _rows(user, mirrors)
    return Work(
        rows=shown,
        total=total,
        phases={phase: _sum(counts, phase, filters.kind) for phase in ("", *WORK_PHASES)},
        kinds={kind: _sum(counts, filters.phase, kind) for kind in KindName.values},
        may_retry_all=any(row.may_retry for row in shown) and bool(_managed(user, Scope.BULK, mirrors)),
    )


def retryable_ids(user: User, filters: WorkFilters) -> list[int]:
    """Every mirror under the filter that this person may try again: what "try again all shown" is about."""
    found = _chosen(_work(user), filters).filter(phase__in=RETRY_PHASES)
    allowed = in_reach(user, Scope.ORGANIZATIONS, Level.MANAGE, organization="organization")
    in_bulk = in_reach(user, Scope.BULK, Level.MANAGE, organization="organization")
    people = ~Q(kind=KindName.DASHBOARD_USER) | in_reach(user, Scope.USERS, Level.MANAGE, organization="organization")
    return list(found.filter(allowed & in_bulk & people).order_by("since", "pk").values_list("pk", flat=True))


def work_counts(user: User, *, since: datetime) -> dict[str, tuple[int, datetime | None]]:
    """How many objects stand in each phase of trouble, and the oldest of them; retrying ones only if since `since`."""
    found: QuerySet[Any] = _work(user).exclude(phase=Phase.RETRYING, since__gt=since)
    rows = found.values_list("phase").annotate(n=Count("pk"), oldest=Min("since")).order_by()
    return {phase: (n, oldest) for phase, n, oldest in rows}


def _work(user: User) -> QuerySet[Any]:
    """Mirrors in trouble."""
    return (
        mirrors_with_phase(user, Scope.ORGANIZATIONS, now=timezone.now())
        .filter(phase__in=WORK_PHASES)
        .annotate(since=Coalesce("failing_since", "drifted_at"))
    )


def _chosen(found: QuerySet[Any], filters: WorkFilters) -> QuerySet[Any]:
    if filters.phase:
        found = found.filter(phase=filters.phase)
    return found.filter(kind=filters.kind) if filters.kind else found


def _sum(counts: dict[tuple[str, str], int], phase: str, kind: str) -> int:
    return sum(n for (p, k), n in counts.items() if phase in {"", p} and kind in {"", k})


def _rows(user: User, mirrors: Sequence[Mirror]) -> list[WorkRow]:
    names = _names(mirrors)
    may = _managed(user, Scope.ORGANIZATIONS, mirrors)
    people = [mirror for mirror in mirrors if mirror.kind == KindName.DASHBOARD_USER]
    may_people = may & _managed(user, Scope.USERS, people)
    return [_row(mirror, names, may_people if mirror in people else may) for mirror in mirrors]


def _managed(user: User, scope: Scope, mirrors: Sequence[Mirror]) -> set[int]:
    """Those organizations of these mirrors that the person manages in this scope."""
    if not mirrors:
        return set()
    parents = {mirror.organization_id: mirror.organization.parent_id for mirror in mirrors}
    return roads(user).reached(scope, parents, Level.MANAGE)


def _row(mirror: Any, names: dict[UUID, str], may: set[int]) -> WorkRow:
    status = mirror.credential.status if mirror.credential else ""
    told = mirror.error_code not in {"", ErrorCode.NEEDS}
    return WorkRow(
        mirror_id=mirror.pk,
        kind=str(KindName(mirror.kind).label),
        of_billing=mirror.kind == KindName.ARRANGEMENT,
        of_people=mirror.kind == KindName.DASHBOARD_USER,
        name=names.get(mirror.subject_id, ""),
        organization_id=mirror.organization.public_id,
        organization=str(mirror.organization),
        phase=mirror.phase,
        since=mirror.since,
        reason=long_reason(
            mirror.phase, error_code=mirror.error_code, human_action=mirror.human_action, credential_status=status
        ),
        error_text=mirror.error_text if told else "",
        tries=mirror.tries,
        next_at=mirror.due_at if mirror.phase == Phase.RETRYING else None,
        may_retry=mirror.phase in RETRY_PHASES and mirror.organization_id in may,
    )


def _names(mirrors: Sequence[Mirror]) -> dict[UUID, str]:
    """What the objects are called; an arrangement has no name of its own."""
    ids = {kind: [mirror.subject_id for mirror in mirrors if mirror.kind == kind] for kind in KindName.values}
    names = dict(ApiKey.objects.filter(public_id__in=ids[KindName.API_KEY]).values_list("public_id", "name"))
    addresses = BillingAddress.objects.filter(public_id__in=ids[KindName.BILLING_ADDRESS])
    people = DashboardUser.objects.filter(public_id__in=ids[KindName.DASHBOARD_USER])
    return names | {row.public_id: str(row) for row in (*addresses, *people)}
