"""A person's own routing table: topic × organizations × channel, and the objects they follow.

Nothing of it is recorded: it is a person's own, as their theme is, and changes nothing of any tenant's.
"""

from __future__ import annotations

from uuid import UUID
from zoneinfo import available_timezones

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from fiscal.services.notices.settings import settings_of
from fiscal.services.reports import following
from organizations.access import NotAuthorized, Reach, reachable
from organizations.choices import Covers, Level, Scope
from organizations.models import NamedGroup, Subscription, User
from organizations.rules import RulesBroken
from organizations.topics import Channel, DigestRhythm, Topic


class NoSuchSubscription(Exception):
    """There is none, or it is somebody else's. Pages answer 404."""


def route_topic(user: User, *, reach: Reach, topic: str, covers: str, channel: str) -> Subscription:
    """Say where one is told of a topic at the organization reached; a line that is there already is changed.

    Raises NotAuthorized if the person may not read what the topic is about there; RulesBroken.
    """
    _check(topic, channel)
    if covers not in {Covers.HERE, Covers.BELOW}:
        raise RulesBroken({"where": _("Choose one of those offered.")})
    reach.require(Scope.ORGANIZATIONS)
    reach.require(Topic(topic).scope)
    line, _new = Subscription.objects.update_or_create(
        user=user,
        organization=reach.organization,
        topic=topic,
        group=None,
        subject_id=None,
        defaults={"covers": covers, "channel": channel},
    )
    return line


def route_group(user: User, *, group_id: UUID, topic: str, channel: str) -> Subscription:
    """The same for a named group of an organization in reach. Raises NoSuchSubscription, NotAuthorized, RulesBroken."""
    _check(topic, channel)
    groups = NamedGroup.objects.filter(retired_at=None, organization__in=reachable(user, Scope.ORGANIZATIONS))
    group = groups.select_related("organization").filter(public_id=group_id).first()
    if group is None:
        raise NoSuchSubscription
    scope = Topic(topic).scope
    if not reachable(user, scope).filter(pk=group.organization_id).exists():
        raise NotAuthorized(scope, Level.VIEW)
    facts = {"organization": group.organization, "covers": Covers.GROUP, "channel": channel}
    line, _new = Subscription.objects.update_or_create(user=user, group=group, topic=topic, defaults=facts)
    return line


def follow_object(user: User, *, reach: Reach, subject_id: UUID, name: str, channel: str) -> None:
    """Follow an object of the organization reached, or change how; OFF ends it. Raises NotAuthorized, RulesBroken."""
    reach.require(Scope.ORGANIZATIONS)
    if channel not in Channel.values:
        raise RulesBroken({"channel": _("Choose one of those offered.")})
    if channel == Channel.OFF:
        Subscription.objects.filter(user=user, subject_id=subject_id).delete()
        return
    facts = {"organization": reach.organization, "subject_name": name[:200], "channel": channel}
    Subscription.objects.update_or_create(user=user, subject_id=subject_id, defaults=facts)


def unsubscribe(user: User, public_id: UUID) -> None:
    """Take out one's own line. Everybody may, whatever they reach today. Raises NoSuchSubscription."""
    gone, _tables = Subscription.objects.filter(user=user, public_id=public_id).delete()
    if not gone:
        raise NoSuchSubscription


@transaction.atomic(durable=True)
def change_digest(user: User, *, rhythm: str, hour: int, time_zone: str, language: str = "") -> None:
    """Choose when one's digest comes, and the language of one's mails. Raises RulesBroken."""
    errors = {}
    if rhythm not in DigestRhythm.values:
        errors["rhythm"] = _("Choose one of the rhythms offered.")
    if not 0 <= hour <= 23:
        errors["hour"] = _("Choose an hour from 0 to 23.")
    if time_zone not in available_timezones():
        errors["time_zone"] = _("Choose a time zone, for example Europe/Vienna.")
    if language and language not in dict(settings.LANGUAGES):
        errors["language"] = _("Choose one of the languages offered.")
    if errors:
        raise RulesBroken(errors)
    mine = settings_of(user)
    mine.rhythm, mine.hour, mine.time_zone = rhythm, hour, time_zone
    mine.next_at = following(mine, timezone.now())
    mine.save(update_fields=["rhythm", "hour", "time_zone", "next_at"])
    User.objects.filter(pk=user.pk).update(language=language)


def _check(topic: str, channel: str) -> None:
    errors = {}
    if topic not in Topic.values:
        errors["topic"] = _("Choose one of those offered.")
    if channel not in Channel.values:
        errors["channel"] = _("Choose one of those offered.")
    if errors:
        raise RulesBroken(errors)
