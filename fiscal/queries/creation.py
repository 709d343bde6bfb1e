"""How the creation of one organization is getting on, for the page that follows the wizard."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from billing.models import Arrangement
from fiscal.choices import MOVING, KindName, Phase
from fiscal.models import Mirror
from fiscal.queries.progress import cause_of, mirrors_of, phase_in
from organizations.access import Reach
from organizations.choices import Scope
from organizations.desired import Desired
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

    @property
    def moving(self) -> bool:
        return any(line.phase in MOVING for line in self.lines)


def creation_of(reach: Reach) -> Creation:
    """Phases of what the wizard made. Raises NotAuthorized."""
    reach.require(Scope.ORGANIZATIONS)
    organization, now = reach.organization, timezone.now()
    arrangements = Arrangement.objects.filter(organization=organization)
    keys = list(ApiKey.objects.filter(organization=organization, retired_at=None)[:3])
    subjects: list[tuple[KindName, list[Desired]]] = [
        (KindName.ORGANIZATION, [organization]),
        (KindName.ARRANGEMENT, list(arrangements)),
        (KindName.API_KEY, list(keys)),
    ]
    lines = []
    for kind, rows in subjects:
        mirrors = mirrors_of(kind, [row.public_id for row in rows])
        lines += [_line(kind, row, mirrors.get(row.public_id), now) for row in rows]
    newest = keys[0] if keys else None
    return Creation(lines, key_id=str(newest.public_id) if newest else "")


def _line(kind: KindName, row: Desired, mirror: Mirror | None, now: datetime) -> CreationLine:
    phase = phase_in(mirror, row, now)
    name = "" if kind == KindName.ARRANGEMENT else str(row)
    at = mirror.due_at if mirror and phase == Phase.RETRYING else None
    return CreationLine(str(kind.label), name, phase, cause_of(mirror, phase), at)
