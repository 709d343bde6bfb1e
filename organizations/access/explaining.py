"""Why somebody may see something, or what is missing: every way from a grant to an organization, step by step.

The decision itself is `decide`; a test holds that both agree in hundreds of random worlds.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Prefetch, Q

from organizations.access.rights import lower
from organizations.choices import Covers, Level, Road, Scope, StepKind
from organizations.models import (
    Delegation,
    Grant,
    NamedGroupMember,
    Organization,
    Right,
    TeamMember,
    User,
    in_force,
)

MOST = 500
"""How many grants of one person are looked at, the newest first."""


@dataclass(frozen=True)
class WayStep:
    """One step of a way. `row` is the fact it rests on (a span, or None if there is none), `holds` whether it does."""

    kind: StepKind
    holds: bool
    row: Any = None

    def ended(self, at: datetime) -> bool:
        """Whether the fact was there and is over at `at`."""
        return bool(self.row) and self.row.until is not None and self.row.until <= at


@dataclass(frozen=True)
class Way:
    """One grant of a person, and how it leads (or would lead) to the organization."""

    person: User
    grant: Grant
    road: Road
    steps: tuple[WayStep, ...]
    level: Level | None
    """What it gives in the end; None if a step is missing."""

    @property
    def holds(self) -> bool:
        return self.level is not None

    @property
    def missing(self) -> WayStep | None:
        """The first step that does not hold."""
        return next((step for step in self.steps if not step.holds), None)


def ways(organization: Organization, scope: Scope, at: datetime, *, person: User | None = None) -> list[Way]:
    """All ways to `scope` at the organization at `at`.

    Of one `person`: also the grants that do not lead there, or no longer. Of everybody (None): only ways that hold.
    """
    facts = _Facts(organization, scope, at)
    found = [
        way
        for grant in _grants(organization, at, person)
        for who, membership in _holders(grant, at, person)
        if (way := facts.way(who, grant, membership)) and (person or way.holds)
    ]
    return sorted(found, key=lambda way: (not way.holds, way.grant.pk))


def _grants(organization: Organization, at: datetime, person: User | None) -> Iterable[Grant]:
    """Grants at the organization, at who manages it, and at who provisioned it."""
    top = organization.parent or organization
    places = [pk for pk in (organization.pk, top.pk, top.provisioned_by_id) if pk]
    grants = Grant.objects.filter(organization__in=places)
    if person:
        grants = grants.filter(Q(user=person) | Q(team__in=TeamMember.objects.filter(user=person).values("team")))
    else:
        grants = grants.filter(in_force(at))
    members = TeamMember.objects.select_related("user").order_by("-since", "-pk")
    rows = (
        grants.select_related("user", "team", "role", "organization", "group", "granted_by")
        .prefetch_related(
            Prefetch("role__rights", Right.objects.order_by("-since", "-pk"), to_attr="all_rights"),
            Prefetch("team__members", members, to_attr="all_members"),
        )
        .order_by("-since", "-pk")
    )
    return rows[:MOST] if person else rows


def _holders(grant: Grant, at: datetime, person: User | None) -> Iterator[tuple[User, TeamMember | None]]:
    """Who has the grant, by themselves or through a membership: of one person the one that holds, else the last."""
    if grant.user:
        yield grant.user, None
        return
    members: list[TeamMember] = grant.team.all_members if grant.team else []  # type: ignore[attr-defined]
    if person is None:
        yield from ((member.user, member) for member in members if member.holds(at))
        return
    own = [member for member in members if member.user_id == person.pk]
    if own:
        yield person, _best(own, at)


def _best(spans: Sequence[Any], at: datetime) -> Any:
    """The span that holds, else the newest; None of none."""
    return next((span for span in spans if span.holds(at)), spans[0] if spans else None)


class _Facts:
    """What is known of one organization, one scope and one moment, read once for all grants."""

    def __init__(self, organization: Organization, scope: Scope, at: datetime) -> None:
        self.organization, self.scope, self.at = organization, scope, at
        self.top = organization.parent or organization
        delegations = Delegation.objects.filter(organization=self.top, scope=scope).select_related("granted_by")
        # Of several that hold at once the one that gives more decides.
        by_level = sorted(delegations.order_by("-since", "-pk"), key=lambda row: row.level != Level.MANAGE)
        self.delegation = _best(by_level, at)
        members = NamedGroupMember.objects.filter(organization__in={organization.pk, self.top.pk})
        self.members = list(members.order_by("-since", "-pk"))

    def way(self, person: User, grant: Grant, membership: TeamMember | None) -> Way | None:
        """The grant as a way; None if it has nothing to do with the organization."""
        steps = [WayStep(StepKind.PERSON, person.is_active)]
        if grant.team_id:
            steps.append(self._step(StepKind.TEAM, membership))
        rights = [right for right in grant.role.all_rights if right.scope == self.scope]  # type: ignore[attr-defined]
        right = _best(sorted(rights, key=lambda row: row.level != Level.MANAGE), self.at)
        steps += [self._step(StepKind.GRANT, grant), self._step(StepKind.ROLE, right)]
        road, delegated = self._road(grant), None
        steps += self._covered(grant, road)
        if road == Road.DELEGATION:
            delegated = self._step(StepKind.DELEGATION, self.delegation)
            steps.append(delegated)
        level = Level(right.level) if right and all(step.holds for step in steps) else None
        if level and delegated:
            level = lower(level, Level(self.delegation.level))
        return Way(person, grant, road, tuple(steps), level)

    def _step(self, kind: StepKind, row: Any) -> WayStep:
        return WayStep(kind, row is not None and row.holds(self.at), row)

    def _road(self, grant: Grant) -> Road:
        if grant.organization_id == self.organization.pk:
            return Road.DIRECT
        return Road.PARENT if grant.organization_id == self.top.pk else Road.DELEGATION

    def _covered(self, grant: Grant, road: Road) -> Iterator[WayStep]:
        """How it gets from where it stands to the organization: nothing to say where it stands there."""
        if grant.covers == Covers.GROUP:
            target = self.top if road == Road.DELEGATION else self.organization
            rows = [row for row in self.members if row.group_id == grant.group_id and row.organization_id == target.pk]
            yield self._step(StepKind.GROUP, _best(rows, self.at))
        elif road != Road.DIRECT:
            yield WayStep(StepKind.BELOW, grant.covers == Covers.BELOW)


def record_begins(organizations: Iterable[int]) -> datetime | None:
    """When the record of who had access to these organizations begins; None if there never was a grant."""
    first = Grant.objects.filter(organization__in=list(organizations)).order_by("since").values_list("since", flat=True)
    return first.first()
