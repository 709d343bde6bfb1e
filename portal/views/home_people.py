"""The work list's lines about people."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from fiscal.queries.people_work import PeopleWork
from portal.templatetags.kontor import ago, clock


def people_lines(work: PeopleWork) -> Iterator[dict[str, Any]]:
    """Requests to delegate and ownership on offer, each by itself; undelivered invitations in one line."""
    for offer in work.handovers:
        yield {
            "url": reverse("portal:take_over", args=[offer.public_id]),
            "icon": "user-shield",
            "tone": "warn",
            "title": _("%(giver)s offers you ownership of %(name)s")
            % {"giver": offer.giver, "name": offer.organization},
            "note": _("Open until %(time)s") % {"time": clock(offer.expires_at)},
        }
    for wish in work.wishes:
        yield {
            "url": reverse("portal:delegation_request", args=[wish.organization_id, wish.request_id]),
            "icon": "user-shield",
            "tone": "warn",
            "title": _("The partner of %(name)s asks to be delegated to") % {"name": wish.organization},
            "note": _("Asked %(time)s") % {"time": ago(wish.asked_at)},
        }
    if work.failed.organization_id:
        words = ngettext(
            "%(n)d invitation was not delivered", "%(n)d invitations were not delivered", work.failed.count
        )
        yield {
            "url": reverse("portal:invitations", args=[work.failed.organization_id]),
            "icon": "mail",
            "tone": "warn",
            "title": words % {"n": work.failed.count},
            "note": work.failed.organization,
        }
