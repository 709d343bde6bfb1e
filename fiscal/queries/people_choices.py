"""What the form of a grant offers: roles, teams and groups of the organization, and people whom the reader may know."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from fiscal.queries.people_groups import groups_of
from fiscal.queries.people_roles import RoleRow, roles_to_give
from fiscal.queries.people_teams import teams_of
from organizations.access import Reach, acquainted
from organizations.choices import Level, Scope
from organizations.models import Organization, User, shown_name


@dataclass(frozen=True)
class GrantChoices:
    """Roles that the reader may give, and teams and groups by id."""

    roles: Sequence[RoleRow]
    teams: Sequence[tuple[UUID, str]]
    groups: Sequence[tuple[UUID, str]]
    managed: bool
    """A managed organization has nothing below it: what a grant covers is no question there."""


@dataclass(frozen=True)
class KnownPerson:
    """Somebody whom the reader may know."""

    person_id: UUID
    name: str
    email: str


def grant_choices(reach: Reach) -> GrantChoices:
    """What can be chosen for a grant. Raises NotAuthorized."""
    return GrantChoices(
        roles=roles_to_give(reach),
        teams=[(row.team_id, row.name) for row in teams_of(reach)],
        groups=[(row.group_id, row.name) for row in groups_of(reach)],
        managed=reach.organization.is_managed,
    )


def person_by_email(reach: Reach, email: str) -> KnownPerson | None:
    """The active person of this address, if they stand somewhere in the reader's reach; else None, as if there were none."""
    reach.require(Scope.USERS)
    return _known(reach, email__iexact=email.strip())


def person_by_id(reach: Reach, person_id: UUID) -> KnownPerson | None:
    """The same by public id."""
    reach.require(Scope.USERS)
    return _known(reach, public_id=person_id)


def people_by_id(reach: Reach, ids: Sequence[UUID]) -> list[KnownPerson]:
    """Those of these people whom the reader may know, by name."""
    reach.require(Scope.USERS)
    found = User.objects.filter(public_id__in=ids, is_active=True)
    if reach.actor is not None:
        found = found.filter(acquainted(reach.actor))
    return sorted(
        (KnownPerson(row.public_id, str(row), row.email) for row in found), key=lambda row: row.name.casefold()
    )


def organizations_to_grant(reach: Reach) -> list[tuple[UUID, str]]:
    """The organization reached and what it manages, where the reader may administer people."""
    found = Organization.objects.filter(reach.tree(Scope.BULK, Level.MANAGE, field=""), retired_at=None)
    here = reach.organization
    rows = list(found.order_by(shown_name(), "pk"))
    return [(row.public_id, str(row)) for row in sorted(rows, key=lambda row: row != here)]


def _known(reach: Reach, **wanted: object) -> KnownPerson | None:
    found = User.objects.filter(is_active=True, **wanted)
    if reach.actor is not None:
        found = found.filter(acquainted(reach.actor))
    person = found.first()
    return KnownPerson(person.public_id, str(person), person.email) if person else None
