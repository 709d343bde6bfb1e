"""The keys that Kontor itself works with, for pages: hints and standing, never a key."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from fiscal.choices import CredentialStatus
from fiscal.models import Credential, Mirror
from fiscal.queries.people import known_people, name_of
from organizations.access import Reach
from organizations.choices import Level, Mode, Scope

TONES = {
    CredentialStatus.ACTIVE: ("ok", "check"),
    CredentialStatus.PAUSED: ("warn", "player-pause"),
    CredentialStatus.REVOKED: ("neutral", "archive"),
}


@dataclass(frozen=True)
class CredentialFacts:
    """One stored key. `a_second`: how many requests a second the provider allowed, None while no limit was met."""

    credential_id: UUID
    mode: str
    hint: str
    status: str
    status_words: str
    tone: str
    icon: str
    reason: str
    since: datetime
    accepted_at: datetime | None
    stored_by: str
    stored_at: datetime
    a_second: float | None
    objects: int


@dataclass(frozen=True)
class ModeSlot:
    """A mode and the key stored for it, if any. `of_organization`: the organization is in this mode."""

    mode: str
    of_organization: bool
    credential: CredentialFacts | None


def credentials_of(reach: Reach) -> tuple[ModeSlot, ...]:
    """What is stored for each mode, LIVE first."""
    reach.require(Scope.ORGANIZATIONS, Level.MANAGE)
    held = {row.mode: _facts(reach, row) for row in _stored(reach)}
    modes = reach.organization.modes
    return tuple(ModeSlot(mode, mode in modes, held.get(mode)) for mode in (Mode.LIVE, Mode.TEST))


def credential_facts(reach: Reach, credential_id: UUID) -> CredentialFacts | None:
    """One stored key of the organization reached; None if there is none, or it was removed."""
    reach.require(Scope.ORGANIZATIONS, Level.MANAGE)
    row = next((row for row in _stored(reach) if row.public_id == credential_id), None)
    return _facts(reach, row) if row else None


def _stored(reach: Reach) -> list[Credential]:
    rows = Credential.objects.filter(organization=reach.organization).exclude(status=CredentialStatus.REVOKED)
    return list(rows.select_related("stored_by"))


def _facts(reach: Reach, row: Credential) -> CredentialFacts:
    tone, icon = TONES[CredentialStatus(row.status)]
    return CredentialFacts(
        credential_id=row.public_id,
        mode=row.mode,
        hint=row.key_hint,
        status=row.status,
        status_words=row.get_status_display(),
        tone=tone,
        icon=icon,
        reason=row.status_reason,
        since=row.status_since,
        accepted_at=row.accepted_at,
        stored_by=name_of(row.stored_by, known_people(reach.actor, [row.stored_by_id])),
        stored_at=row.stored_at,
        a_second=round(1 / row.interval, 1) if row.interval > 0 else None,
        objects=Mirror.objects.filter(credential=row).count(),
    )
