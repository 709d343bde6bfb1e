"""The record as files: the rows of a list, or an organization's chain for verifying it elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from django.db.models import Q

from fiscal.queries.activity.events import Event, event_of
from fiscal.queries.activity.filters import ActivityFilters
from fiscal.queries.activity.visible import HIDDEN, OWN_ROADS, REFERENCES, Reader, visible_at, visible_to
from fiscal.queries.people import known_people
from organizations.access import Reach, reachable
from organizations.audit.export import Shown, export_lines
from organizations.audit.lines import Line
from organizations.choices import Scope
from organizations.models import AuditEntry, User

CHUNK = 1_000


def every_event(asker: Reach | User, filters: ActivityFilters, *, below: int) -> Iterator[Event]:
    """Exactly the events of the list, all of them, a chunk in memory at a time.

    `below`: a primary key; what was recorded since, the export itself first of all, is not in the file.
    """
    viewer = asker.actor if isinstance(asker, Reach) else asker
    visible = visible_at(asker) if isinstance(asker, Reach) else visible_to(asker)
    found = AuditEntry.objects.filter(visible & filters.condition(viewer), pk__lt=below).select_related("organization")
    after: Q = Q()
    while entries := list(found.filter(after).order_by("-at", "-pk")[:CHUNK]):
        reader = Reader.of(viewer, entries)
        yield from (event_of(entry, reader) for entry in entries)
        last = entries[-1]
        after = Q(at__lt=last.at) | Q(at=last.at, pk__lt=last.pk)


def record_lines(reach: Reach, *, first: int, last: int, at: str) -> Iterator[str]:
    """The organization's own chain from `first` to `last`, as docs/record.md describes it. Raises NotAuthorized.

    SECURITY: whom the reader may not know, and what they may not read, is left out so that the chain still adds up.
    """
    reach.require(Scope.ORGANIZATIONS)
    viewer = reach.actor
    rows = AuditEntry.objects.filter(organization=reach.organization).order_by()
    known = known_people(viewer, rows.values_list("actor_id", flat=True).distinct())
    hidden = {verb for scope, verbs in HIDDEN.items() if not reach.allows(scope) for verb in verbs}

    @cache
    def reaches(public_id: str) -> bool:
        return viewer is None or reachable(viewer).filter(public_id=public_id).exists()

    def shown(line: Line) -> Shown:
        what, who = line.what, line.who
        named = (values[name] for values in (what["before"], what["after"]) for name in REFERENCES if values.get(name))
        if what["verb"] in hidden or not all(reaches(str(public_id)) for public_id in named):
            return Shown.LINK
        above = who["acting_from"]
        may_name = (what["road"] in OWN_ROADS or who["actor"] in known) and (above is None or reaches(above))
        return Shown.ALL if may_name else Shown.NAMELESS

    return export_lines(reach.organization, first=first, last=last, at=at, shown=shown)
