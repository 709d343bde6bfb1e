"""All kinds, in the order of need, and what of them is due."""

from __future__ import annotations

import time
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Window
from django.db.models.functions import Coalesce, RowNumber

from fiscal.choices import CredentialStatus
from fiscal.mirror.engine import ClientFor, run
from fiscal.mirror.kind import Kind
from fiscal.mirror.kinds.api_key import ApiKeyKind
from fiscal.mirror.kinds.arrangement import ArrangementKind
from fiscal.mirror.kinds.billing_address import BillingAddressKind
from fiscal.mirror.kinds.dashboard_user import DashboardUserKind
from fiscal.mirror.kinds.organization import OrganizationKind
from fiscal.models import Mirror

KINDS: tuple[Kind, ...] = (
    OrganizationKind(),
    BillingAddressKind(),
    ArrangementKind(),
    ApiKeyKind(),
    DashboardUserKind(),
)
BY_NAME = {kind.name: kind for kind in KINDS}
MOST_TURNS = 5
"""Passes of one object in one go. Three are the most that it needs; one that stays due must not hold up the others."""


def due(kind: Kind, now: datetime) -> QuerySet[Any]:
    """Desired rows of a kind that differ from what was applied, and that nothing holds back."""
    held = Mirror.objects.filter(kind=kind.name, subject_id=OuterRef("public_id")).filter(
        Q(applied_generation=OuterRef("generation"))
        | Q(parked_generation=OuterRef("generation"))
        | Q(due_at__gt=now)
        | Q(lease_until__gt=now)
        | Q(credential__status=CredentialStatus.PAUSED)
    )
    return kind.desired().filter(~Exists(held))


Work = list[tuple[Kind, UUID]]
"""Objects of one organization that are due, in the order of need."""


def due_work(now: datetime, *, limit: int) -> dict[int, Work]:
    """Organizations with due work, fairly: tenants take turns, so that one busy partner cannot starve another.

    Each tenant is heard with at most `limit` rows of a kind, its oldest changes first.
    """
    by_tenant: dict[int, dict[int, Work]] = defaultdict(dict)
    for kind in KINDS:
        path = kind.organization_path
        prefix = "" if path == "pk" else "organization__"
        turn = Window(RowNumber(), partition_by=[F("tenant")], order_by=["changed_at", "pk"])
        rows = (
            due(kind, now)
            .annotate(tenant=Coalesce(f"{prefix}parent_id", path))
            .annotate(turn=turn)
            .filter(turn__lte=limit)
            .order_by("turn", "changed_at")
            .values_list("tenant", path, "public_id")
        )
        for tenant, organization, subject in rows:
            by_tenant[tenant].setdefault(organization, []).append((kind, subject))
    work = {organization: found for tenant in by_tenant.values() for organization, found in tenant.items()}
    return {
        organization: work[organization] for organization in _in_turns(deque(map(deque, by_tenant.values())), limit)
    }


def due_organizations(now: datetime, *, limit: int) -> list[int]:
    """Organizations with due work, tenants in turns."""
    return list(due_work(now, limit=limit))


def work_off(work: dict[int, Work], client_for: ClientFor, *, clock: Callable[[], datetime]) -> int:
    """One pass over each object. What is due again after it, the next sweep finds. Gives the passes."""
    subjects = [subject for objects in work.values() for _kind, subject in objects]
    rows = Mirror.objects.select_related("credential").filter(subject_id__in=subjects)
    mirrors = {(row.kind, row.subject_id): row for row in rows}
    return sum(
        run(kind, subject, client_for, now=clock(), mirror=mirrors.get((kind.name, subject)))
        for objects in work.values()
        for kind, subject in objects
    )


def _in_turns(tenants: deque[deque[int]], limit: int) -> Iterator[int]:
    while tenants and limit:
        tenant = tenants.popleft()
        yield tenant.popleft()
        limit -= 1
        if tenant:
            tenants.append(tenant)


def reconcile(
    organization_id: int,
    client_for: ClientFor,
    *,
    clock: Callable[[], datetime],
    most_passes: int = 50,
    most_seconds: float = 10,
    stop: Callable[[], bool] = bool,
) -> int:
    """Work on one organization until nothing of it is due: kinds in the order of need. Gives the number of passes.

    It ends early after `most_passes` or `most_seconds`, or when `stop` says so, always between two passes: what is left
    stays due. So a worker that is asked to stop is never far from its end.
    """
    passes, begun = 0, time.monotonic()
    for kind in KINDS:
        turns: Counter[UUID] = Counter()
        while passes < most_passes and time.monotonic() - begun < most_seconds and not stop():
            now = clock()
            had = [subject for subject, times in turns.items() if times >= MOST_TURNS]
            mine = due(kind, now).filter(**{kind.organization_path: organization_id}).exclude(public_id__in=had)
            subject: UUID | None = mine.order_by("changed_at", "pk").values_list("public_id", flat=True).first()
            if subject is None:
                break
            if run(kind, subject, client_for, now=now):
                passes += 1
                turns[subject] += 1
            else:
                turns[subject] = MOST_TURNS  # somebody else was faster
    return passes
