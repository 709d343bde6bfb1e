"""Delegation: what an organization lets the partner that provisioned it do (guide: "Enterprise Customers").

It is the owner's to give, by area and level and with an end date, and either side's to end at once.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from organizations.access import NoSuchOrganization, NotAuthorized, Reach, system_reach
from organizations.audit import record
from organizations.choices import Level, Road, Scope, Verb
from organizations.models import Delegation, Organization, in_force
from organizations.roles import FULL, Rights
from organizations.rules import RulesBroken


def delegate_everything(reach: Reach) -> None:
    """Delegate all areas without an end date, inside the transaction that makes the organization."""
    _write(reach, FULL, until=None, reason="")


@transaction.atomic(durable=True)
def set_delegation(reach: Reach, *, rights: Rights, until: datetime | None = None, reason: str = "") -> None:
    """Say what the partner that provisioned the organization may do there from now on, and until when.

    Nothing at all revokes the delegation. Only an owner may: raises NotAuthorized for anybody else. Raises RulesBroken
    if nobody provisioned the organization or the end date has passed.
    """
    decide_delegation(reach, rights=rights, until=until, reason=reason)


def decide_delegation(reach: Reach, *, rights: Rights, until: datetime | None, reason: str) -> None:
    """The same, inside a transaction that also settles a request for it."""
    require_owner(reach)
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


def require_owner(reach: Reach) -> None:
    """SECURITY: by delegation nobody decides about delegation, whatever was delegated. Raises NotAuthorized."""
    reach.require(Scope.USERS, Level.MANAGE)
    if not reach.owner or reach.road == Road.DELEGATION:
        raise NotAuthorized(Scope.USERS, Level.MANAGE, reach)


@transaction.atomic(durable=True)
def give_up_delegation(reach: Reach, organization_id: UUID, *, reason: str = "") -> None:
    """End what an organization delegated, from the partner's side: all of it and at once.

    `reach` is at the partner, with user administration there and below. Raises NotAuthorized; NoSuchOrganization for one
    that it did not provision.
    """
    there = provisioned(reach, organization_id)
    before = _facts(there.organization)
    if not before:
        return
    _write(there, {}, until=None, reason=reason)
    record(there, Verb.DELEGATION_REVOKED, there.organization, before=before, reason=reason)


def provisioned(reach: Reach, organization_id: UUID) -> Reach:
    """The partner's administrator at an organization that the partner provisioned: held, recorded, nothing granted.

    Raises NotAuthorized without user administration at the partner and below it, NoSuchOrganization.
    """
    reach.require(Scope.USERS, Level.MANAGE)
    if not reach.allows_below(Scope.USERS, Level.MANAGE):
        raise NotAuthorized(Scope.USERS, Level.MANAGE, reach)
    # The partner comes along, so that the record knows from where somebody acted.
    rows = Organization.objects.select_related("provisioned_by").select_for_update(of=("self",))
    organization = rows.filter(public_id=organization_id, provisioned_by=reach.organization).first()
    if organization is None:
        raise NoSuchOrganization
    return replace(
        reach, organization=organization, road=Road.DELEGATION, grants=frozenset(), below=frozenset(), owner=False
    )


def record_ended_delegations(now: datetime | None = None, *, limit: int = 500) -> int:
    """Put on record which delegations reached their end date; they stopped to count at that very moment.

    Gives how many organizations they were of.
    """
    now = now or timezone.now()
    ended = Delegation.objects.filter(until__lte=now, end_recorded_at=None)
    done = 0
    for pk in list(ended.order_by("organization").values_list("organization", flat=True).distinct()[:limit]):
        with transaction.atomic(durable=True):
            organization = Organization.objects.select_for_update().get(pk=pk)
            rows = list(ended.filter(organization=organization).order_by("scope"))
            ended.filter(pk__in=[row.pk for row in rows]).update(end_recorded_at=now)
            if rows:
                reach = system_reach(organization, reason=_("The end date that was set."))
                before = {row.scope: _fact(row) for row in rows}
                record(reach, Verb.DELEGATION_ENDED, organization, before=before)
                done += 1
    return done


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
    return {row.scope: _fact(row) for row in rows}


def _fact(row: Delegation) -> str:
    return row.level if row.until is None else f"{row.level} until {row.until.isoformat()}"
