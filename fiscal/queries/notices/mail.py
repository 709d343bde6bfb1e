"""A mail of notifications, in the words, the language and the time of who gets it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Sum
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from fiscal.queries.notices.listing import Notice, read_as
from fiscal.queries.notices.visible import still_readable
from organizations.addresses import public_address
from organizations.models import FoldedNotice, Mailing, NoticeSettings, Notification, Snooze
from organizations.topics import Channel

MOST_LINES = 100


@dataclass(frozen=True)
class NoticeMail:
    """What is sent."""

    subject: str
    text: str
    html: str


def notice_mail(mailing: Mailing) -> NoticeMail | None:
    """The mail of what its reader may still read, has not read meanwhile and has not snoozed; None if nothing is left."""
    user = mailing.user
    mine = NoticeSettings.objects.get(user=user)
    language = user.language or settings.LANGUAGE_CODE
    with translation.override(language), timezone.override(ZoneInfo(mine.time_zone)):
        rows = _rows(mailing)
        if not rows:
            return None
        shown = read_as(user, rows[:MOST_LINES])
        since = min(row.made_at for row in rows).replace(minute=0, second=0, microsecond=0)
        folded = FoldedNotice.objects.filter(
            still_readable(user), user=user, hour__gte=since, hour__lte=mailing.made_at
        ).aggregate(more=Sum("count", default=0))["more"]
        return _mail(mailing, language, shown, len(rows) - len(shown) + folded)


def _rows(mailing: Mailing) -> list[Notification]:
    """Those told of by this mail, by organization and in the order they happened."""
    user, now = mailing.user, timezone.now()
    quiet = Snooze.objects.filter(user=user, until__gt=now).order_by()
    found = (
        Notification.objects.filter(still_readable(user), user=user, mailing=mailing, read_at=None)
        .exclude(topic__in=quiet.filter(subject_id=None).values("topic"))
        .exclude(subject_id__in=quiet.filter(subject_id__isnull=False).values("subject_id"))
    )
    return list(found.select_related("entry__organization").order_by("organization__name", "organization_id", "pk"))


def _mail(mailing: Mailing, language: str, shown: Sequence[Notice], more: int) -> NoticeMail:
    told: dict[str, Any] = {
        "language": language,
        "groups": _by_organization(shown),
        "more": more,
        "digest": mailing.channel == Channel.DIGEST,
        "page": public_address(reverse("portal:notifications")),
        "settings": public_address(reverse("portal:notification_settings")),
    }
    return NoticeMail(
        subject=_subject(shown, len(shown) + more, digest=told["digest"]),
        text=render_to_string("fiscal/mail/notices.txt", told),
        html=render_to_string("fiscal/mail/notices.html", told),
    )


def _subject(shown: Sequence[Notice], n: int, *, digest: bool) -> str:
    """Of one event who did what; never longer than a line, and without line breaks that a name may hold."""
    if digest:
        words = ngettext("Digest: %(n)d event", "Digest: %(n)d events", n) % {"n": n}
    elif n == 1:
        event = shown[0].event
        told = {"organization": event.organization, "actor": event.actor, "did": event.did}
        words = _("%(organization)s: %(actor)s %(did)s") % told
    else:
        words = ngettext("%(n)d event", "%(n)d events", n) % {"n": n}
    return " ".join(words.split())[:150]


def _by_organization(shown: Sequence[Notice]) -> list[tuple[str, list[tuple[Notice, str]]]]:
    groups: dict[Any, tuple[str, list[tuple[Notice, str]]]] = {}
    for notice in shown:
        event = notice.event
        link = public_address(reverse("portal:event", args=[event.organization_id, event.number]))
        groups.setdefault(event.organization_id, (event.organization, []))[1].append((notice, link))
    return list(groups.values())
