"""Inviting somebody by e-mail: what is offered, sending it again, taking it back, and seeing it expire.

Nobody offers more than they could give now, and at redemption the same is asked again (`redeeming`). The mail with the
link is sent by `invitation_mail`; the rows say whether it is due.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from organizations.access import Reach, system_reach
from organizations.audit import record
from organizations.choices import Covers, Level, Scope, Verb
from organizations.models import AuditEntry, Invitation, InvitationGrant, NamedGroup, Organization, Role
from organizations.rules import RulesBroken
from organizations.services.grants import check_grant, exceeds, rights_of

LIFE = timedelta(hours=48)
"""How long an invitation's link works: as long as fiskaly's own (HUB, "User management")."""
LONGEST_MESSAGE = 500
LATEST_RECORD = timedelta(days=30)


class NoSuchInvitation(Exception):
    """There is no such invitation at the organization reached. Pages answer 404."""


@dataclass(frozen=True)
class Offer:
    """A role at one organization, offered by somebody with this reach there."""

    reach: Reach
    role_id: UUID
    reaches: Covers = Covers.BELOW
    group_id: UUID | None = None


def is_open(now: datetime) -> Q:
    """The condition on invitations that can still be redeemed, sent or not."""
    return Q(redeemed_at=None, revoked_at=None, expires_at__gt=now)


@transaction.atomic(durable=True)
def invite(offers: Sequence[Offer], *, email: str, until: datetime | None = None, message: str = "") -> Invitation:
    """Ask somebody in, to the first offer's organization and all others. Its mail is due at once.

    Several organizations are a bulk action. Raises NotAuthorized; RulesBroken for an address that is none, a role without
    any right, one that carries more than the giver has, or somebody who is invited there already.
    """
    for offer in offers:
        offer.reach.require(Scope.USERS, Level.MANAGE)
        if len(offers) > 1:
            offer.reach.require(Scope.BULK, Level.MANAGE)
    email, message = email.strip().lower(), message.strip()
    _check_words(email, message)
    # Held, in one order: they may be retired, and somebody else may invite the same person, right now.
    asked = [offer.reach.organization.pk for offer in offers]
    held = {row.pk: row for row in Organization.objects.select_for_update().filter(pk__in=asked).order_by("pk")}
    now = timezone.now()
    if Invitation.objects.filter(is_open(now), email=email, grants__organization__in=asked).exists():
        raise RulesBroken({"email": _("This address has an open invitation there already: send that one again.")})
    grants = [_checked(offer, held[offer.reach.organization.pk], until) for offer in offers]
    first = offers[0].reach
    invitation = Invitation.objects.create(
        organization=first.organization,
        email=email,
        invited_by=first.actor,
        message=message,
        ends_at=until,
        expires_at=now + LIFE,
        mail_due_at=now,
    )
    for grant, offer in zip(grants, offers, strict=True):
        grant.invitation = invitation
        grant.save()
        record(offer.reach, Verb.INVITATION_SENT, invitation, after=_facts(grant, until))
    return invitation


@transaction.atomic(durable=True)
def resend_invitation(reach: Reach, *, invitation_id: UUID) -> Invitation:
    """Send it once more, with a new link that works for as long as the first; the old one is dead at once.

    Raises NoSuchInvitation, RulesBroken for one that was accepted or taken back, NotAuthorized.
    """
    reach.require(Scope.USERS, Level.MANAGE)
    invitation = _own(reach, invitation_id)
    if invitation.redeemed_at or invitation.revoked_at:
        raise RulesBroken({"": _("It was accepted or taken back: invite anew instead.")})
    invitation.digest, invitation.sent_at, invitation.mail_tries = "", None, 0
    invitation.mail_due_at = timezone.now()
    invitation.expires_at = invitation.mail_due_at + LIFE
    invitation.save(update_fields=["digest", "sent_at", "mail_tries", "mail_due_at", "expires_at"])
    record(reach, Verb.INVITATION_RESENT, invitation)
    return invitation


@transaction.atomic(durable=True)
def revoke_invitation(reach: Reach, *, invitation_id: UUID, reason: str = "") -> Invitation:
    """Take it back: its link is dead at once. Raises as `resend_invitation`."""
    reach.require(Scope.USERS, Level.MANAGE)
    invitation = _own(reach, invitation_id)
    if invitation.redeemed_at or invitation.revoked_at:
        raise RulesBroken({"": _("It was accepted or taken back already.")})
    invitation.revoked_at, invitation.mail_due_at = timezone.now(), None
    invitation.save(update_fields=["revoked_at", "mail_due_at"])
    record(reach, Verb.INVITATION_REVOKED, invitation, reason=reason)
    return invitation


def expire_invitations(now: datetime | None = None, *, limit: int = 500) -> int:
    """Put on record which invitations expired; their links stopped to work at that very moment. Gives how many."""
    now = now or timezone.now()
    told = AuditEntry.objects.filter(
        organization=OuterRef("organization"),
        at__gte=OuterRef("expires_at"),
        verb=Verb.INVITATION_EXPIRED,
        subject_id=OuterRef("public_id"),
    )
    gone = Invitation.objects.filter(
        ~Exists(told), redeemed_at=None, revoked_at=None, expires_at__lte=now, expires_at__gt=now - LATEST_RECORD
    )
    done = 0
    for pk in list(gone.order_by("expires_at").values_list("pk", flat=True)[:limit]):
        with transaction.atomic(durable=True):
            # Asked once more with the row held: another worker may have been here.
            Invitation.objects.select_for_update().get(pk=pk)
            invitation = gone.select_related("organization").filter(pk=pk).first()
            if invitation:
                Invitation.objects.filter(pk=pk).update(mail_due_at=None)
                reach = system_reach(invitation.organization, reason=_("Nobody accepted it within 48 hours."))
                record(reach, Verb.INVITATION_EXPIRED, invitation)
                done += 1
    return done


def _check_words(email: str, message: str) -> None:
    broken: dict[str, str] = {}
    try:
        validate_email(email)
    except ValidationError:
        broken["email"] = _("Enter an e-mail address, for example anna@muster.example.")
    if len(message) > LONGEST_MESSAGE:
        broken["message"] = _("At most %(n)d characters.") % {"n": LONGEST_MESSAGE}
    if "://" in message or "www." in message.lower():
        broken["message"] = _("Leave out addresses of web pages: the only link in the mail is the invitation's own.")
    if broken:
        raise RulesBroken(broken)


def _checked(offer: Offer, organization: Organization, until: datetime | None) -> InvitationGrant:
    """The unsaved grant of an offer that can be made. Raises RulesBroken."""
    roles = Role.objects.filter(Q(organization=None) | Q(organization=organization), public_id=offer.role_id)
    role = roles.first()
    if role is None:
        raise RulesBroken({"role": _("Choose one of the roles offered.")})
    if not rights_of(role):
        raise RulesBroken({"role": _("This role carries no right at all: nobody is invited to nothing.")})
    group = None
    if offer.group_id:
        group = NamedGroup.objects.filter(public_id=offer.group_id, organization=organization).first()
    check_grant(offer.reach, organization, to=None, role=role, reaches=offer.reaches, group=group, until=until)
    return InvitationGrant(organization=organization, role=role, covers=offer.reaches, group=group)


def _own(reach: Reach, invitation_id: UUID) -> Invitation:
    """The invitation that stands at the organization reached, held. Raises NoSuchInvitation, RulesBroken.

    SECURITY: whoever could not have made the offer decides nothing about it.
    """
    rows = Invitation.objects.select_for_update().filter(organization=reach.organization, public_id=invitation_id)
    invitation: Invitation | None = rows.first()
    if invitation is None:
        raise NoSuchInvitation
    for grant in invitation.grants.select_related("role").filter(organization=reach.organization):
        if words := exceeds(reach, grant.role, Covers(grant.covers)):
            raise RulesBroken({"": words})
    return invitation


def _facts(grant: InvitationGrant, until: datetime | None) -> dict[str, Any]:
    facts = {"role": str(grant.role), "covers": str(grant.covers), "until": until.isoformat() if until else None}
    return {**facts, **({"group": str(grant.group)} if grant.group else {})}
