"""A person's routing table, what they snoozed, when their digest comes, and how their last mails went."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from organizations.access import held, reachable
from organizations.choices import Covers, Preset, Scope
from organizations.models import Mailing, NamedGroup, NoticeSettings, Organization, Snooze, Subscription, User
from organizations.topics import FOR_OWNERS, Channel, MailOutcome, Topic

SHOWN, OFFERED = 10, 200


@dataclass(frozen=True)
class Route:
    """One line. `what` and `where` are words; `where` is '' where the person may no longer read: nothing is told then.

    `public_id` is None for what owners are told by itself.
    """

    public_id: UUID | None
    what: str
    where: str
    channel: str
    channel_words: str


@dataclass(frozen=True)
class Silence:
    """One snooze in force."""

    public_id: UUID
    what: str
    until: datetime


@dataclass(frozen=True)
class Routing:
    """All of the settings page. `timing` is None for somebody who was never told anything and changed nothing."""

    routes: Sequence[Route]
    followed: Sequence[Route]
    snoozes: Sequence[Silence]
    timing: NoticeSettings | None
    mails: Sequence[Mailing]


def routing(user: User) -> Routing:
    """The person's own settings, in as many queries however many lines there are."""
    lines = list(Subscription.objects.filter(user=user).select_related("organization", "group"))
    quiet = list(Snooze.objects.filter(user=user, until__gt=timezone.now()).select_related("organization"))
    places = {line.organization_id for line in lines} | {each.organization_id for each in quiet if each.organization_id}
    known = set(reachable(user, Scope.ORGANIZATIONS).filter(pk__in=places).values_list("pk", flat=True))
    mails = Mailing.objects.filter(user=user).exclude(outcome=MailOutcome.NOTHING)
    return Routing(
        [*_by_itself(user, lines), *(_route(line, known) for line in lines if line.topic)],
        [_route(line, known) for line in lines if line.subject_id],
        [Silence(each.public_id, _quiet_about(each, known), each.until) for each in quiet],
        NoticeSettings.objects.filter(user=user).first(),
        list(mails.order_by("-made_at", "-pk")[:SHOWN]),
    )


def places_to_route(user: User) -> list[tuple[str, str]]:
    """What a line can be about: organizations, with all below where there is any, and named groups; value and words."""
    found = reachable(user, Scope.ORGANIZATIONS).filter(retired_at=None).order_by("parent_id", "name", "pk")
    offered: list[tuple[str, str]] = []
    for organization in found[:OFFERED]:
        if not organization.is_managed:
            words = _("%(name)s and everything below it") % {"name": organization}
            offered.append((f"{Covers.BELOW}:{organization.public_id}", words))
        offered.append((f"{Covers.HERE}:{organization.public_id}", str(organization)))
    groups = NamedGroup.objects.filter(retired_at=None, organization__in=reachable(user, Scope.ORGANIZATIONS))
    for group in groups.select_related("organization")[:OFFERED]:
        words = _("Group %(group)s of %(name)s") % {"group": group, "name": group.organization}
        offered.append((f"{Covers.GROUP}:{group.public_id}", words))
    return offered


def _by_itself(user: User, lines: Sequence[Subscription]) -> list[Route]:
    """What the person is told as an owner, as long as no line of theirs says otherwise."""
    own = held(user).filter(~Q(covers=Covers.GROUP), role__preset=Preset.OWNER).values("organization")
    said = {(line.organization_id, line.topic) for line in lines if line.topic and not line.group_id}
    owned = Organization.objects.filter(pk__in=own, retired_at=None).order_by("name", "pk")[:OFFERED]
    return [
        Route(None, str(topic.label), str(organization), Channel.PORTAL, str(Channel.PORTAL.label))
        for organization in owned
        for topic in FOR_OWNERS
        if (organization.pk, topic) not in said
    ]


def _route(line: Subscription, known: set[int]) -> Route:
    name = str(line.organization)
    if line.group:
        where = _("Group %(group)s of %(name)s") % {"group": line.group, "name": name}
    elif line.covers == Covers.BELOW:
        where = _("%(name)s and everything below it") % {"name": name}
    else:
        where = name
    readable = line.organization_id in known
    what = str(Topic(line.topic).label) if line.topic else line.subject_name
    return Route(
        line.public_id,
        what if line.topic or readable else _("An object that you may no longer see"),
        where if readable else "",
        line.channel,
        line.get_channel_display(),
    )


def _quiet_about(each: Snooze, known: set[int]) -> str:
    if each.topic:
        return str(Topic(each.topic).label)
    return each.subject_name if each.organization_id in known else _("An object that you may no longer see")
