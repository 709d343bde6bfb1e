"""Handing ownership over: an owner offers it, somebody with access accepts, and it changes hands in one step.

A main organization is never without an owner: the new one begins before the old one ends, while the organization is held.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from organizations.access import NotAuthorized, Reach, held, reach_at, system_reach
from organizations.audit import record
from organizations.choices import Level, Outcome, Preset, Road, Scope, Verb
from organizations.models import Grant, Handover, Organization, Role, User, in_force
from organizations.rules import RulesBroken
from organizations.services.grants import Subject, begin, grant_facts

OPEN_FOR = timedelta(days=7)


class NoSuchHandover(Exception):
    """There is no open offer of this id that is this person's to decide about. Pages answer 404."""


@transaction.atomic(durable=True)
def offer_ownership(reach: Reach, *, to_id: UUID, keeps_id: UUID | None = None, reason: str = "") -> Handover:
    """Offer one's own ownership to a person with access here; they have seven days. `keeps_id`: a role that stays.

    Raises NotAuthorized for who is no owner of this very organization, RulesBroken for an offer that cannot be.
    """
    reach.require(Scope.USERS, Level.MANAGE)
    organization = Organization.objects.select_for_update().get(pk=reach.organization.pk)
    now = timezone.now()
    if reach.actor is None or not _ownerships(organization, reach.actor, now):
        raise NotAuthorized(Scope.USERS, Level.MANAGE)
    _settle_expired(now, organization)
    taker = User.objects.filter(public_id=to_id).exclude(pk=reach.actor.pk).first()
    taker = taker if taker and _has_access(organization, taker) else None
    roles = Role.objects.filter(Q(organization=None) | Q(organization=organization), retired_at=None)
    keeps = roles.filter(public_id=keeps_id).first() if keeps_id else None
    _check(organization, taker, keeps, now, keeps_asked=keeps_id is not None)
    assert taker is not None, "checked above"
    handover = Handover.objects.create(
        organization=organization,
        giver=reach.actor,
        taker=taker,
        keeps=keeps,
        reason=reason,
        expires_at=now + OPEN_FOR,
    )
    record(reach, Verb.OWNERSHIP_OFFERED, _Named(handover), after=_facts(handover), reason=reason)
    return handover


@transaction.atomic(durable=True)
def withdraw_ownership(reach: Reach, *, reason: str = "") -> Handover:
    """Take the open offer back: who made it may, and every other owner. Raises NotAuthorized, NoSuchHandover."""
    reach.require(Scope.USERS, Level.MANAGE)
    if not reach.owner or reach.road == Road.DELEGATION:
        raise NotAuthorized(Scope.USERS, Level.MANAGE)
    Organization.objects.select_for_update().get(pk=reach.organization.pk)
    handover = _open(timezone.now()).filter(organization=reach.organization).first()
    if handover is None:
        raise NoSuchHandover
    _settle(handover, Outcome.WITHDRAWN)
    record(reach, Verb.OWNERSHIP_WITHDRAWN, _Named(handover), before=_facts(handover), reason=reason)
    return handover


@transaction.atomic(durable=True)
def accept_ownership(user: User, *, handover_id: UUID, request_id: str = "") -> Handover:
    """Take ownership over: the giver's ends, or becomes the role they keep. Raises NoSuchHandover, and RulesBroken if
    the giver owns it no longer, the person lost their access, or the organization is retired.
    """
    handover = _mine(user, handover_id)
    now, organization = timezone.now(), handover.organization
    owned = _ownerships(organization, handover.giver, now)
    if not owned or not handover.giver.is_active:
        raise RulesBroken({"": _("Who offered it owns it no longer: the offer means nothing any more.")})
    if organization.retired_at or not _has_access(organization, user):
        raise RulesBroken({"": _("Only somebody with access to an organization in use can take it over.")})
    giver = reach_at(handover.giver, organization, request_id=request_id)
    begin(giver, to=user, role=Role.objects.get(preset=Preset.OWNER), reason=handover.reason)
    for grant in owned:
        grant.until = grant.end_recorded_at = timezone.now()
        grant.save(update_fields=["until", "end_recorded_at"])
        record(giver, Verb.ACCESS_REVOKED, Subject(grant), before=grant_facts(grant), reason=handover.reason)
    if handover.keeps:
        begin(giver, to=handover.giver, role=handover.keeps, reason=handover.reason)
    _settle(handover, Outcome.ACCEPTED)
    taker = reach_at(user, organization, request_id=request_id)
    record(taker, Verb.OWNERSHIP_ACCEPTED, _Named(handover), after=_facts(handover))
    return handover


