"""Teams: made, renamed, retired, with people in and out.

SECURITY: to be put into a team is to be granted what the team has, and to be taken out is to lose it. So both are held to the
rule of grants: nobody gives or takes what they do not have themselves.
"""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from organizations.access import Reach
from organizations.audit import record
from organizations.choices import Covers, Level, Scope, Verb
from organizations.models import Grant, Organization, Team, TeamMember, in_force
from organizations.rules import RulesBroken
from organizations.services.acquainted import NoSuchPerson, known_person
from organizations.services.grants import exceeds, past_delegation
from organizations.services.names import name_taken

__all__ = ["NoSuchPerson", "NoSuchTeam", "add_to_team", "make_team", "remove_from_team", "rename_team", "retire_team"]


class NoSuchTeam(Exception):
    """The organization reached has no such team. Pages answer 404."""


@transaction.atomic(durable=True)
def make_team(reach: Reach, *, name: str) -> Team:
    """Make a team without members and grants. Raises RulesBroken, and NotAuthorized without user administration."""
    reach.require(Scope.USERS, Level.MANAGE)
    Organization.objects.select_for_update().get(pk=reach.organization.pk)
    _check_name(reach, name)
    team = Team.objects.create(organization=reach.organization, name=name.strip())
    record(reach, Verb.TEAM_CREATED, team, after={"name": team.name})
    return team


@transaction.atomic(durable=True)
def rename_team(reach: Reach, *, team_id: UUID, name: str) -> Team:
    """Give it another name. Raises as `make_team`, and NoSuchTeam."""
    reach.require(Scope.USERS, Level.MANAGE)
    team = _own(reach, team_id)
    _check_name(reach, name, besides=team)
    before, team.name = team.name, name.strip()
    if before != team.name:
        team.save(update_fields=["name"])
        record(reach, Verb.TEAM_CHANGED, team, before={"name": before}, after={"name": team.name})
    return team


@transaction.atomic(durable=True)
def add_to_team(reach: Reach, *, team_id: UUID, person_id: UUID, reason: str = "") -> TeamMember:
    """Put a person into a team, who from now on has what the team has.

    Raises RulesBroken for a member already, a team that has more than the actor, or one's own people by delegation;
    NoSuchTeam; NoSuchPerson for somebody who stands nowhere in the actor's reach.
    """
    reach.require(Scope.USERS, Level.MANAGE)
    team = _own(reach, team_id)
    person = known_person(reach, person_id)
    _check_grants(reach, team)
    if words := past_delegation(reach, person):
        raise RulesBroken({"person": words})
    if TeamMember.objects.filter(in_force(timezone.now()), team=team, user=person).exists():
        raise RulesBroken({"person": _("%(name)s is in the team already.") % {"name": person}})
    member = TeamMember.objects.create(team=team, user=person, since=timezone.now())
    record(reach, Verb.TEAM_CHANGED, team, after={"member": str(person)}, reason=reason)
    return member


@transaction.atomic(durable=True)
def remove_from_team(reach: Reach, *, team_id: UUID, person_id: UUID, reason: str = "") -> None:
    """Take a person out of a team, who loses at once what the team has. Raises as `add_to_team`."""
    reach.require(Scope.USERS, Level.MANAGE)
    team = _own(reach, team_id)
    _check_grants(reach, team)
    found = TeamMember.objects.select_related("user").filter(in_force(timezone.now()), team=team)
    member = found.filter(user__public_id=person_id).first()
    if member is None:
        raise NoSuchPerson
    member.until = timezone.now()
    member.save(update_fields=["until"])
    record(reach, Verb.TEAM_CHANGED, team, before={"member": str(member.user)}, reason=reason)


@transaction.atomic(durable=True)
def retire_team(reach: Reach, *, team_id: UUID, reason: str = "") -> Team:
    """Dissolve a team that has no grant any more; its members leave it. Raises RulesBroken, NoSuchTeam."""
    reach.require(Scope.USERS, Level.MANAGE)
    team = _own(reach, team_id)
    now = timezone.now()
    if Grant.objects.filter(in_force(now), team=team).exists():
        raise RulesBroken({"": _("The team still has grants: end those first.")})
    members = TeamMember.objects.filter(in_force(now), team=team)
    names = sorted(str(member.user) for member in members.select_related("user"))
    members.update(until=now)
    team.retired_at = now
    team.save(update_fields=["retired_at"])
    record(reach, Verb.TEAM_RETIRED, team, before={"name": team.name, "members": ", ".join(names)}, reason=reason)
    return team


def team_exceeds(reach: Reach, team: Team) -> str:
    """Why this person cannot put people into the team or take them out, in words; '' if they can."""
    for grant in Grant.objects.filter(in_force(timezone.now()), team=team).select_related("role"):
        if exceeds(reach, grant.role, Covers(grant.covers)):
            return _("The team has more than you have there yourself.")
    return ""


def _check_grants(reach: Reach, team: Team) -> None:
    if words := team_exceeds(reach, team):
        raise RulesBroken({"": words})


def _own(reach: Reach, team_id: UUID) -> Team:
    """A team that is not retired, held together with its organization. Raises NoSuchTeam."""
    Organization.objects.select_for_update().get(pk=reach.organization.pk)
    team = Team.objects.filter(organization=reach.organization, public_id=team_id, retired_at=None).first()
    if team is None:
        raise NoSuchTeam
    return team


def _check_name(reach: Reach, name: str, *, besides: Team | None = None) -> None:
    if not name.strip():
        raise RulesBroken({"name": _("Give the team a name.")})
    if name_taken(reach, Team, name, besides=besides):
        raise RulesBroken({"name": _("There is a team of this name already.")})
