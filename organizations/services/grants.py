"""Granting roles and ending grants. A grant is never edited: a change ends it and begins another."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from organizations.access import Reach, Right, covers, held, reach_at, system_reach
from organizations.audit import record
from organizations.choices import Covers, Level, Preset, Road, Scope, Verb
from organizations.models import Grant, NamedGroup, Organization, Role, Team, User, in_force
from organizations.rules import RulesBroken


class NoSuchGrant(Exception):
    """There is no such grant in force at the organization reached. Pages answer 404."""


def rights_of(role: Role) -> frozenset[Right]:
    """What a role carries now."""
    rows = role.rights.filter(in_force(timezone.now())).values_list("scope", "level")
    return frozenset((Scope(scope), Level(level)) for scope, level in rows)


def exceeds(reach: Reach, role: Role, reaches: Covers) -> str:
    """Why this person cannot give (or take) such a grant, in words; '' if they can.

    SECURITY: nobody gives more than they have, neither here nor below, and only an owner makes an owner.
    """
    if role.is_owner and not reach.owner:
        return _("Only an owner can make somebody an owner.")
    own = reach.grants
    if reaches != Covers.HERE and not reach.organization.is_managed and reach.below is not None:
        own = reach.below
    if any(not covers(own, scope, level) for scope, level in rights_of(role)):
        return _("It carries more than you have there yourself.")
    return ""


@transaction.atomic(durable=True)
def grant_access(
    reach: Reach,
    *,
    to: User | Team,
    role: Role,
    reaches: Covers = Covers.BELOW,
    group: NamedGroup | None = None,
    until: datetime | None = None,
    reason: str = "",
) -> Grant:
    """Give a person or a team a role at the organization reached, from now on.

    Raises RulesBroken if the giver has less, if the end lies behind us or role, team or group belong elsewhere;
    NotAuthorized without user administration.
    """
    reach.require(Scope.USERS, Level.MANAGE)
    organization = Organization.objects.select_for_update().get(pk=reach.organization.pk)
    check_grant(reach, organization, to=to, role=role, reaches=reaches, group=group, until=until)
    return begin(reach, to=to, role=role, reaches=reaches, group=group, until=until, reason=reason)


@transaction.atomic(durable=True)
def change_access(
    reach: Reach,
    *,
    grant_id: UUID,
    role: Role,
    reaches: Covers,
    group: NamedGroup | None = None,
    until: datetime | None = None,
    reason: str = "",
) -> Grant:
    """End a grant and begin another in its place, in one step. Raises as `grant_access`, and NoSuchGrant.

    SECURITY: whoever could not have given the old one cannot take it away either.
    """
    reach.require(Scope.USERS, Level.MANAGE)
    grant = _own(reach, grant_id)
    to = _holder(grant)
    check_grant(reach, reach.organization, to=to, role=role, reaches=reaches, group=group, until=until)
    before = grant_facts(grant)
    _end(reach, grant, replaced_by_owner=role.is_owner and until is None)
    after = _new(reach, to=to, role=role, reaches=reaches, group=group, until=until, reason=reason)
    record(reach, Verb.ACCESS_CHANGED, Subject(after), before=before, after=grant_facts(after), reason=reason)
    return after


@transaction.atomic(durable=True)
def revoke_access(reach: Reach, *, grant_id: UUID, reason: str = "") -> Grant:
    """End a grant now: the next request of its holder is judged without it. Raises as `change_access`."""
    reach.require(Scope.USERS, Level.MANAGE)
    grant = _own(reach, grant_id)
    _end(reach, grant)
    record(reach, Verb.ACCESS_REVOKED, Subject(grant), before=grant_facts(grant), reason=reason)
    return grant


@transaction.atomic(durable=True)
def give_up_access(user: User, *, grant_id: UUID, reason: str = "", request_id: str = "") -> Grant:
    """End one's own grant; everybody may, but for the last owner. Raises RulesBroken, NoSuchGrant.

    What comes from a team is the team's, and ends where its people are kept.
    """
    place = Organization.objects.filter(grants__public_id=grant_id, grants__user=user)
    organization = Organization.objects.select_for_update().filter(pk__in=place.values("pk")).first()
    if organization is None:
        raise NoSuchGrant
    reach = reach_at(user, organization, request_id=request_id)
    grant: Grant | None = _in_force(reach).filter(public_id=grant_id, user=user).first()
    if grant is None:
        raise NoSuchGrant
    _end_now(grant)
    record(reach, Verb.PERSON_LEFT, Subject(grant), before=grant_facts(grant), reason=reason)
    return grant


def record_ended_grants(now: datetime | None = None, *, limit: int = 500) -> int:
    """Put on record which grants reached their end date; they stopped to count at that very moment. Gives how many."""
    now = now or timezone.now()
    due = Grant.objects.filter(until__lte=now, end_recorded_at=None).order_by("until").values_list("pk", flat=True)
    done = 0
    for pk in list(due[:limit]):
        with transaction.atomic(durable=True):
            if not Grant.objects.filter(pk=pk, end_recorded_at=None).update(end_recorded_at=now):
                continue
            grant = Grant.objects.select_related("organization", "role", "user", "team", "group").get(pk=pk)
            reach = system_reach(grant.organization, reason=_("The end date that was set."))
            record(reach, Verb.ACCESS_ENDED, Subject(grant), before=grant_facts(grant))
            done += 1
    return done


class Subject:
    """A grant as the record names it: by who holds it."""

    def __init__(self, grant: Grant) -> None:
        self.public_id = grant.public_id
        self.name = str(_holder(grant))

    def __str__(self) -> str:
        return self.name


def grant_facts(grant: Grant) -> dict[str, Any]:
    """What the record keeps of a grant: names as they are now."""
    return {
        "role": str(grant.role),
        "covers": str(grant.covers),
        "until": grant.until.isoformat() if grant.until else None,
        **({"group": str(grant.group)} if grant.group else {}),
    }


def begin(
    reach: Reach,
    *,
    to: User | Team,
    role: Role,
    reaches: Covers = Covers.BELOW,
    group: NamedGroup | None = None,
    until: datetime | None = None,
    reason: str = "",
) -> Grant:
    """Begin a grant and put it on record, inside a transaction that has checked it."""
    grant = _new(reach, to=to, role=role, reaches=reaches, group=group, until=until, reason=reason)
    record(reach, Verb.ACCESS_GRANTED, Subject(grant), after=grant_facts(grant), reason=reason)
    return grant


def _new(
    reach: Reach,
    *,
    to: User | Team,
    role: Role,
    reaches: Covers,
    group: NamedGroup | None,
    until: datetime | None,
    reason: str,
) -> Grant:
    return Grant.objects.create(
        user=to if isinstance(to, User) else None,
        team=to if isinstance(to, Team) else None,
        role=role,
        organization=reach.organization,
        covers=reaches,
        group=group,
        since=timezone.now(),
        until=until,
        granted_by=reach.actor,
        reason=reason,
    )


def check_grant(
    reach: Reach,
    organization: Organization,
    *,
    to: User | Team | None,
    role: Role,
    reaches: Covers,
    group: NamedGroup | None,
    until: datetime | None,
) -> None:
    """Raise RulesBroken with a message per field for a grant that cannot be, inside a transaction that holds the place.

    `to` is None while nobody has it yet.
    """
    _look_again(role, group, to)
    broken: dict[str, str] = {}
    if organization.retired_at:
        broken[""] = _("%(name)s is retired: nobody is let in there any more.") % {"name": organization}
    if role.retired_at or role.organization_id not in {None, organization.pk}:
        broken["role"] = _("Choose one of the roles offered.")
    if (reaches == Covers.GROUP) != (group is not None):
        broken["group"] = _("Choose the named group that it covers.")
    if group and (group.retired_at or group.organization_id != organization.pk):
        broken["group"] = _("Choose one of the groups offered.")
    if words := _unfit(reach, organization, to):
        broken["to"] = words
    if until and until <= timezone.now():
        broken["until"] = _("The end date must lie ahead.")
    if role.is_owner and (until or reaches != Covers.BELOW or isinstance(to, Team)):
        broken["role"] = _("An owner is one person, without an end date, for the organization and everything below it.")
    if words := exceeds(reach, role, reaches):
        broken.setdefault("role", words)
    if broken:
        raise RulesBroken(broken)


def _look_again(*named: Role | NamedGroup | Team | User | None) -> None:
    """Whoever retires one of them holds the organization as well, so what was looked up before may be gone by now."""
    for each in named:
        if isinstance(each, Role | NamedGroup | Team):
            each.refresh_from_db(fields=["retired_at"])


def _unfit(reach: Reach, organization: Organization, to: User | Team | None) -> str:
    """Why this person or team cannot hold a grant from this giver, '' if they can."""
    if isinstance(to, Team) and (to.retired_at or to.organization_id != organization.pk):
        return _("Choose one of the teams offered.")
    return past_delegation(reach, to) if isinstance(to, User) else ""


def past_delegation(reach: Reach, person: User) -> str:
    """Why somebody who acts by delegation cannot let this person in, '' if they can.

    SECURITY: neither themselves nor their own, by a grant or into a team: that would outlive the delegation.
    """
    if reach.road != Road.DELEGATION:
        return ""
    if person == reach.actor or held(person).filter(organization=reach.acting_from).exists():
        return _("People of the partner act here by delegation: they are not let in past it.")
    return ""


def _in_force(reach: Reach) -> Any:
    return (
        Grant.objects.select_related("role", "user", "team", "group")
        .select_for_update(of=("self",))
        .filter(in_force(timezone.now()), organization=reach.organization)
    )


def _own(reach: Reach, grant_id: UUID) -> Grant:
    """A grant in force at the organization reached, held together with it. Raises NoSuchGrant."""
    Organization.objects.select_for_update().get(pk=reach.organization.pk)
    grant: Grant | None = _in_force(reach).filter(public_id=grant_id).first()
    if grant is None:
        raise NoSuchGrant
    return grant


def _end(reach: Reach, grant: Grant, *, replaced_by_owner: bool = False) -> None:
    """End it now. Raises RulesBroken for what the person could not have given, and for the last owner."""
    if words := exceeds(reach, grant.role, Covers(grant.covers)):
        raise RulesBroken({"": words})
    _end_now(grant, replaced_by_owner=replaced_by_owner)


def _end_now(grant: Grant, *, replaced_by_owner: bool = False) -> None:
    """SECURITY: the organization is held, so two owners cannot leave at the same moment."""
    if not replaced_by_owner and last_owners([grant]):
        raise RulesBroken(
            {"": _("The last owner cannot leave: hand ownership over, or make somebody else an owner first.")}
        )
    grant.until = grant.end_recorded_at = timezone.now()
    grant.save(update_fields=["until", "end_recorded_at"])


def last_owners(grants: Iterable[Grant]) -> set[int]:
    """Those of the grants, by primary key, of which each leaves a main organization without an owner. One query.

    A managed organization may be without: whoever owns its parent owns it too.
    """
    owning = [grant for grant in grants if grant.role.is_owner and not grant.organization.is_managed]
    if not owning:
        return set()
    rows = Grant.objects.filter(in_force(timezone.now()), role__preset=Preset.OWNER, user__is_active=True)
    places = rows.filter(organization__in={grant.organization_id for grant in owning}).order_by()
    owners: dict[int, set[int]] = defaultdict(set)
    for organization, pk in places.values_list("organization", "pk"):
        owners[organization].add(pk)
    return {grant.pk for grant in owning if not owners[grant.organization_id] - {grant.pk}}


def _holder(grant: Grant) -> User | Team:
    holder = grant.user or grant.team
    assert holder is not None, "a constraint holds that it is one of them"
    return holder
