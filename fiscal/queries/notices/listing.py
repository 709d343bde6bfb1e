"""The list of what somebody was told, and the number at the bell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import BooleanField, Case, Sum, Value, When
from django.utils import timezone

from fiscal.queries.activity.events import Event, event_of
from fiscal.queries.activity.visible import Reader
from fiscal.queries.notices.visible import still_readable
from organizations.models import FoldedNotice, Notification, User
from organizations.topics import Topic

MOST_COUNTED = 99
LATELY = timedelta(days=7)


@dataclass(frozen=True)
class Notice:
    """One event as its reader may know it, and whether they have read it."""

    pk: int
    event: Event
    topic: Topic
    unread: bool


@dataclass(frozen=True)
class Notices:
    """One page, unread first. `folded`: hours of the last days with how many more there were. `newest`: what was seen."""

    rows: Sequence[Notice]
    total: int
    unread: int
    newest: int
    folded: Sequence[tuple[datetime, int]]


def unread_count(user: User) -> int:
    """How many unread ones the person may read; MOST_COUNTED + 1 stands for more. One query."""
    unread = Notification.objects.filter(still_readable(user), user=user, read_at=None, entry__number__gt=0)
    return unread.order_by()[: MOST_COUNTED + 1].count()


def notices(
    user: User,
    *,
    topic: str = "",
    organization: UUID | None = None,
    unread: bool = False,
    page: int = 1,
    size: int = 50,
) -> Notices:
    """A page of the person's notifications. What left the record by age is no longer told of."""
    readable = Notification.objects.filter(still_readable(user), user=user, entry__number__gt=0)
    found = readable
    if topic:
        found = found.filter(topic=topic)
    if organization:
        found = found.filter(organization__public_id=organization)
    if unread:
        found = found.filter(read_at=None)
    total = found.count()
    page = max(1, min(page, -(-total // size)))
    new = Case(When(read_at=None, then=Value(True)), default=Value(False), output_field=BooleanField())
    rows = list(
        found.annotate(new=new)
        .order_by("-new", "-entry__at", "-pk")
        .select_related("entry__organization")[(page - 1) * size : page * size]
    )
    shown = read_as(user, rows)
    newest = max((row.pk for row in rows), default=0)
    return Notices(shown, total, readable.filter(read_at=None).count(), newest, _folded(user))


def notice_of(user: User, pk: int) -> Notice | None:
    """One of the person's own that they may read; None for any other."""
    own = Notification.objects.filter(still_readable(user), user=user, pk=pk, entry__number__gt=0)
    return next(iter(read_as(user, list(own.select_related("entry__organization")))), None)


def read_as(user: User, rows: Sequence[Notification]) -> list[Notice]:
    """The rows in words, with no name that the reader may not know."""
    reader = Reader.of(user, [row.entry for row in rows])
    return [Notice(row.pk, event_of(row.entry, reader), Topic(row.topic), row.read_at is None) for row in rows]


def _folded(user: User) -> list[tuple[datetime, int]]:
    lately = FoldedNotice.objects.filter(still_readable(user), user=user, hour__gte=timezone.now() - LATELY)
    return list(lately.values("hour").annotate(more=Sum("count")).order_by("-hour").values_list("hour", "more")[:5])
