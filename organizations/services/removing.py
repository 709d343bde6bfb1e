"""A person leaves an organization in one step: all own grants there and at what it manages, and the teams there."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from organizations.access import Reach, reach_at
from organizations.audit import record
from organizations.choices import Covers, Level, Scope, Verb
from organizations.models import Grant, Organization, TeamMember, User, in_force
from organizations.rules import RulesBroken
from organizations.services.acquainted import known_person
from organizations.services.grants import exceeds, grant_facts, last_owners
from organizations.services.teams import team_exceeds


@dataclass(frozen=True)
class Removal:
    """What ended, and how much stays because the actor may not end it there."""

    grants: int
    teams: int
    kept: int


@dataclass(frozen=True)
class Parting:
    """What removing a person ends at one organization, and how much of it the actor may not."""

    reach: Reach
    grants: list[Grant]
    teams: list[TeamMember]
    kept: int


@transaction.atomic(durable=True)
def remove_person(reach: Reach, *, person_id: UUID, reason: str = "") -> Removal:
    """End what the person was granted at the organization reached, and below it as far as the actor may.

    Raises RulesBroken for the last owner, for who has more than the actor there, and for who has nothing of their own
    there; NoSuchPerson; NotAuthorized. The record of each organization where something ended gets its entry.
    """
    reach.require(Scope.USERS, Level.MANAGE)
    person = known_person(reach, person_id)
    _hold(reach, person)
    partings = partings_of(reach, person)
    _check(reach, person, partings)
    for parting in partings:
        _end(parting, person, reason)
    return Removal(
        sum(len(each.grants) for each in partings),
        sum(len(each.teams) for each in partings),
        sum(each.kept for each in partings),
    )


def partings_of(reach: Reach, person: User) -> list[Parting]:
    """What would end where, the organization reached first; organizations where nothing is to end are left out."""
    now = timezone.now()
    grants, teams = defaultdict(list), defaultdict(list)
    # Whoever has no user administration below decides nothing there, and is told nothing either.
    tree = reach.tree(Scope.USERS)
    rows = Grant.objects.filter(tree, in_force(now), user=person)
    for grant in rows.select_related("organization__parent", "role", "group", "user", "team").order_by("pk"):
        grants[grant.organization].append(grant)
    memberships = TeamMember.objects.filter(
        reach.tree(Scope.USERS, field="team__organization"), in_force(now), user=person
    )
    for member in memberships.select_related("team__organization__parent").order_by("pk"):
        teams[member.team.organization].append(member)
    places = sorted({*grants, *teams}, key=lambda place: (place != reach.organization, str(place), place.pk))
    return [_parting(reach, place, grants[place], teams[place]) for place in places]


def _parting(reach: Reach, place: Organization, grants: list[Grant], teams: list[TeamMember]) -> Parting:
    there = _reach_below(reach, place)
    if not there.allows(Scope.USERS, Level.MANAGE):
        return Parting(there, [], [], len(grants) + len(teams))
    own_grants = [grant for grant in grants if not exceeds(there, grant.role, Covers(grant.covers))]
    own_teams = [member for member in teams if not team_exceeds(there, member.team)]
    return Parting(there, own_grants, own_teams, len(grants) + len(teams) - len(own_grants) - len(own_teams))


def _reach_below(reach: Reach, place: Organization) -> Reach:
    """The actor's reach at an organization below, judged by itself."""
    if place == reach.organization or reach.actor is None:
        return reach
    return reach_at(reach.actor, place, request_id=reach.request_id)


def _hold(reach: Reach, person: User) -> None:
    """SECURITY: hold every organization concerned, in one order, so that two owners cannot leave at the same moment."""
    below = Grant.objects.filter(reach.tree(Scope.USERS), in_force(timezone.now()), user=person)
    places = {reach.organization.pk, *below.values_list("organization", flat=True)}
    list(Organization.objects.select_for_update().filter(pk__in=places).order_by("pk"))


def _check(reach: Reach, person: User, partings: list[Parting]) -> None:
    """Raise RulesBroken for what may not end, before anything does."""
    here = next((each for each in partings if each.reach.organization == reach.organization), None)
    if here and here.kept:
        raise RulesBroken({"": _("%(name)s has more here than you have yourself.") % {"name": person}})
    if not any(each.grants or each.teams for each in partings):
        raise RulesBroken({"": _("%(name)s has nothing here that could be ended here.") % {"name": person}})
    if last_owners(grant for each in partings for grant in each.grants):
        raise RulesBroken(
            {"": _("The last owner cannot leave: hand ownership over, or make somebody else an owner first.")}
        )


def _end(parting: Parting, person: User, reason: str) -> None:
    if not parting.grants and not parting.teams:
        return
    now = timezone.now()
    before: dict[str, Any] = {"grants": [grant_facts(grant) for grant in parting.grants]}
    if parting.teams:
        before["teams"] = [str(member.team) for member in parting.teams]
    Grant.objects.filter(pk__in=[grant.pk for grant in parting.grants]).update(until=now, end_recorded_at=now)
    TeamMember.objects.filter(pk__in=[member.pk for member in parting.teams]).update(until=now)
    record(parting.reach, Verb.ACCESS_REVOKED, person, before=before, reason=reason)
