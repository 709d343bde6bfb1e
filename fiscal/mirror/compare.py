"""Compares what is in step with what the provider holds now: drift, doubles and absence, found with few calls.

One list call covers all managed organizations of a parent. A difference is shown to people and never repaired by
itself; absence is believed only from a complete list that is not empty, and only after the object itself answers 404.
"""

from __future__ import annotations

import logging
import random
from collections import defaultdict
from datetime import datetime
from typing import Any

from django.db.models import F, Q, QuerySet

from billing.models import Arrangement
from fiscal.choices import CredentialStatus, ErrorCode, KindName
from fiscal.mirror import compare_keys
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
    """Compare the groups (a parent's managed organizations, or one main one) whose turn it is. Gives how many.

    Then the API keys whose turn it is, an organization at a time.
    """
    rows = _whose_turn_it_is(KindName.ORGANIZATION, now)[: limit * 50]
    groups: dict[tuple[int, int | None, int], Mirror] = {}
    for mirror in rows:
        parent = mirror.organization.parent_id
        groups.setdefault((mirror.credential_id or 0, parent, 0 if parent else mirror.pk), mirror)
    chosen = list(groups.values())[:limit]
    for first in chosen:
        _compare_group(first, client_for, now)
    done = compare_keys.compare_due(_whose_turn_it_is(KindName.API_KEY, now), client_for, now=now, limit=limit)
    return len(chosen) + done


def _whose_turn_it_is(kind: KindName, now: datetime) -> QuerySet[Mirror]:
    rows = Mirror.objects.filter(kind=kind, reread_at__lte=now, credential__status=CredentialStatus.ACTIVE)
    return rows.exclude(remote_id="").select_related("credential", "organization").order_by("reread_at")


def _compare_group(first: Mirror, client_for: ClientFor, now: datetime) -> None:
    _members(first).update(reread_at=now + REREAD_EVERY * random.uniform(0.8, 1.2))  # noqa: S311
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


def _members(first: Mirror) -> QuerySet[Mirror]:
    if first.organization.parent_id is None:
        return Mirror.objects.filter(pk=first.pk)
    return Mirror.objects.filter(
        kind=KindName.ORGANIZATION, organization__parent=first.organization.parent_id, credential=first.credential_id
    ).exclude(remote_id="")


def _compare_one(client: Management, mirror: Mirror, now: datetime) -> None:
    try:
        remote = client.organization(mirror.remote_id)
    except Absent as error:
        return _gone(mirror, error, now)
    _note_organization(mirror, _arrangements([mirror]).get(mirror.organization_id), remote, now)
    return None


def _compare_children(client: Management, first: Mirror, now: datetime) -> None:
    # What we know is read before the provider is asked: a pass in between then knows better, and `note` can tell.
    members = list(_members(first).select_related("organization"))
    arrangements = _arrangements(members)
    parent = Mirror.objects.filter(kind=KindName.ORGANIZATION, organization=first.organization.parent_id).get()
    listing = client.organizations(managed_by=parent.remote_id)
    by_id = {item.id: item for item in listing.items}
    by_mark: dict[str, list[str]] = defaultdict(list)
    for item in listing.items:
        if mark := item.metadata.get("kontor_id"):
            by_mark[mark].append(item.id)
    for mirror in members:
        remote = by_id.get(mirror.remote_id)
        if remote is not None:
            arrangement = arrangements.get(mirror.organization_id)
            _note_organization(mirror, arrangement, remote, now, twins=len(by_mark[str(mirror.mark)]) > 1)
        elif listing.complete and listing.items and mirror.organization.retired_at is None:
            _compare_one(client, mirror, now)


def _arrangements(members: list[Mirror]) -> dict[int, tuple[Mirror, int]]:
    """The mirrors of the members' arrangements with the generation each should have, by organization."""
    ids = [member.organization_id for member in members]
    wanted = dict(Arrangement.objects.filter(organization_id__in=ids).values_list("organization_id", "generation"))
    rows = Mirror.objects.filter(kind=KindName.ARRANGEMENT, organization_id__in=ids)
    return {row.organization_id: (row, wanted[row.organization_id]) for row in rows if row.organization_id in wanted}


def _note_organization(
    mirror: Mirror,
    arrangement: tuple[Mirror, int] | None,
    remote: OrganizationPayload,
    now: datetime,
    *,
    twins: bool = False,
) -> None:
    note(mirror, remote.raw, now, generation=mirror.organization.generation, twins=twins)
    if arrangement and arrangement[0].applied_generation:
        note(arrangement[0], remote.raw, now, generation=arrangement[1])


def note(mirror: Mirror, remote: dict[str, Any], now: datetime, *, generation: int, twins: bool = False) -> None:
    """Store what the provider holds now, and whether it differs from what both sides last agreed on.

    Only while nothing else is or was going on with the object since `mirror` was loaded: a pass knows better.
    """
    values = {name: value for name, value in mirror.agreed.items() if name != "metadata"}
    untouched = Mirror.objects.filter(
        Q(lease_until=None) | Q(lease_until__lte=now),
        pk=mirror.pk,
        applied_generation=mirror.applied_generation,
        observed_at=mirror.observed_at,
    )
    fields: dict[str, Any] = {"observed": remote, "observed_at": now}
    if mirror.applied_generation == generation:
        fields["drifted_at"] = (mirror.drifted_at or now) if differences(values, remote) else None
        if twins:
            fields |= {
                "parked_generation": F("applied_generation"),
                "human_action": "duplicate",
                "error_code": ErrorCode.DUPLICATE,
                "failing_since": now,
            }
    untouched.update(**fields)


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
