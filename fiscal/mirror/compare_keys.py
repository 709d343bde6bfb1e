"""Compares API keys with what the provider holds: above all, a key with our mark that nobody knows is switched off.

Such a key is born when the request that made one arrives twice, or arrives after it was given up. Its secret went to
nobody, but it works. One list call covers all keys of an organization in one mode.
"""

from __future__ import annotations

import logging
import random
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from fiscal.choices import ErrorCode, KindName, Operation, Outcome
from fiscal.mirror.engine import ClientFor
from fiscal.mirror.kinds.api_key import seen_key
from fiscal.mirror.plan import differences
from fiscal.mirror.settle import REREAD_EVERY
from fiscal.models import Mirror, MirrorAttempt
from fiscal.providers.errors import Absent, ProviderError
from fiscal.providers.listing import Listing
from fiscal.providers.management import Management
from fiscal.providers.payloads import ApiKeyPayload
from organizations.models import ApiKey

log = logging.getLogger(__name__)


def compare_due(rows: QuerySet[Mirror], client_for: ClientFor, *, now: datetime, limit: int) -> int:
    """Compare the keys of the organizations that `rows` name, at most `limit` of them. Gives how many."""
    groups: dict[tuple[int, int | None], Mirror] = {}
    for mirror in rows[: limit * 50]:
        groups.setdefault((mirror.organization_id, mirror.credential_id), mirror)
    chosen = list(groups.values())[:limit]
    for first in chosen:
        _compare_group(first, client_for, now)
    return len(chosen)


def _compare_group(first: Mirror, client_for: ClientFor, now: datetime) -> None:
    group = Mirror.objects.filter(
        kind=KindName.API_KEY, organization=first.organization_id, credential=first.credential_id
    )
    group.update(reread_at=now + REREAD_EVERY * random.uniform(0.8, 1.2))  # noqa: S311
    owner = Mirror.objects.filter(kind=KindName.ORGANIZATION, organization=first.organization_id).first()
    if first.credential is None or owner is None or not owner.remote_id:
        return
    known = list(group)
    client = client_for(first.credential)
    try:
        listing = client.api_keys(owner.remote_id)
        _disable_unknown(client, owner.remote_id, listing, now)
    except ProviderError as error:
        log.info("comparing keys with the provider put off: %s", error)
        return
    _note(known, listing, now)


def _disable_unknown(client: Management, organization: str, listing: Listing[ApiKeyPayload], now: datetime) -> None:
    """Switch off what carries the mark of a key of ours, but is not that key."""
    for item in listing.items:
        mark = _uuid(item.metadata.get("kontor_id"))
        if mark is None or item.status != "enabled":
            continue
        mirror = Mirror.objects.filter(kind=KindName.API_KEY, mark=mark).first()
        # A pass in between may have issued it just now: only a mirror that is at rest says who it knows.
        if mirror is None or mirror.lease_token or mirror.unknown_since or mirror.remote_id in {"", item.id}:
            continue
        attempt = MirrorAttempt.objects.create(
            mirror=mirror, operation=Operation.DISABLE_ORPHAN, generation=mirror.applied_generation, started_at=now
        )
        log.warning("a key that nobody knows is switched off: %s of %s", item.id, mirror)
        outcome = Outcome.FAILED
        try:
            client.update_api_key(organization, item.id, status="disabled")
            outcome = Outcome.DONE
        except Absent:
            outcome = Outcome.NOT_THERE
        finally:
            MirrorAttempt.objects.filter(pk=attempt.pk).update(outcome=outcome, ended_at=now)


def _note(known: list[Mirror], listing: Listing[ApiKeyPayload], now: datetime) -> None:
    """Store what the provider holds of the keys we know, and what is missing from a list that is whole."""
    generations = dict(
        ApiKey.objects.filter(public_id__in=[mirror.subject_id for mirror in known], retired_at=None).values_list(
            "public_id", "generation"
        )
    )
    by_id = {item.id: seen_key(item).raw for item in listing.items}
    for mirror in known:
        if mirror.applied_generation != generations.get(mirror.subject_id):
            continue
        rows = Mirror.objects.filter(
            pk=mirror.pk, lease_token=None, applied_generation=mirror.applied_generation, observed_at=mirror.observed_at
        )
        if remote := by_id.get(mirror.remote_id):
            drifted = (mirror.drifted_at or now) if differences(mirror.agreed, remote) else None
            rows.update(observed=remote, observed_at=now, drifted_at=drifted)
        elif listing.complete and listing.items:
            rows.update(
                parked_generation=mirror.applied_generation,
                human_action="gone",
                error_code=ErrorCode.GONE,
                failing_since=now,
                observed_at=now,
            )


def _uuid(text: object) -> UUID | None:
    try:
        return UUID(str(text))
    except ValueError:
        return None
