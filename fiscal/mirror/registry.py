"""All kinds, in the order of need, and what of them is due."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce

from fiscal.choices import CredentialStatus
from fiscal.mirror.engine import ClientFor, run
from fiscal.mirror.kind import Kind
from fiscal.mirror.kinds.api_key import ApiKeyKind
from fiscal.mirror.kinds.arrangement import ArrangementKind
from fiscal.mirror.kinds.billing_address import BillingAddressKind
from fiscal.mirror.kinds.organization import OrganizationKind
from fiscal.models import Mirror

KINDS: tuple[Kind, ...] = (OrganizationKind(), BillingAddressKind(), ArrangementKind(), ApiKeyKind())
BY_NAME = {kind.name: kind for kind in KINDS}
MOST_LISTED = 5_000


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


def due_organizations(now: datetime, *, limit: int) -> list[int]:
    """Organizations with due work, fairly: tenants take turns, so that one busy partner cannot starve another."""
    by_tenant: dict[int, dict[int, None]] = defaultdict(dict)
    for kind in KINDS:
        path = kind.organization_path
        prefix = "" if path == "pk" else "organization__"
        rows = (
            due(kind, now)
            .annotate(tenant=Coalesce(f"{prefix}parent_id", path))
            .order_by("changed_at")
            .values_list("tenant", path)[:MOST_LISTED]
        )
        for tenant, organization in rows:
            by_tenant[tenant].setdefault(organization)
    return list(_in_turns(deque(deque(found) for found in by_tenant.values()), limit))


def _in_turns(tenants: deque[deque[int]], limit: int) -> Iterator[int]:
    while tenants and limit:
        tenant = tenants.popleft()
        yield tenant.popleft()
        limit -= 1
        if tenant:
            tenants.append(tenant)


def reconcile(organization_id: int, client_for: ClientFor, *, clock: Any, most_passes: int = 50) -> int:
    """Work on one organization until nothing of it is due: kinds in the order of need. Gives the number of passes."""
    passes = 0
    for kind in KINDS:
        while passes < most_passes:
            now = clock()
            subject = (
                due(kind, now).filter(**{kind.organization_path: organization_id}).values_list("public_id", flat=True)
            ).first()
            if subject is None or not run(kind, UUID(str(subject)), client_for, now=now):
                break
            passes += 1
    return passes
