"""The banner of who acts for an organization by delegation: on each of its pages, and on what hangs below it.

It is made from the reach that let the person in, without another query, so that it stands even where the page's own data
could not be read. On error pages the organization is known from the address.
"""

from __future__ import annotations

import re
from typing import Any
from uuid import UUID

from django.db import DatabaseError
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from organizations.access import NoSuchOrganization, Reach, access_organization, covers
from organizations.choices import AREAS, Level, Road

PLACE = re.compile(r"/o/([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})/")


def acting(request: HttpRequest) -> dict[str, Any] | None:
    """What the banner says; None where nobody acts for another. `request.reach` is set by the door of the page."""
    reach: Reach | None = getattr(request, "reach", None)
    if reach is None or reach.road != Road.DELEGATION or reach.acting_from is None:
        return None
    organization, partner = reach.organization, reach.acting_from
    return {
        "organization": str(organization),
        "above": str(organization.parent) if organization.parent else "",
        "partner": str(partner),
        "until": reach.until,
        "areas": _areas(reach),
        "exit": f"{reverse('portal:organizations')}?parent={partner.public_id}",
    }


def remember(request: HttpRequest) -> None:
    """Find the reach for an error page: no door has been passed, but the address may name an organization."""
    user = getattr(request, "user", None)
    named = PLACE.match(request.path)
    if hasattr(request, "reach") or named is None or user is None or not user.is_authenticated:
        return
    try:
        request.reach = access_organization(user, UUID(named[1]), scope=None)  # type: ignore[attr-defined]
    except (NoSuchOrganization, DatabaseError):
        return  # the error page says what there is to say, without a banner


def _areas(reach: Reach) -> str:
    """What was delegated and is held as well, as few words as say it."""
    managed = [area for area in AREAS if covers(reach.grants, area, Level.MANAGE)]
    seen = [area for area in AREAS if covers(reach.grants, area, Level.VIEW) and area not in managed]
    if len(managed) == len(AREAS):
        return _("all nine areas")
    words = []
    if managed:
        words.append(_("manage: %(areas)s") % {"areas": ", ".join(str(area.label) for area in managed)})
    if seen:
        words.append(_("view: %(areas)s") % {"areas": ", ".join(str(area.label) for area in seen)})
    return "; ".join(words)
