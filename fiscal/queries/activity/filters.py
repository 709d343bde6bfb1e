"""Which entries of the record a list shows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID

from django.db.models import Q
from django.utils import timezone

from fiscal.queries.activity.visible import OWN_ROADS
from fiscal.queries.people import known_people
from organizations.choices import Area, Road
from organizations.models import User

SYSTEM = "system"
"""In the place of a person: what Kontor did by itself."""


@dataclass(frozen=True)
class ActivityFilters:
    """`person`: a primary key as text, or SYSTEM. `object`: part of its name, or its whole id. Days are both included."""

    person: str = ""
    object: str = ""
    area: str = ""
    verb: str = ""
    run: UUID | None = None
    road: str = ""
    result: str = ""
    first: date | None = None
    last: date | None = None

    @property
    def any(self) -> bool:
        return self != ActivityFilters()

    def condition(self, viewer: User | None) -> Q:
        """The condition on `AuditEntry`."""
        simple = {
            "verb": self.verb or None,
            "run_id": self.run,
            "road": self.road or None,
            "result": self.result or None,
            "at__gte": _midnight(self.first),
            "at__lt": _midnight(self.last, 1),
        }
        wanted = Q(**{name: value for name, value in simple.items() if value is not None})
        if self.area:
            wanted &= Q(verb__in=Area(self.area).verbs)
        if self.object:
            wanted &= _about(self.object)
        return wanted & self._person(viewer) if self.person else wanted

    def _person(self, viewer: User | None) -> Q:
        """SECURITY: of somebody whose name may not be read, only what shows the name anyway: else a filter would tell."""
        if self.person == SYSTEM:
            return Q(road=Road.SYSTEM)
        person = Q(actor_id=int(self.person))
        return person if known_people(viewer, [int(self.person)]) else person & Q(road__in=OWN_ROADS)


def _about(words: str) -> Q:
    try:
        return Q(subject_id=UUID(words))
    except ValueError:
        return Q(subject_name__icontains=words)


def _midnight(day: date | None, days: int = 0) -> datetime | None:
    return None if day is None else timezone.make_aware(datetime.combine(day + timedelta(days=days), time()))
