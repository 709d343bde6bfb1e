"""Grants as rows of a page: which role, what it covers in words, until when, and whether the reader may end it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from fiscal.queries.people import known_people, name_of
from organizations.access import Reach, Right, covers
from organizations.choices import Covers, Level, Scope
from organizations.models import Grant, Organization, Team, User, in_force
from organizations.models import Right as RightRow
from organizations.roles import sentence_of


@dataclass(frozen=True)
class GrantRow:
    """One grant in force. `mine_to_end`: the reader could have given it, and so may change and end it."""

    grant_id: UUID
    holder: str
    person_id: UUID | None
    team_id: UUID | None
    role_id: UUID
    role: str
    sentence: str
    owner: bool
    covers: str
    covers_words: str
    group_id: UUID | None
    since: datetime
    until: datetime | None
    granted_by: str
    reason: str
    organization: str
    organization_id: UUID
    here: bool
    mine_to_end: bool


def grants_of_team(reach: Reach, team: Team) -> list[GrantRow]:
    """What a team was granted."""
    return grant_rows(reach, Grant.objects.filter(team=team))


def grants_of_person(reach: Reach, person: User) -> list[GrantRow]:
    """What a person was granted by name, here and at what the organization manages, as far as the reader sees people there."""
    return grant_rows(reach, Grant.objects.filter(reach.tree(Scope.USERS), user=person))


def one_grant(reach: Reach, grant_id: UUID) -> GrantRow | None:
    """One grant in force at the organization reached; None if there is none. Raises NotAuthorized."""
    reach.require(Scope.USERS)
    found = grant_rows(reach, Grant.objects.filter(organization=reach.organization, public_id=grant_id))
    return found[0] if found else None


def covers_in_words(kind: str, organization: Organization, group: str = "") -> str:
    """What a grant reaches from an organization, with its consequence."""
    if kind == Covers.GROUP:
        return _("the organizations of group %(name)s") % {"name": group}
    if organization.is_managed or kind == Covers.HERE:
        return _("%(name)s only") % {"name": organization}
    return _("%(name)s and everything below it, also what is added later") % {"name": organization}


def grant_rows(reach: Reach, found: QuerySet[Grant]) -> list[GrantRow]:
    """Grants in force, those at the organization reached first."""
    at = timezone.now()
    related = ("role", "user", "team", "group", "organization", "granted_by")
    rows = list(found.filter(in_force(at)).select_related(*related).order_by("pk"))
    rows.sort(key=lambda row: (row.organization_id != reach.organization.pk, str(row.organization), row.pk))
    carried = _rights({row.role_id for row in rows}, at)
    known = known_people(reach.actor, [row.granted_by_id for row in rows])
    return [_row(reach, row, carried[row.role_id], name_of(row.granted_by, known)) for row in rows]


def _rights(roles: Iterable[int], at: datetime) -> dict[int, set[Right]]:
    carried: dict[int, set[Right]] = defaultdict(set)
    for role, scope, level in RightRow.objects.filter(in_force(at), role__in=roles).values_list(
        "role", "scope", "level"
    ):
        carried[role].add((Scope(scope), Level(level)))
    return carried


def _row(reach: Reach, row: Grant, rights: set[Right], granted_by: str) -> GrantRow:
    here = row.organization_id == reach.organization.pk
    return GrantRow(
        grant_id=row.public_id,
        holder=str(row.user or row.team),
        person_id=row.user.public_id if row.user else None,
        team_id=row.team.public_id if row.team else None,
        role_id=row.role.public_id,
        role=str(row.role),
        sentence=sentence_of(row.role.preset, row.role.sentence),
        owner=row.role.is_owner,
        covers=row.covers,
        covers_words=covers_in_words(row.covers, row.organization, str(row.group or "")),
        group_id=row.group.public_id if row.group else None,
        since=row.since,
        until=row.until,
        granted_by=granted_by,
        reason=row.reason,
        organization=str(row.organization),
        organization_id=row.organization.public_id,
        here=here,
        mine_to_end=here and _endable(reach, row, rights),
    )


def _endable(reach: Reach, row: Grant, rights: set[Right]) -> bool:
    """The rule of `organizations.services.exceeds`, on rights that were read for all rows at once."""
    if not reach.allows(Scope.USERS, Level.MANAGE) or (row.role.is_owner and not reach.owner):
        return False
    own = reach.grants
    if row.covers != Covers.HERE and not reach.organization.is_managed and reach.below is not None:
        own = reach.below
    return all(covers(own, scope, level) for scope, level in rights)
