"""Making organizations. The structural rules of the guide that span rows are refused here, in words."""

from __future__ import annotations

from dataclasses import replace

from django.db import transaction
from django.utils.translation import gettext as _

from organizations.access import EVERYTHING, NotAuthorized, Reach, grant_everything
from organizations.audit import record
from organizations.choices import Kind, Level, Mode, Origin, Road, Scope, Verb
from organizations.models import Organization
from organizations.rules import Details, RulesBroken, check_details
from organizations.services.delegation import delegate_everything


@transaction.atomic
def add_organization(
    reach: Reach, *, kind: Kind, details: Details, mode: Mode, delegation: bool = False
) -> tuple[Reach, Organization]:
    """Add an organization below the one reached: managed by it, or provisioned by it as a second level.

    Runs inside a larger transaction (the arrangement and the first key belong to the same step). Gives the reach at the
    new organization and the organization. Raises RulesBroken if a rule of the contract or the guide forbids it, and
    NotAuthorized, also for who is let in at the organization and not at what is below it.

    A second-level organization belongs to its creator at first: fiskaly's creator is the owner too.
    """
    reach.require(Scope.ORGANIZATIONS, Level.MANAGE)
    check_details(details)
    # Read anew and held: it may have been retired since the page was opened, or be retired right now.
    above = Organization.objects.select_for_update().get(pk=reach.organization.pk)
    _check_place(above, kind=kind, mode=mode, delegation=delegation)
    if not reach.allows_below(Scope.ORGANIZATIONS, Level.MANAGE):
        raise NotAuthorized(Scope.ORGANIZATIONS, Level.MANAGE)
    organization = Organization.objects.create(
        kind=kind,
        origin=Origin.KONTOR,
        parent=above if kind == Kind.MANAGED else None,
        provisioned_by=above if kind == Kind.ORGANIZATION else None,
        in_test=mode == Mode.TEST,
        in_live=mode == Mode.LIVE,
        **details.as_dict(),
    )
    there = _reach_down(reach, organization)
    if kind == Kind.ORGANIZATION and reach.actor:
        grant_everything(reach.actor, [organization])
    if delegation:
        delegate_everything(there)
    record(
        there,
        Verb.ORGANIZATION_CREATED,
        organization,
        after={**details.as_dict(), "kind": kind, "mode": mode, "delegation": delegation},
    )
    organization.announce()
    return there, organization


def _check_place(above: Organization, *, kind: Kind, mode: Mode, delegation: bool) -> None:
    """Raise RulesBroken if nothing of this kind and mode can be made below `above`."""
    if above.is_managed:
        raise RulesBroken({"": _("A managed organization cannot have organizations below it.")})
    if kind == Kind.ORGANIZATION and above.provisioned_by_id:
        raise RulesBroken({"": _("It is a second-level organization itself; the guide has no third level.")})
    if above.retired_at:
        raise RulesBroken({"": _("%(name)s is retired: nothing can be added below it.") % {"name": above}})
    if mode not in above.modes:
        raise RulesBroken(
            {"mode": _("%(name)s is not in %(mode)s: choose one of its modes.") % {"name": above, "mode": mode}}
        )
    if delegation and kind == Kind.MANAGED:
        raise RulesBroken({"delegation": _("A managed organization is always administered through its parent.")})


def _reach_down(reach: Reach, organization: Organization) -> Reach:
    """The creator's reach at what is below. For its record, they are people of the organization above."""
    if reach.actor is None:
        return replace(reach, organization=organization)
    if organization.is_managed:
        road = Road.DELEGATION if reach.road == Road.DELEGATION else Road.PARENT
        return replace(reach, organization=organization, road=road, grants=reach.grants_below)
    return Reach(reach.actor, organization, EVERYTHING, Road.DELEGATION, reach.request_id, reach.reason, owner=True)
