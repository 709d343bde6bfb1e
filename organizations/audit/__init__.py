"""Writes the record of changes, in the transaction of the change itself, chained to what was recorded before it."""

from __future__ import annotations

import secrets
from typing import Any, Protocol
from uuid import UUID

from django.db import connection
from django.utils import timezone

from organizations.access import Reach
from organizations.audit.asked import NOBODY, asked, run_id
from organizations.audit.canonical import START, link, plain
from organizations.audit.keys import mac_of, newest
from organizations.audit.lines import line_of
from organizations.choices import Result, Road, Verb
from organizations.desired import Desired
from organizations.models import AuditChain, AuditEntry, Organization


class Subject(Protocol):
    """What an entry is about: anything with a public id, and a name as its text."""

    public_id: UUID


def record(
    reach: Reach,
    verb: Verb,
    subject: Subject,
    *,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    reason: str = "",
    result: Result = Result.DONE,
) -> AuditEntry:
    """Add one entry. `before` and `after` hold the changed fields only, and never a secret.

    Holds the end of the organization's record until the transaction ends. So lock what you change first and record then,
    as every service does; who records at several organizations calls `hold` for all of them before the first.
    Raises RuntimeError outside of a transaction: an entry belongs to its change.
    """
    chain = hold(reach.organization)[reach.organization.pk]
    origin = asked() if reach.actor else NOBODY
    above = reach.acting_from
    entry = AuditEntry(
        organization=reach.organization,
        number=chain.number + 1,
        at=timezone.now(),
        actor=reach.actor,
        actor_name=reach.actor_name,
        road=Road(reach.road),
        acting_from=above,
        acting_from_name=str(above or "")[:200],
        verb=Verb(verb),
        result=Result(result),
        subject_id=subject.public_id,
        subject_name=str(subject)[:200],
        before=_told(before),
        after=_told(after),
        reason=(reason or reach.reason)[:500],
        request_id=reach.request_id or origin.request_id,
        run_id=run_id(),
        ip_address=origin.ip_address,
        user_agent=origin.user_agent[:200],
    )
    seal(entry, chain.digest or START)
    entry.save(force_insert=True)
    AuditChain.objects.filter(pk=chain.pk).update(number=entry.number, digest=entry.digest)
    return entry


def seal(entry: AuditEntry, previous: str) -> None:
    """Give an entry its salt, its link to the digest before it, and the proof that we wrote it."""
    entry.salt, entry.key_id = secrets.token_hex(16), newest()
    entry.digest = link(previous, line_of(entry).own_digest())
    entry.mac = mac_of(entry.digest, entry.key_id)


def hold(*organizations: Organization) -> dict[int, AuditChain]:
    """Lock the ends of these records until the transaction ends, always in the same order. By primary key."""
    if not connection.in_atomic_block:
        raise RuntimeError("An entry belongs into the transaction of its change.")
    wanted = {organization.pk for organization in organizations}
    ends = AuditChain.objects.select_for_update().filter(organization__in=wanted).order_by("organization_id")
    found = {chain.organization_id: chain for chain in ends}
    if missing := sorted(wanted - found.keys()):
        new = [AuditChain(organization_id=pk) for pk in missing]
        AuditChain.objects.bulk_create(new, ignore_conflicts=True)
        found = {chain.organization_id: chain for chain in ends.all()}
    return found


def _told(values: dict[str, Any] | None) -> dict[str, Any]:
    """As it is kept; of another row its public id."""
    values = values or {}
    return {
        str(name): str(value.public_id) if isinstance(value, Desired) else plain(value)
        for name, value in values.items()
    }
