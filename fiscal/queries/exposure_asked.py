"""The grant that a form asks about, found by its public ids."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from fiscal.queries.people import known_people
from organizations.access import Reach, Supposed
from organizations.choices import Covers, Level, Scope
from organizations.models import Grant, NamedGroup, Role, Team, TeamMember, User, in_force
from organizations.rules import RulesBroken


@dataclass(frozen=True)
class Asked:
    """A grant that does not exist yet: to whom, and where it would lead."""

    holder: User | Team | None
    supposed: Supposed
    people: int | None
    """How many people the team has; None where it is no team."""
    replaced: int | None
    """The primary key of the grant that it would stand in for."""

    @property
    def shut_out(self) -> bool:
        """Whether it goes to somebody who cannot sign in any more: no grant shows them anything."""
        return isinstance(self.holder, User) and not self.holder.is_active


def resolve(
    reach: Reach,
    *,
    role: UUID,
    reaches: Covers,
    user: UUID | None,
    team: UUID | None,
    group: UUID | None,
    replaces: UUID | None,
    at: datetime,
) -> Asked:
    """Find what the ids name at the organization reached. Raises RulesBroken, by field, for what was not offered."""
    named = _group(reach, group) if reaches == Covers.GROUP else None
    holder: User | Team | None = _person(reach, user) if user else None
    if team:
        holder = _team(reach, team)
    return Asked(
        holder,
        Supposed(reach.organization.pk, reaches, named.pk if named else None, _rights(reach, role, at)),
        TeamMember.objects.filter(in_force(at), team=holder, user__is_active=True).count()
        if isinstance(holder, Team)
        else None,
        _replaced(reach, replaces, at) if replaces else None,
    )


def _person(reach: Reach, public_id: UUID) -> User:
    """SECURITY: somebody whose name the reader may not know is nobody, so that ids cannot be tried out."""
    person = User.objects.filter(public_id=public_id).first()
    if person is None or person.pk not in known_people(reach.actor, [person.pk]):
        raise RulesBroken({"to": _("Choose one of the people offered.")})
    return person


def _team(reach: Reach, public_id: UUID) -> Team:
    team = Team.objects.filter(organization=reach.organization, public_id=public_id, retired_at=None).first()
    if team is None:
        raise RulesBroken({"to": _("Choose one of the teams offered.")})
    return team


def _group(reach: Reach, public_id: UUID | None) -> NamedGroup:
    rows = NamedGroup.objects.filter(organization=reach.organization, retired_at=None)
    group = rows.filter(public_id=public_id).first() if public_id else None
    if group is None:
        raise RulesBroken({"group": _("Choose the named group that it covers.")})
    return group


def _rights(reach: Reach, public_id: UUID, at: datetime) -> frozenset[tuple[Scope, Level]]:
    role = Role.objects.filter(public_id=public_id, retired_at=None).first()
    if role is None or role.organization_id not in {None, reach.organization.pk}:
        raise RulesBroken({"role": _("Choose one of the roles offered.")})
    rows = role.rights.filter(in_force(at)).values_list("scope", "level")
    return frozenset((Scope(scope), Level(level)) for scope, level in rows)


def _replaced(reach: Reach, public_id: UUID, at: datetime) -> int:
    rows = Grant.objects.filter(in_force(at), organization=reach.organization, public_id=public_id)
    found = rows.values_list("pk", flat=True).first()
    if found is None:
        raise RulesBroken({"": _("This access has ended meanwhile.")})
    return found
