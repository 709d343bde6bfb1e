"""One person at one organization: what leads them there, their grants and teams, and what became of earlier ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q
from django.utils import timezone

from fiscal.queries.people import known_people, somebody
from fiscal.queries.people_grants import GrantRow, grants_of_person
from fiscal.queries.people_matrix import MatrixRow, row_of
from organizations.access import Reach
from organizations.choices import Road, Scope, Verb
from organizations.models import AuditEntry, Grant, TeamMember, User, in_force
from organizations.services import partings_of

OWN_ROADS = (Road.DIRECT, Road.SYSTEM)
LONGEST_HISTORY = 50


@dataclass(frozen=True)
class TeamLine:
    """One team of the organization that the person is in."""

    team_id: UUID
    name: str


@dataclass(frozen=True)
class Past:
    """One entry of the record about the person's grants: who, what, which role, why."""

    at: datetime
    actor: str
    did: str
    about: str
    reason: str


@dataclass(frozen=True)
class PersonPage:
    """`row` is the person's row of the matrix, None for who reaches the organization no more."""

    person_id: UUID
    name: str
    email: str
    you: bool
    row: MatrixRow | None
    grants: Sequence[GrantRow]
    teams: Sequence[TeamLine]
    history: Sequence[Past]
    active: bool


@dataclass(frozen=True)
class Leaving:
    """What removing a person would end, by organization, and how much would stay."""

    ends: Sequence[tuple[str, Sequence[str]]]
    grants: int
    teams: int
    kept: int


def person_page(reach: Reach, person_id: UUID) -> PersonPage | None:
    """One person; None unless something that may be named leads them here, or led them here once. Raises NotAuthorized."""
    reach.require(Scope.USERS)
    person = User.objects.filter(public_id=person_id).first()
    if person is None:
        return None
    row = row_of(reach, person) if person.is_active else None
    grants = grants_of_person(reach, person)
    history = _history(reach, person)
    if row is None and not grants and not history:
        return None
    return PersonPage(
        person_id=person.public_id,
        name=str(person),
        email=person.email if person.name else "",
        you=person == reach.actor,
        row=row,
        grants=grants,
        teams=_teams(reach, person),
        history=history,
        active=person.is_active,
    )


def leaving(reach: Reach, person_id: UUID) -> Leaving:
    """What `remove_person` would end, asked the same way."""
    person = User.objects.get(public_id=person_id)
    partings = partings_of(reach, person)
    return Leaving(
        ends=[
            (
                str(each.reach.organization),
                [
                    *(str(grant.role) for grant in each.grants),
                    *(str(member.team) for member in each.teams),
                ],
            )
            for each in partings
            if each.grants or each.teams
        ],
        grants=sum(len(each.grants) for each in partings),
        teams=sum(len(each.teams) for each in partings),
        kept=sum(each.kept for each in partings),
    )


def _teams(reach: Reach, person: User) -> list[TeamLine]:
    found = TeamMember.objects.filter(in_force(timezone.now()), team__organization=reach.organization, user=person)
    return [TeamLine(row.team.public_id, row.team.name) for row in found.select_related("team").order_by("team__name")]


def _history(reach: Reach, person: User) -> list[Past]:
    """What the record holds about the person's grants here, newest first.

    SECURITY: who acted from above is named only to who may know them.
    """
    grants = Grant.objects.filter(organization=reach.organization, user=person)
    about = Q(subject_id__in=grants.values("public_id")) | Q(subject_id=person.public_id)
    verbs = (
        Verb.ACCESS_GRANTED,
        Verb.ACCESS_CHANGED,
        Verb.ACCESS_REVOKED,
        Verb.ACCESS_ENDED,
        Verb.PERSON_LEFT,
        Verb.INVITATION_REDEEMED,
        Verb.OWNERSHIP_ACCEPTED,
    )
    found = AuditEntry.objects.filter(about, organization=reach.organization, verb__in=verbs)
    entries = list(found.order_by("-at", "-pk")[:LONGEST_HISTORY])
    known = known_people(reach.actor, [entry.actor_id for entry in entries])
    return [
        Past(
            at=entry.at,
            actor=entry.actor_name if entry.road in OWN_ROADS or entry.actor_id in known else somebody(),
            did=entry.get_verb_display(),
            about=_about(entry),
            reason=entry.reason,
        )
        for entry in entries
    ]


def _about(entry: AuditEntry) -> str:
    """Which role an entry is about, and from which one it was changed."""
    roles = [str(values["role"]) for values in (entry.before, entry.after) if values.get("role")]
    ended = [str(each["role"]) for each in entry.before.get("grants", ())]
    return " → ".join(dict.fromkeys(roles)) or ", ".join(ended)
