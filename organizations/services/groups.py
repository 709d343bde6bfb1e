"""Named groups of organizations: made, renamed, retired, with organizations in and out.

SECURITY: what a group takes in, everybody who was granted the group reaches. So its members are changed only by who could
grant the same, and only organizations in the actor's own reach are found.
"""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from organizations.access import Reach, reachable
from organizations.audit import record
from organizations.choices import Covers, Level, Scope, Verb
from organizations.models import Grant, InvitationGrant, NamedGroup, NamedGroupMember, Organization, in_force
from organizations.rules import RulesBroken
from organizations.services.grants import exceeds
from organizations.services.names import name_taken

NAMES_KEPT = 20
"""How many names of organizations one entry of the record spells out; beyond that it counts."""


class NoSuchGroup(Exception):
    """The organization reached has no such group. Pages answer 404."""


@transaction.atomic(durable=True)
def make_group(reach: Reach, *, name: str) -> NamedGroup:
    """Make an empty group. Raises RulesBroken, and NotAuthorized without user administration."""
    reach.require(Scope.USERS, Level.MANAGE)
    Organization.objects.select_for_update().get(pk=reach.organization.pk)
    _check_name(reach, name)
    group = NamedGroup.objects.create(organization=reach.organization, name=name.strip())
    record(reach, Verb.GROUP_CREATED, group, after={"name": group.name})
    return group


@transaction.atomic(durable=True)
def rename_group(reach: Reach, *, group_id: UUID, name: str) -> NamedGroup:
    """Give it another name. Raises as `make_group`, and NoSuchGroup."""
    reach.require(Scope.USERS, Level.MANAGE)
    group = _own(reach, group_id)
    _check_name(reach, name, besides=group)
    before, group.name = group.name, name.strip()
    if before != group.name:
        group.save(update_fields=["name"])
        record(reach, Verb.GROUP_CHANGED, group, before={"name": before}, after={"name": group.name})
    return group


@transaction.atomic(durable=True)
def change_group(
    reach: Reach, *, group_id: UUID, add: Collection[UUID] = (), remove: Collection[UUID] = (), reason: str = ""
) -> tuple[int, int]:
    """Take organizations in and out, all in one step; gives how many of each.

    Raises RulesBroken if the group was granted more than the actor has or one to add is not to be had; NoSuchGroup. Several
    organizations at once in a group that somebody was granted are a bulk action: NotAuthorized without that.
    """
    reach.require(Scope.USERS, Level.MANAGE)
    group = _own(reach, group_id)
    now = timezone.now()
    if Grant.objects.filter(in_force(now), group=group).exists() and len({*add, *remove}) > 1:
        reach.require(Scope.BULK, Level.MANAGE)
    if words := group_exceeds(reach, group):
        raise RulesBroken({"": words})
    held = NamedGroupMember.objects.filter(in_force(now), group=group)
    news = list(eligible(reach).filter(public_id__in=add).exclude(pk__in=held.values("organization")))
    if len(set(add)) != eligible(reach).filter(public_id__in=add).count():
        raise RulesBroken({"add": _("Choose among the organizations offered.")})
    gone = list(
        held.filter(organization__in=eligible(reach).filter(public_id__in=remove)).select_related("organization")
    )
    NamedGroupMember.objects.filter(pk__in=[row.pk for row in gone]).update(until=now)
    NamedGroupMember.objects.bulk_create(NamedGroupMember(group=group, organization=each, since=now) for each in news)
    if news or gone:
        before, after = _listed([row.organization for row in gone]), _listed(news)
        record(reach, Verb.GROUP_CHANGED, group, before=before, after=after, reason=reason)
    return len(news), len(gone)


@transaction.atomic(durable=True)
def retire_group(reach: Reach, *, group_id: UUID, reason: str = "") -> NamedGroup:
    """Give a group up that nobody was granted. Raises RulesBroken while somebody is, or is invited to it; NoSuchGroup."""
    reach.require(Scope.USERS, Level.MANAGE)
    group = _own(reach, group_id)
    now = timezone.now()
    if Grant.objects.filter(in_force(now), group=group).exists():
        raise RulesBroken({"": _("Somebody was granted this group: end or change those grants first.")})
    waiting = {"invitation__redeemed_at": None, "invitation__revoked_at": None, "invitation__expires_at__gt": now}
    if InvitationGrant.objects.filter(group=group, **waiting).exists():
        raise RulesBroken({"": _("Somebody is invited to this group: take the invitation back first.")})
    NamedGroupMember.objects.filter(in_force(now), group=group).update(until=now)
    group.retired_at = now
    group.save(update_fields=["retired_at"])
    record(reach, Verb.GROUP_RETIRED, group, before={"name": group.name}, reason=reason)
    return group


def eligible(reach: Reach) -> QuerySet[Organization]:
    """What a group of the organization reached may take in: itself, what it manages, and what it provisioned.

    Only what the actor reaches, and nothing retired.
    """
    here = reach.organization
    own = Q(pk=here.pk) | Q(parent=here) | Q(provisioned_by=here)
    found = Organization.objects.filter(own, retired_at=None)
    return found if reach.actor is None else found.filter(pk__in=reachable(reach.actor).values("pk"))


def group_exceeds(reach: Reach, group: NamedGroup) -> str:
    """Why this person cannot change whom the group takes in, in words; '' if they can."""
    for grant in Grant.objects.filter(in_force(timezone.now()), group=group).select_related("role"):
        if exceeds(reach, grant.role, Covers.GROUP):
            return _("Somebody was granted more for this group than you have there yourself.")
    return ""


def _own(reach: Reach, group_id: UUID) -> NamedGroup:
    """A group that is not retired, held together with its organization. Raises NoSuchGroup."""
    Organization.objects.select_for_update().get(pk=reach.organization.pk)
    group = NamedGroup.objects.filter(organization=reach.organization, public_id=group_id, retired_at=None).first()
    if group is None:
        raise NoSuchGroup
    return group


def _listed(organizations: list[Organization]) -> dict[str, str]:
    """What the record keeps of organizations that came or went."""
    if not organizations:
        return {}
    names = [str(each) for each in organizations[:NAMES_KEPT]]
    more = len(organizations) - len(names)
    return {"organizations": ", ".join(names) + (f" +{more}" if more else "")}


def _check_name(reach: Reach, name: str, *, besides: NamedGroup | None = None) -> None:
    if not name.strip():
        raise RulesBroken({"name": _("Give the group a name.")})
    if name_taken(reach, NamedGroup, name, besides=besides):
        raise RulesBroken({"name": _("There is a group of this name already.")})
