"""The record as a list, a sentence per event: of one organization and those below it, or of everything in reach."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from fiscal.queries import (
    MOST_EVENTS,
    Activity,
    Event,
    RecordStanding,
    activity_in_reach,
    record_standing,
    standing_in_reach,
)
from fiscal.queries import activity as read_activity
from organizations.access import Reach
from organizations.choices import Scope
from portal.frame import frame
from portal.http import PageRequest, scoped, show, signed_in
from portal.listing import Address, pager
from portal.tabs import organization_tabs
from portal.views.activity.choosing import chips, filters_in, options

PAGE, FRAGMENT = "portal/activity/list.html", "portal/activity/_list.html"


@require_safe
@scoped(Scope.ORGANIZATIONS)
def activity(request: PageRequest, reach: Reach) -> HttpResponse:
    """What people and the system did here and below, newest first."""
    address, at = Address(request.path, request.GET), [reach.organization.public_id]
    found = read_activity(reach, filters_in(address), page=address.number("page", 1), size=address.size())
    context = frame(reach, (_("Activity"), "")) | {
        "title": _("Activity of %(name)s") % {"name": reach.organization},
        "here": reach.organization.public_id,
        "section_tabs": organization_tabs(reach, "activity"),
        "csv_url": Address(reverse("portal:activity_csv", args=at), request.GET).with_(),
        "jsonl_url": reverse("portal:activity_jsonl", args=at),
        "standing": record_standing(reach),
    }
    return _show(request, address, found, context)


@signed_in
@require_safe
def all_activity(request: PageRequest) -> HttpResponse:
    """The same over everything in reach."""
    address = Address(request.path, request.GET)
    found = activity_in_reach(request.user, filters_in(address), page=address.number("page", 1), size=address.size())
    context = {
        "title": _("Activity"),
        "csv_url": Address(reverse("portal:all_activity_csv"), request.GET).with_(),
        "standing": standing_in_reach(request.user),
    }
    return _show(request, address, found, context)


def _show(request: PageRequest, address: Address, found: Activity, context: dict[str, Any]) -> HttpResponse:
    filters, standing = filters_in(address), context["standing"]
    context |= {
        "activity": found,
        "counted": _counted(found),
        "groups": list(_groups(address, found.events)),
        "filters": filters,
        "typed": {name: address.params.get(name, "") for name in ("from", "to")},
        "options": options(found),
        "chips": chips(address, filters, found.people),
        "reset_url": address.path,
        "foot": _foot(standing),
        "pager": pager(
            address, page=address.number("page", 1), size=address.size(), total=min(found.total, MOST_EVENTS)
        ),
    }
    return show(request, PAGE, FRAGMENT, context)


def _counted(found: Activity) -> str:
    if found.capped:
        return _("More than 10,000 events: choose a period for older ones")
    return ngettext("%(n)d event", "%(n)d events", found.total) % {"n": found.total}


def _groups(address: Address, events: Any) -> Iterator[dict[str, Any]]:
    """What one run did to several objects is one line that opens; everything else stands for itself."""
    for run, members in groupby(events, key=lambda event: event.run_id):
        together: list[Event] = list(members)
        if run is None or len(together) == 1:
            yield from ({"events": [event], "run": None} for event in together)
        else:
            yield {"events": together, "run": run, "first": together[0], "url": address.with_(run=str(run))}


def _foot(standing: RecordStanding) -> dict[str, str]:
    """The state of the chain, with the tone and sign it is shown in."""
    if standing.broken_number is not None:
        words = _("The record is broken at entry %(n)s. Tell who runs Kontor.") % {"n": f"{standing.broken_number:,}"}
        return {"tone": "bad", "icon": "alert-triangle", "words": words}
    if standing.broken:
        words = ngettext("%(n)d record is broken.", "%(n)d records are broken.", standing.broken)
        return {"tone": "bad", "icon": "alert-triangle", "words": words % {"n": standing.broken}}
    if not standing.verified_at:
        return {"tone": "neutral", "icon": "clock", "words": _("Not verified yet. That happens by itself.")}
    if standing.records == 1:
        words = _("Verified up to entry %(n)s") % {"n": f"{standing.verified:,}"}
    else:
        words = _("%(n)s entries of %(records)s records verified") % {
            "n": f"{standing.verified:,}",
            "records": f"{standing.records:,}",
        }
    return {"tone": "ok", "icon": "shield-check", "words": words}
