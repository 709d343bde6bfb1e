"""Pages of events, and one event with its neighbours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Q

from fiscal.queries.activity.events import Event, event_of
from fiscal.queries.activity.filters import ActivityFilters
from fiscal.queries.activity.visible import Reader, visible_at, visible_to
from fiscal.queries.people import known_people
from organizations.access import Reach, reachable
from organizations.choices import Road, Scope
from organizations.models import AuditEntry, User

MOST = 10_000
"""So far back a list can be paged; older entries are found with a period. What it costs is bounded by that."""
LATELY = 500
"""Of so many entries the people are offered to choose from."""


@dataclass(frozen=True)
class Activity:
    """One page of the record, newest first. `total` is not counted beyond MOST + 1.

    `people`: primary keys and names of those who did something lately and may be named. `billing`: whether the reader is
    told about billing.
    """

    events: Sequence[Event]
    total: int
    people: Sequence[tuple[str, str]]
    billing: bool

    @property
    def capped(self) -> bool:
        return self.total > MOST


@dataclass(frozen=True)
class EventPage:
    """One event, what seals it, and the numbers of its neighbours in the organization's record, None at either end."""

    event: Event
    digest: str
    key_id: str
    before: int | None
    after: int | None


def activity(reach: Reach, filters: ActivityFilters, *, page: int = 1, size: int = 50) -> Activity:
    """What was done at the organization reached and below it. Raises NotAuthorized."""
    reach.require(Scope.ORGANIZATIONS)
    return _page(visible_at(reach), reach.actor, filters, page, size, billing=reach.allows(Scope.BILLING))


def activity_in_reach(user: User, filters: ActivityFilters, *, page: int = 1, size: int = 50) -> Activity:
    """What was done in everything this person reaches with the authorization to view organizations."""
    billing = reachable(user, Scope.BILLING).exists()
    return _page(visible_to(user), user, filters, page, size, billing=billing)


def _page(
    visible: Q, viewer: User | None, filters: ActivityFilters, page: int, size: int, *, billing: bool
) -> Activity:
    newest = AuditEntry.objects.filter(visible).order_by("-at", "-pk")
    found = newest.filter(filters.condition(viewer))
    total = found.order_by()[: MOST + 1].count()
    page = max(1, min(page, -(-min(total, MOST) // size)))
    entries = list(found.select_related("organization")[(page - 1) * size : page * size])
    reader = Reader.of(viewer, entries)
    events = [event_of(entry, reader) for entry in entries]
    people = _people(list(newest.values_list("actor_id", "actor_name", "road")[:LATELY]), viewer)
    return Activity(events, total, people, billing)


def _people(rows: Sequence[tuple[int, str, str]], viewer: User | None) -> list[tuple[str, str]]:
    """The last name of each; of somebody from above only if it may be read."""
    known = known_people(viewer, [actor for actor, _name, _road in rows])
    found = {actor: name for actor, name, road in reversed(rows) if actor and (actor in known or road == Road.DIRECT)}
    return sorted(((str(actor), name) for actor, name in found.items()), key=lambda person: person[1].casefold())


def event_page(reach: Reach, number: int) -> EventPage | None:
    """One entry of the organization reached; None if there is none, or the person may not read it. Raises NotAuthorized."""
    reach.require(Scope.ORGANIZATIONS)
    own = AuditEntry.objects.filter(visible_at(reach), organization=reach.organization)
    entry = own.select_related("organization").filter(number=number).first()
    if entry is None:
        return None
    numbers = own.values_list("number", flat=True)
    return EventPage(
        event_of(entry, Reader.of(reach.actor, [entry])),
        entry.digest,
        entry.key_id,
        before=numbers.filter(number__lt=number).order_by("-number").first(),
        after=numbers.filter(number__gt=number).order_by("number").first(),
    )
