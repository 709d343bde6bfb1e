"""The record of one organization, a sentence per event."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from fiscal.queries import activity as read_activity
from organizations.access import Reach
from organizations.choices import Scope
from portal.frame import frame
from portal.http import PageRequest, scoped
from portal.listing import Address, pager
from portal.tabs import organization_tabs


@require_safe
@scoped(Scope.ORGANIZATIONS)
def activity(request: PageRequest, reach: Reach) -> HttpResponse:
    """What people and the system did here and below, newest first."""
    address = Address(request.path, request.GET)
    page, size = address.number("page", 1), address.size()
    found = read_activity(reach, page=page, size=size)
    context = {
        **frame(reach, (_("Activity"), "")),
        "name": str(reach.organization),
        "here": reach.organization.public_id,
        "activity": found,
        "tabs": organization_tabs(reach, "activity"),
        "pager": pager(address, page=page, size=size, total=found.total),
    }
    return render(request, "portal/organization/activity.html", context)
