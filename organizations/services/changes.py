"""Changing organizations."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from organizations.access import Reach
from organizations.audit import record
from organizations.choices import Level, Mode, Origin, Scope, Verb
from organizations.models import DashboardUser, Organization
from organizations.rules import Details, RulesBroken, check_details


class EditedMeanwhile(Exception):
    """Somebody else changed the object since the form was opened. `current` is what it holds now (Details, Terms or Address)."""

    def __init__(self, current: Any, generation: int) -> None:
        super().__init__("edited meanwhile")
        self.current, self.generation = current, generation


def details_of(organization: Organization) -> Details:
    """The stored facts of an organization in the shape that forms and rules use."""
    return Details(**{name: getattr(organization, name) for name in Details.__dataclass_fields__})


def _locked(reach: Reach) -> Organization:
    """The row as it is now, held until the transaction ends (PostgreSQL; SQLite's IMMEDIATE holds the whole file)."""
    return Organization.objects.select_for_update().get(pk=reach.organization.pk)


def _living(reach: Reach) -> Organization:
    """The same, of an organization that goes on. Raises RulesBroken for a retired one: nothing of it can be changed."""
    organization = _locked(reach)
    if organization.retired_at:
        raise RulesBroken({"": _("%(name)s is retired: nothing of it can be changed.") % {"name": organization}})
    return organization


@transaction.atomic(durable=True)
def change_details(reach: Reach, *, details: Details, generation: int, reason: str = "") -> Organization:
    """Store new facts, if `generation` is still the one the person saw.

    Raises EditedMeanwhile if it is not, RulesBroken with a message per field, NotAuthorized. Unchanged facts change
    nothing: no generation, no entry.
    """
    reach.require(Scope.ORGANIZATIONS, Level.MANAGE)
    check_details(details)
    organization = _living(reach)
    if organization.origin == Origin.CONNECTED:
        raise RulesBroken(
            {
                "": _("%(name)s was made in fiskaly's dashboard: only its creator there can change it.")
                % {"name": organization}
            }
        )
    if organization.generation != generation:
        raise EditedMeanwhile(details_of(organization), organization.generation)
    old, new = details_of(organization).as_dict(), details.as_dict()
    names = [name for name in new if new[name] != old[name]]
    if not names:
        return organization
    for name in names:
        setattr(organization, name, new[name])
    record(
        reach,
        Verb.ORGANIZATION_CHANGED,
        organization,
        before={name: old[name] for name in names},
        after={name: new[name] for name in names},
        reason=reason,
    )
    organization.touch(*names)
    return organization


@transaction.atomic(durable=True)
def enable_live(reach: Reach, *, reason: str = "") -> Organization:
    """Let a managed organization have LIVE as well.

    Raises RulesBroken for a main organization (only fiskaly switches those: Human Intervention Registry, "Switch TEST
    to LIVE") and where the parent is not LIVE itself; NotAuthorized.
    """
    reach.require(Scope.ORGANIZATIONS, Level.MANAGE)
    organization = _living(reach)
    if organization.in_live and organization.parent:
        return organization
    if words := live_obstacle(organization):
        raise RulesBroken({"": words})
    record(reach, Verb.LIVE_ENABLED, organization, before={"in_live": False}, after={"in_live": True}, reason=reason)
    organization.in_live = True
    organization.touch("in_live")
    return organization


def live_obstacle(organization: Organization) -> str:
    """Why LIVE cannot be enabled now, in words for the button; '' if it can."""
    if organization.parent is None:
        return _("fiskaly switches main organizations to LIVE after a contract: ask their sales team.")
    if not organization.parent.in_live:
        return _("The organization above it is not LIVE yet, so this one cannot be.")
    return _("It is LIVE already.") if organization.in_live else ""


@transaction.atomic(durable=True)
def retire(reach: Reach, *, reason: str = "") -> Organization:
    """Retire an organization, so that the mirror deletes it at the provider.

    Raises RulesBroken in LIVE (fiskaly documents no deletion there), while organizations or keys remain below it, and
    for one made in fiskaly's dashboard; NotAuthorized.
    """
    reach.require(Scope.ORGANIZATIONS, Level.MANAGE)
    organization = _locked(reach)
    if organization.retired_at:
        return organization
    if words := retire_obstacle(organization):
        raise RulesBroken({"": words})
    organization.retired_at = timezone.now()
    # fiskaly's people of it go with it there; here they stand no longer as if they had access.
    people = DashboardUser.objects.filter(organization=organization, retired_at=None)
    people.update(
        retired_at=organization.retired_at, changed_at=organization.retired_at, generation=F("generation") + 1
    )
    record(reach, Verb.ORGANIZATION_RETIRED, organization, after={"retired_at": organization.retired_at}, reason=reason)
    organization.touch("retired_at")
    return organization


def retire_obstacle(organization: Organization) -> str:
    """Why the organization cannot be retired now, in words for the button; '' if it can."""
    below = Organization.objects.filter(Q(parent=organization) | Q(provisioned_by=organization), retired_at=None)
    keys = organization.api_keys.filter(retired_at=None).count()
    if Mode.LIVE in organization.modes:
        return _("It is LIVE: fiskaly documents no deletion of LIVE organizations.")
    if organization.origin == Origin.CONNECTED:
        return _("It was made in fiskaly's dashboard: delete it there.")
    if below.exists():  # how many is not told: who asks need not reach them
        return _("Organizations hang below it: retire them first.")
    if keys:
        return _("It has %(n)d API keys: delete them first.") % {"n": keys}
    return ""