@transaction.atomic(durable=True)
def decline_ownership(user: User, *, handover_id: UUID, request_id: str = "") -> Handover:
    """Say no: nothing changes. Raises NoSuchHandover."""
    handover = _mine(user, handover_id)
    _settle(handover, Outcome.DECLINED)
    reach = reach_at(user, handover.organization, request_id=request_id)
    record(reach, Verb.OWNERSHIP_DECLINED, _Named(handover), before=_facts(handover))
    return handover


def expire_handovers(now: datetime | None = None) -> int:
    """Close the offers that nobody answered within seven days, and put it on record. Gives how many."""
    now = now or timezone.now()
    due = Handover.objects.filter(settled_at=None, expires_at__lte=now).values_list("organization", flat=True)
    done = 0
    for pk in list(due):
        with transaction.atomic(durable=True):
            done += _settle_expired(now, Organization.objects.select_for_update().get(pk=pk))
    return done


class _Named:
    """A hand-over as the record names it: by who shall own it."""

    def __init__(self, handover: Handover) -> None:
        self.public_id = handover.public_id
        self.name = str(handover.taker)

    def __str__(self) -> str:
        return self.name


def _facts(handover: Handover) -> dict[str, str | None]:
    return {
        "from": str(handover.giver),
        "to": str(handover.taker),
        "keeps": str(handover.keeps) if handover.keeps else None,
        "until": handover.expires_at.isoformat(),
    }


def _ownerships(organization: Organization, user: User, now: datetime) -> list[Grant]:
    rows = Grant.objects.select_related("role", "user", "team", "group").filter(
        in_force(now), organization=organization, user=user, role__preset=Preset.OWNER
    )
    return list(rows)


def _has_access(organization: Organization, user: User) -> bool:
    """Whether a grant of theirs, or of a team of theirs, stands at the organization itself."""
    return held(user).filter(organization=organization).exists()


def _check(
    organization: Organization, taker: User | None, keeps: Role | None, now: datetime, *, keeps_asked: bool
) -> None:
    broken: dict[str, str] = {}
    if organization.retired_at:
        broken[""] = _("%(name)s is retired: nobody takes it over any more.") % {"name": organization}
    if taker is None:
        broken["to"] = _("Choose somebody who has access here already.")
    elif _ownerships(organization, taker, now):
        broken["to"] = _("They own it already: you can simply give up your own access.")
    if keeps_asked and (keeps is None or keeps.is_owner):
        broken["keeps"] = _("Choose one of the roles offered.")
    if not broken and _open(now).filter(organization=organization).exists():
        broken[""] = _("Ownership is offered to somebody already: withdraw that offer first.")
    if broken:
        raise RulesBroken(broken)


def _open(now: datetime) -> QuerySet[Handover]:
    rows = Handover.objects.select_related("organization", "giver", "taker", "keeps")
    return rows.filter(settled_at=None, expires_at__gt=now)


def _mine(user: User, handover_id: UUID) -> Handover:
    """The person's open offer, with the organization held first: whoever comes second finds it settled."""
    found = Handover.objects.filter(public_id=handover_id, taker=user).values_list("organization", flat=True).first()
    if found is None:
        raise NoSuchHandover
    Organization.objects.select_for_update().get(pk=found)
    handover: Handover | None = _open(timezone.now()).filter(public_id=handover_id, taker=user).first()
    if handover is None:
        raise NoSuchHandover
    return handover


def _settle(handover: Handover, outcome: Outcome) -> None:
    handover.outcome, handover.settled_at = outcome, timezone.now()
    handover.save(update_fields=["outcome", "settled_at"])


def _settle_expired(now: datetime, organization: Organization) -> int:
    """Inside a transaction that holds the organization."""
    rows = list(
        Handover.objects.select_related("organization", "giver", "taker", "keeps").filter(
            organization=organization, settled_at=None, expires_at__lte=now
        )
    )
    for handover in rows:
        _settle(handover, Outcome.EXPIRED)
        reach = system_reach(organization, reason=_("Nobody answered it within seven days."))
        record(reach, Verb.OWNERSHIP_EXPIRED, _Named(handover), before=_facts(handover))
    return len(rows)
