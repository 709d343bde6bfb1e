"""One entry as a sentence, in the words and the language of who reads it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from fiscal.queries.activity.visible import REFERENCES, Reader
from fiscal.queries.words import FIELD_WORDS
from organizations.choices import Result
from organizations.models import AuditEntry, Organization


@dataclass(frozen=True)
class Difference:
    """One field before and after. '' where there was nothing."""

    label: str
    before: str
    after: str


@dataclass(frozen=True)
class Event:
    """Who, as whom, what, which object, and how it ended. Address and browser are '' where the person may not be named."""

    number: int
    actor: str
    acting_from: str
    road: str
    verb: str
    did: str
    refused: bool
    subject: str
    subject_id: UUID
    organization: str
    organization_id: UUID
    at: datetime
    reason: str
    request_id: str
    run_id: UUID | None
    ip_address: str
    user_agent: str
    differences: Sequence[Difference]


def event_of(entry: AuditEntry, reader: Reader) -> Event:
    """The entry as this reader may know it."""
    organization: Organization = entry.organization
    named = reader.may_name(entry)
    return Event(
        number=entry.number,
        actor=reader.actor(entry),
        acting_from=reader.acting_from(entry),
        road=entry.get_road_display(),
        verb=entry.verb,
        did=entry.get_verb_display(),
        refused=entry.result == Result.REFUSED,
        subject=entry.subject_name,
        subject_id=entry.subject_id,
        organization=str(organization),
        organization_id=organization.public_id,
        at=entry.at,
        reason=entry.reason,
        request_id=entry.request_id,
        run_id=entry.run_id,
        ip_address=entry.ip_address if named else "",
        user_agent=entry.user_agent if named else "",
        differences=_differences(entry, reader.names),
    )


def _differences(entry: AuditEntry, names: dict[str, str]) -> list[Difference]:
    fields = [*entry.before, *(name for name in entry.after if name not in entry.before)]
    return [
        Difference(
            str(FIELD_WORDS.get(name, name)),
            _text(name, entry.before.get(name), names),
            _text(name, entry.after.get(name), names),
        )
        for name in fields
        if entry.before.get(name) or entry.after.get(name)
    ]


def _text(name: str, value: Any, names: dict[str, str]) -> str:
    """A stored value in words; a reference to an organization out of reach is not told."""
    if value in (None, "", {}):
        return ""
    if name in REFERENCES:
        return names.get(str(value), "–")
    if isinstance(value, dict):
        return ", ".join(f"{key}: {inner}" for key, inner in value.items())
    return str(value)
