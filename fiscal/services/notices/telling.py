"""Walks what is new in each organization's record and tells who wants to know.

The record counts its entries without gaps, in the order in which their transactions ended: a number that can be seen has
none before it that cannot. So a cursor per organization, moved in the same transaction that tells, loses nothing and
repeats nothing, however many workers walk and wherever one of them dies.
"""

from __future__ import annotations

import logging
from collections import Counter
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Q
from django.db.models.functions import Coalesce

from fiscal.services.notices.recipients import recipients
from fiscal.services.notices.settings import settings_of
from organizations.models import (
    AuditChain,
    AuditEntry,
    FoldedNotice,
    Mailing,
    NoticeCursor,
    NoticeSettings,
    Notification,
    Organization,
    User,
)
from organizations.topics import Channel, Topic

log = logging.getLogger(__name__)

BATCH, ROUNDS = 200, 20
MOST_AN_HOUR = 50
"""So many entries one person is told of in an hour; of the rest only how many there were."""
KEPT = timedelta(days=180)


def tell_everybody(*, now: datetime, limit: int = 500) -> int:
    """Tell of all that is new, organizations in turns. Gives the number of entries walked."""
    walked = 0
    for _round in range(ROUNDS):
        behind = _behind(limit)
        done = sum(_tell_safely(pk, now) for pk in behind)
        walked += done
        if not done:
            break
    return walked


def _behind(limit: int) -> list[int]:
    told = Coalesce("organization__notice_cursor__number", 0)
    chains = AuditChain.objects.annotate(told=told).filter(number__gt=F("told")).order_by("organization_id")
    return list(chains.values_list("organization_id", flat=True)[:limit])


def _tell_safely(organization_id: int, now: datetime) -> int:
    """A fault at one organization is that one's: it is logged and tried again, and all others go on."""
    try:
        return tell(organization_id, now=now)
    except Exception:
        log.exception("people could not be told of organization %s", organization_id)
        return 0


@transaction.atomic(durable=True)
def tell(organization_id: int, *, now: datetime) -> int:
    """Tell of the next entries of one organization, all of them or none. Gives how many entries those were."""
    NoticeCursor.objects.bulk_create([NoticeCursor(organization_id=organization_id)], ignore_conflicts=True)
    cursor = NoticeCursor.objects.select_for_update().get(organization_id=organization_id)
    new = AuditEntry.objects.filter(organization_id=organization_id, number__gt=cursor.number)
    entries = list(new.order_by("number")[:BATCH])
    if not entries:
        return 0
    organization = Organization.objects.select_related("parent").get(pk=organization_id)
    found = recipients(organization, entries, now)
    told = [(entry, found.of(entry)) for entry in entries]
    _write(organization, [(entry, found.people[pk], channel) for entry, to in told for pk, channel in to.items()], now)
    NoticeCursor.objects.filter(pk=cursor.pk).update(number=entries[-1].number)
    return len(entries)


def _write(organization: Organization, told: list[tuple[AuditEntry, User, Channel]], now: datetime) -> None:
    """One row each, up to what a person is told in an hour; what is more only counts."""
    hour = now.replace(minute=0, second=0, microsecond=0)
    had = _had(sorted({user.pk: user for _entry, user, _channel in told}.values(), key=lambda user: user.pk), hour)
    rows, more = [], Counter[tuple[int, str]]()
    for entry, user, channel in told:
        topic = Topic.of(entry.verb)
        had[user.pk] += 1
        if had[user.pk] > MOST_AN_HOUR:
            more[user.pk, topic] += 1
            continue
        facts = {"entry": entry, "subject_id": entry.subject_id, "topic": topic, "channel": channel}
        rows.append(Notification(user=user, organization=organization, made_at=now, **facts))
    Notification.objects.bulk_create(rows)
    for (pk, folded_topic), count in more.items():
        row, _new = FoldedNotice.objects.get_or_create(
            user_id=pk, organization=organization, topic=folded_topic, hour=hour
        )
        FoldedNotice.objects.filter(pk=row.pk).update(count=F("count") + count)


def _had(people: list[User], hour: datetime) -> Counter[int]:
    """How many each was told in this hour. Locks their rows, in one order, so that two workers do not both tell the last."""
    for user in people:
        settings_of(user)
    ids = [user.pk for user in people]
    list(NoticeSettings.objects.select_for_update().filter(user__in=ids).order_by("user_id"))
    this_hour = Notification.objects.filter(user__in=ids, made_at__gte=hour).order_by()
    return Counter(this_hour.values_list("user_id", flat=True))


def tidy_notices(*, now: datetime) -> int:
    """Drop what is older than 180 days, or whose entry left the record. Gives the number of notifications."""
    before = now - KEPT
    gone = Notification.objects.filter(Q(made_at__lt=before) | ~Q(entry__in=AuditEntry.objects.values("pk")))
    count, _tables = gone.delete()
    FoldedNotice.objects.filter(hour__lt=before).delete()
    Mailing.objects.filter(made_at__lt=before).exclude(outcome="").delete()
    return count
