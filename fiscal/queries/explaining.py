"""Who can see something, and why: every road drawn, now or as of a past moment."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from fiscal.queries.explaining_words import Reader, drawn, why_not
from fiscal.queries.people import known_people
from organizations.access import Reach, Way, reachable, record_begins, ways
from organizations.choices import Level, Scope
from organizations.models import Grant, Organization, TeamMember, User

MOST_PEOPLE = 200


@dataclass(frozen=True)
class Drawn:
    """One road as nodes of a tree, from the person to the organization, with its words."""

    nodes: Sequence[dict[str, Any]]
    holds: bool


@dataclass(frozen=True)
class Viewer:
    """One person who can see it, and by which roads."""

    public_id: UUID
    name: str
    level: str
    roads: Sequence[Drawn]


@dataclass(frozen=True)
class PersonAsked:
    """The roads of the one person asked about; those that do not hold say what is missing."""

    public_id: UUID
    name: str
    sentence: str
    holds: bool
    roads: Sequence[Drawn]


@dataclass(frozen=True)
class Explanation:
    """Who can see one area of an organization at one moment."""

    area: str
    everybody: Sequence[Viewer]
    """By name, at most MOST_PEOPLE of them."""
    total: int
    """How many there are."""
    people_above: bool
    """Whether people of organizations out of the reader's reach see it too. How many is not told."""
    person: PersonAsked | None
    people: Sequence[tuple[UUID, str]]
    """Whom one can ask about."""
    begins: datetime | None
    """When the record of access begins."""


def explanation(reach: Reach, *, scope: Scope, at: datetime, person: UUID | None = None) -> Explanation | None:
    """Who can see `scope` of the organization reached at `at`, and why `person` (a public id) can or cannot.

    None for a person whom the reader may not know. Raises NotAuthorized without user administration.
    SECURITY: what stands out of the reader's reach is neither named nor counted.
    """
    reach.require(Scope.USERS)
    organization = reach.organization
    reader = _reader(reach)
    asked = _known_person(reach, person) if person else None
    if person and asked is None:
        return None
    found = ways(organization, scope, at)
    known = known_people(reach.actor, {way.person.pk for way in found})
    told = [way for way in found if way.person.pk in known]
    return Explanation(
        area=str(scope.label),
        everybody=_everybody(told, scope, at, reader),
        total=len({way.person.pk for way in told}),
        people_above=len(told) < len(found),
        person=_person(asked, scope, at, reader) if asked else None,
        people=_people(reach, asked),
        begins=record_begins(reader.reached),
    )


def _reader(reach: Reach) -> Reader:
    """What the reader may know of the organization and of what stands above it."""
    organization = reach.organization
    top = organization.parent or organization
    places = {pk for pk in (organization.pk, top.pk, top.provisioned_by_id) if pk}
    reached = places
    if reach.actor:
        reached = set(reachable(reach.actor).filter(pk__in=places).values_list("pk", flat=True))
    givers = Grant.objects.filter(organization__in=reached).values_list("granted_by", flat=True)
    return Reader(organization, frozenset(reached), known_people(reach.actor, set(givers)))


def _known_person(reach: Reach, public_id: UUID) -> User | None:
    person = User.objects.filter(public_id=public_id).first()
    return person if person and person.pk in known_people(reach.actor, [person.pk]) else None


def _everybody(found: Iterable[Way], scope: Scope, at: datetime, reader: Reader) -> list[Viewer]:
    by_name = sorted(found, key=lambda way: (str(way.person).casefold(), way.person.pk))
    return [
        Viewer(
            who.public_id, str(who), _level(roads), [Drawn(drawn(way, scope, at, reader), holds=True) for way in roads]
        )
        for who, own in groupby(by_name, key=lambda way: way.person)
        for roads in [list(own)]
    ][:MOST_PEOPLE]


def _level(roads: Iterable[Way]) -> str:
    return str((Level.MANAGE if any(way.level == Level.MANAGE for way in roads) else Level.VIEW).label)


def _person(person: User, scope: Scope, at: datetime, reader: Reader) -> PersonAsked:
    found = [way for way in ways(reader.organization, scope, at, person=person) if way.holds or reader.sees(way)]
    holding = [way for way in found if way.holds]
    words = {"person": person, "area": scope.label, "organization": reader.organization}
    if holding:
        words["level"] = _level(holding)
        sentence = _("%(person)s has “%(area)s” of %(organization)s: %(level)s.") % words
    else:
        words["why"] = why_not(person, found, scope, at, reader)
        sentence = _("%(person)s does not see “%(area)s” of %(organization)s: %(why)s.") % words
    roads = [Drawn(drawn(way, scope, at, reader), way.holds) for way in found]
    return PersonAsked(person.public_id, str(person), sentence, bool(holding), roads)


def _people(reach: Reach, asked: User | None) -> list[tuple[UUID, str]]:
    """Everybody who ever had a grant at the organization or above it and whom the reader may know."""
    organization: Organization = reach.organization
    top = organization.parent or organization
    stood = Grant.objects.filter(organization__in=[pk for pk in (organization.pk, top.pk, top.provisioned_by_id) if pk])
    ids = set(stood.exclude(user=None).values_list("user", flat=True))
    ids |= set(
        TeamMember.objects.filter(team__in=stood.exclude(team=None).values("team")).values_list("user", flat=True)
    )
    known = known_people(reach.actor, ids) | ({asked.pk} if asked else set())
    people = User.objects.filter(pk__in=known).only("public_id", "name", "email").order_by("name", "email", "pk")
    return [(person.public_id, str(person)) for person in people[:MOST_PEOPLE]]
