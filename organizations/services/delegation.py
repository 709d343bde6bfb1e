"""Delegation: what an organization lets the partner that provisioned it do (guide: "Enterprise Customers").

It is the owner's to give, by area and level and with an end date, and either side's to end at once.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from organizations.access import NotAuthorized, Reach
from organizations.audit import record
from organizations.choices import Level, Road, Scope, Verb
from organizations.models import Delegation, Organization, in_force
from organizations.roles import Rights
from organizations.rules import RulesBroken


def delegate_everything(reach: Reach) -> None:
    """Delegate all areas without an end date, inside the transaction that makes the organization."""
    _write(reach, dict.fromkeys(Scope, Level.MANAGE), until=None, reason="")


@transaction.atomic(durable=True)
def set_delegation(reach: Reach, *, rights: Rights, until: datetime | None = None, reason: str = "") -> None:
    """Say what the partner that provisioned the organization may do there from now on, and until when.

    Nothing at all revokes the delegation. Only an owner may: raises NotAuthorized for anybody else. Raises RulesBroken
    if nobody provisioned the organization or the end date has passed.
    """
    reach.require(Scope.USERS, Level.MANAGE)
    if not reach.owner or reach.road == Road.DELEGATION:
        raise NotAuthorized(Scope.USERS, Level.MANAGE)
    organization = Organization.objects.select_for_update().get(pk=reach.organization.pk)
    if organization.provisioned_by_id is None:
        raise RulesBroken(
            {"delegation": _("No partner provisioned this organization: there is nobody to delegate to.")}
        )
    if until and until <= timezone.now():
        raise RulesBroken({"until": _("The end date must lie ahead.")})
    before = _facts(organization)
    _write(reach, rights, until=until, reason=reason)
    after = _facts(organization)
    if before == after:
        return
    verb = (
        Verb.DELEGATION_CHANGED if before and after else Verb.DELEGATION_GRANTED if after else Verb.DELEGATION_REVOKED
    )
    record(reach, verb, organization, before=before, after=after, reason=reason)


@transaction.atomic(durable=True)
def give_up_delegation(reach: Reach, *, reason: str = "") -> None:
    """End the delegation from the partner's side, all of it and at once.

    For people of the partner who reach the organization by delegation with user administration; NotAuthorized otherwise.
    """
    if reach.road != Road.DELEGATION:
        raise NotAuthorized(Scope.USERS, Level.MANAGE)
    reach.require(Scope.USERS, Level.MANAGE)
    before = _facts(reach.organization)
    _write(reach, {}, until=None, reason=reason)
    record(reach, Verb.DELEGATION_REVOKED, reach.organization, before=before, reason=reason)


def _write(reach: Reach, rights: Rights, *, until: datetime | None, reason: str) -> None:
    """End what no longer holds and begin what is new; what stays the same is left alone."""
    now = timezone.now()
    held = {row.scope: row for row in Delegation.objects.filter(in_force(now), organization=reach.organization)}
    ended = [row.pk for scope, row in held.items() if (rights.get(Scope(scope)), until) != (row.level, row.until)]
    Delegation.objects.filter(pk__in=ended).update(until=now, end_recorded_at=now)
    Delegation.objects.bulk_create(
        Delegation(
            organization=reach.organization,
            scope=scope,
            level=level,
            since=now,
            until=until,
            granted_by=reach.actor,
            reason=reason,
        )
        for scope, level in rights.items()
        if scope not in held or held[scope].pk in ended
    )


def _facts(organization: Organization) -> dict[str, str]:
    rows = Delegation.objects.filter(in_force(timezone.now()), organization=organization).order_by("scope")
    return {row.scope: row.level if row.until is None else f"{row.level} until {row.until.isoformat()}" for row in rows}
