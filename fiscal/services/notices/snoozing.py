"""Silence with an end. There is none without: whoever forgets it is told again."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from organizations.models import Notification, Snooze, User
from organizations.rules import RulesBroken
from organizations.topics import Topic

LONGEST = timedelta(days=90)


@transaction.atomic(durable=True)
def snooze(user: User, *, until: datetime, topic: str = "", about: int | None = None) -> Snooze:
    """Not to be told of a topic, or of the object that one's notification `about` is about, until then.

    What was told of it already counts as read. The record goes on, and nothing is told later of what happened meanwhile.
    Raises RulesBroken for an end that is not within 90 days, and for what cannot be snoozed.
    """
    if not timedelta(0) < until - timezone.now() <= LONGEST:
        raise RulesBroken({"until": _("Choose a day within the next 90 days.")})
    own = Notification.objects.filter(user=user)
    told = own.select_related("entry").filter(pk=about).first() if about else None
    if told is None and topic not in Topic.values:
        raise RulesBroken({"": _("Choose what to snooze.")})
    if told:
        facts = {"organization": told.organization, "subject_name": told.entry.subject_name, "until": until}
        made, _new = Snooze.objects.update_or_create(user=user, subject_id=told.subject_id, defaults=facts)
        own = own.filter(subject_id=told.subject_id)
    else:
        made, _new = Snooze.objects.update_or_create(user=user, topic=topic, subject_id=None, defaults={"until": until})
        own = own.filter(topic=topic)
    own.filter(read_at=None).update(read_at=timezone.now())
    return made


def end_snooze(user: User, public_id: UUID) -> bool:
    """Be told again. False if there is no such snooze of this person."""
    gone, _tables = Snooze.objects.filter(user=user, public_id=public_id).delete()
    return bool(gone)
