"""Mails of what people want to know by mail. The database is the truth: a mail is a row before it is a mail.

Gathering takes what waits for a person into one row, so a storm of events is one mail. Sending leases the row, composes it for
who reads it now, sends it, and closes the row. Whoever dies between sending and closing leaves a lease that ends: the mail is
then sent once more, and closed as unknown if that one dies too. So it comes twice at most, and never not at all unnoticed.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from smtplib import SMTPException, SMTPRecipientsRefused
from typing import Protocol

from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from fiscal.services.reports import following
from organizations.models import Mailing, NoticeSettings, Notification
from organizations.topics import Channel, MailOutcome

log = logging.getLogger(__name__)

BETWEEN = timedelta(minutes=5)
"""At least so long between two mails at once to one person; what happens meanwhile comes with the next."""
LEASE = timedelta(minutes=5)
MOST_TRIES = 5
AT_A_TIME = 100
"""Mails of one run: what is more waits for the next minute, so that a mail server is not flooded."""


class NoticeMail(Protocol):
    """What a composed mail has."""

    @property
    def subject(self) -> str: ...
    @property
    def text(self) -> str: ...
    @property
    def html(self) -> str: ...


Compose = Callable[[Mailing], NoticeMail | None]
"""Makes the mail in the words, language and time of its reader; None if they may read nothing of it any more."""


def gather_mails(*, now: datetime) -> int:
    """Write down the mails that are due. Gives how many."""
    waiting = Notification.objects.filter(mailing=None).order_by()
    at_once = waiting.filter(channel=Channel.AT_ONCE).values_list("user_id", flat=True).distinct()
    ready = NoticeSettings.objects.filter(Q(once_at=None) | Q(once_at__lte=now), user__in=list(at_once))
    made = sum(_gather(pk, Channel.AT_ONCE, now) for pk in ready.values_list("pk", flat=True))
    due = NoticeSettings.objects.filter(next_at__lte=now).values_list("pk", flat=True)
    return made + sum(_gather(pk, Channel.DIGEST, now) for pk in due)


@transaction.atomic(durable=True)
def _gather(settings_id: int, channel: Channel, now: datetime) -> bool:
    """Take all that waits for one person into one mail, if it is still their time. True if there was anything."""
    mine = NoticeSettings.objects.select_for_update().select_related("user").get(pk=settings_id)
    if channel == Channel.DIGEST:
        if mine.next_at > now:
            return False
        # Whoever was away, or an install that was, gets one digest and not all that were missed.
        NoticeSettings.objects.filter(pk=mine.pk).update(next_at=following(mine, now))
    elif mine.once_at and mine.once_at > now:
        return False
    waiting = Notification.objects.filter(user=mine.user, channel=channel, mailing=None)
    if not waiting.exists():
        return False
    waiting.update(mailing=Mailing.objects.create(user=mine.user, channel=channel, made_at=now, due_at=now))
    if channel == Channel.AT_ONCE:
        NoticeSettings.objects.filter(pk=mine.pk).update(once_at=now + BETWEEN)
    return True


def send_mails(*, now: datetime, compose: Compose) -> int:
    """Send what is due. Gives how many went out."""
    free = Q(lease_until=None) | Q(lease_until__lte=now)
    due = Mailing.objects.filter(free, outcome="", due_at__lte=now).order_by("due_at", "pk")
    return sum(_send_one(mailing, now, compose) for mailing in due.select_related("user")[:AT_A_TIME])


def _send_one(mailing: Mailing, now: datetime, compose: Compose) -> bool:
    token = _lease(mailing, now)
    if token is None:
        return False
    try:
        mail = compose(mailing)
    except Exception:
        log.exception("mail %s could not be made", mailing.public_id)
        _settle(mailing, token, now, _("A fault in Kontor. It is in the log."))
        return False
    if mail is None:
        _close(mailing, token, MailOutcome.NOTHING, now)
        return False
    message = EmailMultiAlternatives(subject=mail.subject, body=mail.text, to=[mailing.user.email])
    message.attach_alternative(mail.html, "text/html")
    try:
        message.send()
    except (SMTPException, OSError, ValueError) as error:  # ValueError: an address that no mail can have
        log.warning("mail %s was not sent: %s", mailing.public_id, type(error).__name__)
        _settle(mailing, token, now, _words(error), final=isinstance(error, SMTPRecipientsRefused | ValueError))
        return False
    # Whoever dies here has sent a mail that nobody knows of: it is sent a second time when the lease ends, and not a third.
    _close(mailing, token, MailOutcome.SENT, now)
    return True


def _lease(mailing: Mailing, now: datetime) -> uuid.UUID | None:
    """Take the mail; None if somebody else has it, or if two have died over it."""
    same = Mailing.objects.filter(pk=mailing.pk, outcome="", lease_token=mailing.lease_token, tries=mailing.tries)
    if mailing.unsure and mailing.lease_token:
        words = _("Begun twice, and nobody knows whether it went out; it is not sent a third time.")
        same.update(outcome=MailOutcome.FAILED, closed_at=now, error_text=words)
        return None
    token = uuid.uuid4()
    facts = {"lease_token": token, "lease_until": now + LEASE, "tries": mailing.tries + 1}
    if not same.update(**facts, unsure=mailing.unsure or mailing.lease_token is not None):
        return None
    mailing.tries += 1
    return token


def _settle(mailing: Mailing, token: uuid.UUID, now: datetime, words: str, *, final: bool = False) -> None:
    """It certainly did not go out: try again later, twice as late each time, or give it up and say why."""
    if final or mailing.tries >= MOST_TRIES:
        _close(mailing, token, MailOutcome.FAILED, now, words)
        return
    later = now + timedelta(minutes=2**mailing.tries)
    Mailing.objects.filter(pk=mailing.pk, lease_token=token).update(
        lease_token=None, lease_until=None, due_at=later, error_text=words
    )


def _close(mailing: Mailing, token: uuid.UUID, outcome: MailOutcome, now: datetime, words: str = "") -> None:
    facts = {"outcome": outcome, "closed_at": now, "error_text": words, "lease_token": None, "lease_until": None}
    Mailing.objects.filter(pk=mailing.pk, lease_token=token).update(**facts)


def _words(error: Exception) -> str:
    if isinstance(error, SMTPRecipientsRefused):
        return _("The mail server refuses your address.")
    return _("The mail server did not take it (%(error)s).") % {"error": type(error).__name__}
