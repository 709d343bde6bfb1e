"""Compares what is in step with what the provider holds now: drift, doubles and absence, found with few calls.

One list call covers all managed organizations of a parent. A difference is shown to people and never repaired by
itself; absence is believed only from a complete list that is not empty, and only after the object itself answers 404.
"""

from __future__ import annotations

import logging
import random
from collections import defaultdict
from datetime import datetime

from django.db.models import F, Q

from fiscal.choices import CredentialStatus, ErrorCode, KindName
from fiscal.mirror.engine import ClientFor
from fiscal.mirror.plan import differences
from fiscal.mirror.settle import REREAD_EVERY
from fiscal.models import Mirror
from fiscal.providers.errors import Absent, ProviderError
from fiscal.providers.management import Management
from fiscal.providers.payloads import OrganizationPayload
from organizations.models import Organization

log = logging.getLogger(__name__)


def compare_due(client_for: ClientFor, *, now: datetime, limit: int) -> int:
    """Compare the groups (a parent's managed organizations, or one main one) whose turn it is. Gives how many."""
    rows = (
        Mirror.objects.filter(
            kind=KindName.ORGANIZATION, reread_at__lte=now, credential__status=CredentialStatus.ACTIVE
        )
        .exclude(remote_id="")
        .select_related("credential", "organization")
        .order_by("reread_at")[: limit * 50]
    )
    groups: dict[tuple[int, int | None, int], Mirror] = {}
    for mirror in rows:
        parent = mirror.organization.parent_id
        groups.setdefault((mirror.credential_id or 0, parent, 0 if parent else mirror.pk), mirror)
    for first in list(groups.values())[:limit]:
        _compare_group(first, client_for, now)
    return min(len(groups), limit)


def _compare_group(first: Mirror, client_for: ClientFor, now: datetime) -> None:
    members = _members(first)
    spread = REREAD_EVERY * random.uniform(0.8, 1.2)  # noqa: S311
    members.update(reread_at=now + spread)
    if first.credential is None:
        return
    client = client_for(first.credential)
    try:
        if first.organization.parent_id is None:
            _compare_one(client, first, now)
        else:
            _compare_children(client, first, now)
    except ProviderError as error:
        log.info("comparing with the provider put off: %s", error)


def _members(first: Mirror):  # type: ignore[no-untyped-def]
    if first.organization.parent_id is None:
        return Mirror.objects.filter(pk=first.pk)
    return Mirror.objects.filter(
        kind=KindName.ORGANIZATION, organization__parent=first.organization.parent_id, credential=first.credential_id
    ).exclude(remote_id="")


def _compare_one(client: Management, mirror: Mirror, now: datetime) -> None:
    try:
        note(mirror, client.organization(mirror.remote_id), now)
    except Absent as error:
        _gone(mirror, error, now)


def _compare_children(client: Management, first: Mirror, now: datetime) -> None:
    parent = Mirror.objects.filter(kind=KindName.ORGANIZATION, organization=first.organization.parent_id).get()
    listing = client.organizations(managed_by=parent.remote_id)
    by_id = {item.id: item for item in listing.items}
    by_mark: dict[str, list[str]] = defaultdict(list)
    for item in listing.items:
        if mark := item.metadata.get("kontor_id"):
            by_mark[mark].append(item.id)
    for mirror in _members(first).select_related("organization"):
        if mirror.remote_id in by_id:
            note(mirror, by_id[mirror.remote_id], now, twins=len(by_mark[str(mirror.mark)]) > 1)
        elif listing.complete and listing.items and mirror.organization.retired_at is None:
            _compare_one(client, mirror, now)


def note(mirror: Mirror, remote: OrganizationPayload, now: datetime, *, twins: bool = False) -> None:
    """Store what the provider holds now, and whether it differs from what both sides last agreed on.

    Only while nothing else is going on with the object: a pass in flight knows better.
    """
    values = {name: value for name, value in mirror.agreed.items() if name != "metadata"}
    theirs = differences(values, remote.raw)
    idle = Mirror.objects.filter(Q(lease_until=None) | Q(lease_until__lte=now), pk=mirror.pk)
    settled = idle.filter(organization__generation=F("applied_generation"))
    idle.update(observed=remote.raw, observed_at=now)
    if theirs:
        settled.filter(drifted_at=None).update(drifted_at=now)
    else:
        settled.update(drifted_at=None)
    if twins:
        settled.update(
            parked_generation=F("applied_generation"),
            human_action="duplicate",
            error_code=ErrorCode.DUPLICATE,
            failing_since=now,
        )


def _gone(mirror: Mirror, error: Absent, now: datetime) -> None:
    """Deleted at the provider. Its children are not touched and nothing is created anew without a person."""
    organization = Organization.objects.get(pk=mirror.organization_id)
    if organization.retired_at:
        return
    Mirror.objects.filter(pk=mirror.pk, lease_token=None).update(
        parked_generation=organization.generation,
        human_action="gone",
        error_code=ErrorCode.GONE,
        error_text=error.message,
        failing_since=now,
        observed_at=now,
    )
