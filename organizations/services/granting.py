"""Granting by the ids that pages know: everything named is looked up within the actor's reach first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from organizations.access import NoSuchOrganization, NotAuthorized, Reach, reach_at
from organizations.choices import Covers, Level, Scope
from organizations.models import Grant, NamedGroup, Organization, Role, Team, User
from organizations.rules import RulesBroken
from organizations.services.acquainted import known_person
from organizations.services.grants import begin, change_access, check_grant, grant_access


@dataclass(frozen=True)
class Terms:
    """What is granted, by ids. `group_id` only where it covers a group."""

    role_id: UUID
    reaches: Covers = Covers.BELOW
    group_id: UUID | None = None
    until: datetime | None = None
    reason: str = ""


def grant_to(reach: Reach, *, person_id: UUID | None = None, team_id: UUID | None = None, terms: Terms) -> Grant:
    """Grant a role to a person or a team. Raises as `grant_access`, and NoSuchPerson."""
    reach.require(Scope.USERS, Level.MANAGE)
    to = holder_of(reach, person_id, team_id)
    role, group = role_of(reach, terms.role_id), group_of(reach, terms.group_id)
    return grant_access(
        reach, to=to, role=role, reaches=terms.reaches, group=group, until=terms.until, reason=terms.reason
    )


def change_to(reach: Reach, *, grant_id: UUID, terms: Terms) -> Grant:
    """Put other terms in the place of a grant. Raises as `change_access`."""
    reach.require(Scope.USERS, Level.MANAGE)
    role, group = role_of(reach, terms.role_id), group_of(reach, terms.group_id)
    return change_access(
        reach,
        grant_id=grant_id,
        role=role,
        reaches=terms.reaches,
        group=group,
        until=terms.until,
        reason=terms.reason,
    )


@transaction.atomic(durable=True)
def grant_many(
    reach: Reach, *, people: Sequence[UUID], organizations: Sequence[UUID] = (), terms: Terms
) -> list[Grant]:
    """Grant one role to several people, at the organization reached or at several that it manages, all or nothing.

    It is a bulk action: raises NotAuthorized without bulk actions and user administration at each of them, RulesBroken for
    a role or a group that another organization does not have, NoSuchPerson, and NoSuchOrganization.
    """
    reach.require(Scope.BULK, Level.MANAGE)
    reach.require(Scope.USERS, Level.MANAGE)
    holders = [known_person(reach, each) for each in dict.fromkeys(people)]
    places = _places(reach, list(dict.fromkeys(organizations)))
    role = role_of(reach, terms.role_id)
    group = group_of(reach, terms.group_id)
    for there in places:
        there.require(Scope.BULK, Level.MANAGE)
        there.require(Scope.USERS, Level.MANAGE)
    return [_begin_one(there, holder, role, group, terms) for there in places for holder in holders]


def _begin_one(there: Reach, to: User | Team, role: Role, group: NamedGroup | None, terms: Terms) -> Grant:
    reaches, until = terms.reaches, terms.until
    check_grant(there, there.organization, to=to, role=role, reaches=reaches, group=group, until=until)
    return begin(there, to=to, role=role, reaches=reaches, group=group, until=until, reason=terms.reason)


def holder_of(reach: Reach, person_id: UUID | None, team_id: UUID | None) -> User | Team:
    """Whom a grant goes to. Raises RulesBroken unless it is exactly one of them, NoSuchPerson."""
    if (person_id is None) == (team_id is None):
        raise RulesBroken({"to": _("Name one person or one team.")})
    if person_id:
        return known_person(reach, person_id)
    assert team_id is not None, "one of them is named"
    team = Team.objects.filter(organization=reach.organization, public_id=team_id, retired_at=None).first()
    if team is None:
        raise RulesBroken({"team": _("Choose one of the teams offered.")})
    return team


def role_of(reach: Reach, role_id: UUID) -> Role:
    """A preset, or a role of the organization's own. Raises RulesBroken."""
    offered = Q(organization=None) | Q(organization=reach.organization)
    role = Role.objects.filter(offered, public_id=role_id, retired_at=None).first()
    if role is None:
        raise RulesBroken({"role": _("Choose one of the roles offered.")})
    return role


def group_of(reach: Reach, group_id: UUID | None) -> NamedGroup | None:
    """A named group of the organization's own, if one is named. Raises RulesBroken."""
    if group_id is None:
        return None
    found = NamedGroup.objects.filter(organization=reach.organization, public_id=group_id, retired_at=None)
    group = found.first()
    if group is None:
        raise RulesBroken({"group": _("Choose one of the groups offered.")})
    return group


def _places(reach: Reach, ids: list[UUID]) -> list[Reach]:
    """The actor's reach at each of these organizations, all of them held. Raises NoSuchOrganization for any other."""
    tree = Organization.objects.filter(reach.tree(Scope.USERS, field="")).select_related("parent")
    wanted = ids or [reach.organization.public_id]
    found = list(tree.filter(public_id__in=wanted).order_by("pk").select_for_update(of=("self",)))
    if len(found) != len(wanted):
        raise NoSuchOrganization
    actor = reach.actor
    if actor is None:
        raise NotAuthorized(Scope.BULK, Level.MANAGE)
    return [
        reach if place == reach.organization else reach_at(actor, place, request_id=reach.request_id) for place in found
    ]
