"""Who is to be told of entries at one organization, and by which channel: routing, and reach at this moment."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db.models import F, Q

from organizations.access import Reach, reach_at
from organizations.choices import Covers, Preset, Scope
from organizations.models import (
    AuditEntry,
    Grant,
    NamedGroupMember,
    Organization,
    Snooze,
    Subscription,
    TeamMember,
    User,
    in_force,
)
from organizations.topics import FOR_OWNERS, Channel, Topic

Routes = Mapping[tuple[int, str], Channel]


@dataclass
class Recipients:
    """Everybody who may want to be told of what happened at one organization. Read once for a batch of entries."""

    organization: Organization
    people: Mapping[int, User]
    routes: Routes
    """By person and topic."""
    followers: Mapping[UUID, Mapping[int, Channel]]
    """By object: who follows it."""
    snoozed: frozenset[tuple[int, str]]
    """Pairs of a person and a topic or an object's id."""
    reaches: dict[int, Reach] = field(default_factory=dict)

    def of(self, entry: AuditEntry) -> dict[int, Channel]:
        """Who is told of this entry. Never the person who did it, nor anybody who may not read it now."""
        topic = Topic.of(entry.verb)
        follows = [self.followers.get(each, {}) for each in {entry.subject_id, self.organization.public_id}]
        found: dict[int, Channel] = {}
        for pk in self.people:
            if pk == entry.actor_id or {(pk, str(topic)), (pk, str(entry.subject_id))} & self.snoozed:
                continue
            wanted = [self.routes.get((pk, topic), Channel.OFF), *(each[pk] for each in follows if pk in each)]
            channel = Channel.strongest(*wanted)
            if channel != Channel.OFF and self._may_read(pk, topic):
                found[pk] = channel
        return found

    def _may_read(self, pk: int, topic: Topic) -> bool:
        if pk not in self.reaches:
            self.reaches[pk] = reach_at(self.people[pk], self.organization)
        reach = self.reaches[pk]
        return reach.allows(Scope.ORGANIZATIONS) and reach.allows(topic.scope)


def recipients(organization: Organization, entries: Iterable[AuditEntry], now: datetime) -> Recipients:
    """Everybody with a line of routing that leads here, and the owners here. `organization` comes with its parent."""
    subjects = {entry.subject_id for entry in entries} | {organization.public_id}
    lines = list(_lines(organization, subjects, now))
    owners = set(_owners(organization, now))
    ids = owners | {line.user_id for line in lines}
    people = User.objects.filter(pk__in=ids, is_active=True).in_bulk()
    followers: dict[UUID, dict[int, Channel]] = defaultdict(dict)
    for line in lines:
        if line.subject_id:
            followers[line.subject_id][line.user_id] = Channel(line.channel)
    quiet = Snooze.objects.filter(user__in=people, until__gt=now).values_list("user", "topic", "subject_id")
    snoozed = frozenset((pk, topic or str(subject)) for pk, topic, subject in quiet)
    return Recipients(organization, people, _routes(organization, owners, lines), followers, snoozed)


def _routes(organization: Organization, owners: set[int], lines: list[Subscription]) -> Routes:
    """What owners are told by itself, overruled by their own lines: those from afar first, the nearest last."""
    routes = {(pk, str(topic)): Channel.PORTAL for pk in owners for topic in FOR_OWNERS}

    def nearness(line: Subscription) -> int:
        if line.group_id:
            return 2
        return {organization.pk: 3, organization.parent_id: 1}.get(line.organization_id, 0)

    for line in sorted((line for line in lines if line.topic), key=nearness):
        routes[line.user_id, line.topic] = Channel(line.channel)
    return routes


def _lines(organization: Organization, subjects: set[UUID], now: datetime) -> Iterable[Subscription]:
    top = organization.parent or organization
    above = [pk for pk in (organization.parent_id, top.provisioned_by_id) if pk]
    of_the_top = Q(organization=top, group__organization=F("organization__provisioned_by"))
    groups = NamedGroupMember.objects.filter(Q(organization=organization) | of_the_top, in_force(now)).values("group")
    leads_here = (
        Q(organization=organization, group=None)
        | Q(organization__in=above, group=None, covers=Covers.BELOW)
        | Q(group__in=groups)
    )
    return Subscription.objects.filter(Q(subject_id__in=subjects) | (Q(subject_id=None) & leads_here))


def _owners(organization: Organization, now: datetime) -> Iterable[int]:
    grants = Grant.objects.filter(
        in_force(now), ~Q(covers=Covers.GROUP), organization=organization, role__preset=Preset.OWNER
    )
    yield from grants.filter(user__isnull=False).values_list("user", flat=True)
    yield from TeamMember.objects.filter(in_force(now), team__in=grants.values("team")).values_list("user", flat=True)
