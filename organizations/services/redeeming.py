"""Redeeming an invitation: by whoever holds its link and the address it went to, once.

Who invited is asked again what they may give: what they lost meanwhile, they give nobody.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from allauth.account.models import EmailAddress
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from organizations.access import NoSuchOrganization, NotAuthorized, Reach, access_organization
from organizations.audit import record
from organizations.choices import Covers, Level, Road, Scope, Verb
from organizations.models import Invitation, InvitationGrant, Organization, User
from organizations.rules import RulesBroken
from organizations.services.grants import begin, check_grant


class InvitationGone(Exception):
    """There is none behind this link, or it was accepted, taken back or replaced: never said which."""


class InvitationExpired(InvitationGone):
    """The link is genuine and nobody used it in time."""


class InvitationForAnother(Exception):
    """It went to another address than the person's."""


@dataclass(frozen=True)
class Redeemed:
    """Where the person was let in: the organization the invitation stood at, and how many in all."""

    public_id: UUID
    name: str
    count: int


def waiting_invitation(digest: str, now: datetime | None = None) -> Invitation:
    """The invitation whose link has this digest and still works. Raises InvitationGone, InvitationExpired."""
    found = Invitation.objects.select_related("organization", "invited_by").filter(digest=digest)
    invitation = found.exclude(digest="").first()
    return _waiting(invitation, now or timezone.now())


def invited_address(digest: str) -> str:
    """The address that a working link was sent to, '' for a link that does not work: who holds it reads its mail."""
    try:
        return waiting_invitation(digest).email
    except InvitationGone:
        return ""


def is_for(invitation: Invitation, user: User) -> bool:
    """Whether it went to an address that the person proved to be theirs."""
    return EmailAddress.objects.filter(user=user, verified=True, email__iexact=invitation.email).exists()


@transaction.atomic(durable=True)
def redeem_invitation(user: User, *, digest: str, request_id: str = "") -> Redeemed:
    """Let the person in, to all organizations or to none.

    Raises InvitationGone, InvitationExpired, InvitationForAnother; RulesBroken, in words, if who invited may no longer
    give this or an organization is retired.
    """
    now = timezone.now()
    held = Invitation.objects.select_for_update().exclude(digest="").filter(digest=digest).first()
    invitation = _waiting(held, now)
    if not is_for(invitation, user):
        raise InvitationForAnother
    grants = list(invitation.grants.select_related("organization", "role", "group").order_by("organization"))
    list(
        Organization.objects.select_for_update()
        .filter(pk__in=[grant.organization_id for grant in grants])
        .order_by("pk")
    )
    for grant in grants:
        _let_in(invitation, grant, user, request_id)
    invitation.redeemed_at, invitation.redeemed_by, invitation.mail_due_at = now, user, None
    invitation.save(update_fields=["redeemed_at", "redeemed_by", "mail_due_at"])
    home = invitation.organization
    return Redeemed(home.public_id, str(home), len(grants))


def _waiting(invitation: Invitation | None, now: datetime) -> Invitation:
    if invitation is None or invitation.redeemed_at or invitation.revoked_at:
        raise InvitationGone
    if invitation.expires_at <= now:
        raise InvitationExpired
    return invitation


def _let_in(invitation: Invitation, grant: InvitationGrant, user: User, request_id: str) -> None:
    """Begin the grant in the name of who invited, with what they may give at this very moment."""
    giver = _giver(invitation, grant.organization, request_id)
    role, reaches, group, until = grant.role, Covers(grant.covers), grant.group, invitation.ends_at
    # Read anew: the organization is held, and may have been retired since the invitation was read.
    place = Organization.objects.get(pk=grant.organization_id)
    try:
        check_grant(giver, place, to=user, role=role, reaches=reaches, group=group, until=until)
    except RulesBroken as broken:
        raise RulesBroken({"": _refusal(" ".join(broken.errors.values()))}) from None
    begin(giver, to=user, role=role, reaches=reaches, group=group, until=until, reason=_("By invitation."))
    taker = Reach(user, grant.organization, frozenset(), Road.DIRECT, request_id)
    record(taker, Verb.INVITATION_REDEEMED, invitation)


def _giver(invitation: Invitation, organization: Organization, request_id: str) -> Reach:
    if invitation.invited_by is None:
        raise RulesBroken({"": _refusal(_("Who invited you is not here any more."))})
    try:
        return access_organization(
            invitation.invited_by,
            organization.public_id,
            scope=Scope.USERS,
            level=Level.MANAGE,
            request_id=request_id,
        )
    except (NoSuchOrganization, NotAuthorized):
        raise RulesBroken({"": _refusal(_("Who invited you may no longer let people in."))}) from None


def _refusal(words: str) -> str:
    return _("This invitation cannot be accepted: %(words)s Ask for a new one.") % {"words": words}
