"""How the creation of one organization is getting on, for the page that follows the wizard."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils import timezone

from billing.models import Arrangement
from fiscal.choices import MOVING, CredentialStatus, KindName, Phase
from fiscal.interventions import ERROR_WORDS, INTERVENTIONS
from fiscal.models import Mirror
from fiscal.phases import phase_of
from organizations.access import Reach
from organizations.choices import Scope
from organizations.models import ApiKey


@dataclass(frozen=True)
class CreationLine:
    """One object on its way to the provider."""

    kind: str
    name: str
    phase: Phase
    reason: str
    at: datetime | None


@dataclass(frozen=True)
class Creation:
    """The organization, its arrangement and its first keys. `key_id`: the newest key, '' if none."""

    lines: list[CreationLine]
    key_id: str
    key_mode: str

    @property
    def moving(self) -> bool:
        return any(line.phase in MOVING for line in self.lines)


def creation_of(reach: Reach) -> Creation:
    """Phases of what the wizard made. Raises NotAuthorized."""
    reach.require(Scope.ORGANIZATIONS)
    organization = reach.organization
    keys = list(ApiKey.objects.filter(organization=organization, retired_at=None)[:3])
    arrangement = Arrangement.objects.filter(organization=organization).first()
    subjects: list[tuple[KindName, Any, str]] = [(KindName.ORGANIZATION, organization, str(organization))]
    if arrangement:
        subjects.append((KindName.ARRANGEMENT, arrangement, ""))
    subjects += [(KindName.API_KEY, key, key.name) for key in keys]
    mirrors = _mirrors([subject.public_id for _kind, subject, _name in subjects])
    now = timezone.now()
    return Creation(
        lines=[
            _line(kind, name, subject, mirrors.get((kind, subject.public_id)), now) for kind, subject, name in subjects
        ],
        key_id=str(keys[0].public_id) if keys else "",
        key_mode=keys[0].mode if keys else "",
    )


def _mirrors(subject_ids: Sequence[UUID]) -> dict[tuple[KindName, UUID], Mirror]:
    rows = Mirror.objects.filter(subject_id__in=subject_ids).select_related("credential")
    return {(KindName(mirror.kind), mirror.subject_id): mirror for mirror in rows}


def _line(kind: KindName, name: str, subject: Any, mirror: Mirror | None, now: datetime) -> CreationLine:
    paused = bool(mirror and mirror.credential and mirror.credential.status == CredentialStatus.PAUSED)
    phase = phase_of(
        mirror,
        generation=subject.generation,
        retired=subject.retired_at is not None,
        now=now,
        credential_paused=paused,
    )
    at = mirror.due_at if mirror and phase == Phase.RETRYING else None
    return CreationLine(kind.label, name, phase, _reason(mirror) if phase != Phase.IN_STEP else "", at)


def _reason(mirror: Mirror | None) -> str:
    """Why it is not in step, in the reader's words; the provider's own text stands on the organization's page."""
    if mirror is None or not mirror.error_code:
        return ""
    if mirror.human_action in INTERVENTIONS:
        return str(INTERVENTIONS[mirror.human_action].title)
    return str(ERROR_WORDS.get(mirror.error_code, ""))
