"""Sends the mails of invitations. The rows say what is due; no message on the broker carries anything.

SECURITY: the link's token is made here, at the moment of sending, and goes nowhere but into the mail. What is stored is
its digest. A mail whose outcome nobody knows is sent again with a new token, and the old one is dead.
"""

from __future__ import annotations

import hashlib
import logging
import secrets
from datetime import datetime, timedelta
from smtplib import SMTPException
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db.models import F
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from organizations.addresses import public_address
from organizations.choices import Covers
from organizations.models import Invitation
from organizations.roles import sentence_of
from organizations.services.invitations import LIFE, is_open

log = logging.getLogger(__name__)

MOST_TRIES = 6
FIRST_PAUSE = timedelta(minutes=2)


def digest_of(token: str) -> str:
    """What is stored of a token: its SHA-256."""
    return hashlib.sha256(token.encode()).hexdigest()


def send_due_invitations(now: datetime | None = None, *, limit: int = 50) -> int:
    """Send the mails that are due, each tried again with growing pauses, six times in all. Gives how many went out."""
    now = now or timezone.now()
    due = Invitation.objects.filter(is_open(now), mail_due_at__lte=now).order_by("mail_due_at", "pk")
    return sum(_send(pk, now) for pk in list(due.values_list("pk", flat=True)[:limit]))


def _send(pk: int, now: datetime) -> bool:
    """Claim it, store the new digest, send, and say so. True if it went out."""
    invitation = Invitation.objects.select_related("organization", "invited_by").get(pk=pk)
    token = secrets.token_urlsafe(32)
    # One statement claims it: whoever else is at it finds that it is not due any more, until the pause is over.
    claimed = Invitation.objects.filter(is_open(now), pk=pk, mail_due_at=invitation.mail_due_at).update(
        digest=digest_of(token),
        expires_at=now + LIFE,
        mail_due_at=now + FIRST_PAUSE * 2**invitation.mail_tries,
        mail_tries=F("mail_tries") + 1,
    )
    if not claimed:
        return False
    mine = Invitation.objects.filter(pk=pk, digest=digest_of(token))
    try:
        _mail(invitation, token, now + LIFE).send()
    except (SMTPException, OSError, ValueError) as error:  # ValueError: an address or a subject that no mail can have
        log.warning("invitation %s was not sent: %s", invitation.public_id, type(error).__name__)
        if invitation.mail_tries + 1 >= MOST_TRIES:
            mine.update(mail_due_at=None)
        return False
    return bool(mine.update(mail_due_at=None, sent_at=now))


def _mail(invitation: Invitation, token: str, expires_at: datetime) -> EmailMultiAlternatives:
    """The mail as text and as simple HTML, in the house's language: the reader's is not known yet."""
    with translation.override(settings.LANGUAGE_CODE):
        told = {
            "inviter": str(invitation.invited_by or "Kontor"),
            "organization": str(invitation.organization),
            "offers": _offers(invitation),
            "ends_at": invitation.ends_at,
            "expires_at": expires_at,
            "message": invitation.message,
            "url": public_address(reverse("portal:invitation_enter", args=[token])),
        }
        subject = _("%(inviter)s invites you to %(organization)s") % told
        mail = EmailMultiAlternatives(
            subject=" ".join(subject.split()),
            body=render_to_string("organizations/mail/invitation.txt", told),
            to=[invitation.email],
        )
        mail.attach_alternative(render_to_string("organizations/mail/invitation.html", told), "text/html")
    return mail


def _offers(invitation: Invitation) -> list[dict[str, Any]]:
    grants = invitation.grants.select_related("organization", "role", "group").order_by("pk")
    return [
        {
            "organization": str(grant.organization),
            "role": str(grant.role),
            "sentence": sentence_of(grant.role.preset, grant.role.sentence),
            "covers": str(grant.group) if grant.group else Covers(grant.covers).label,
        }
        for grant in grants
    ]
