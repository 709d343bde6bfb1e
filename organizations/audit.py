"""Writes the record of changes, in the transaction of the change itself."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from organizations.access import Reach
from organizations.choices import Verb
from organizations.desired import Desired
from organizations.models import AuditEntry


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
) -> AuditEntry:
    """Add one entry. `before` and `after` hold the changed fields only, and never a secret."""
    return AuditEntry.objects.create(
        organization=reach.organization,
        actor=reach.actor,
        actor_name=reach.actor_name,
        road=reach.road,
        verb=verb,
        subject_id=subject.public_id,
        subject_name=str(subject)[:200],
        before=_plain(before or {}),
        after=_plain(after or {}),
        reason=reason or reach.reason,
        request_id=reach.request_id,
    )


def _plain(values: dict[str, Any]) -> dict[str, Any]:
    return {name: _plain_value(value) for name, value in values.items()}


def _plain_value(value: Any) -> Any:
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Desired):
        return str(value.public_id)
    return value
