"""The verification of an organization's Austrian registers, a line each."""

from __future__ import annotations

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from fiscal.queries import chain_list
from organizations.access import Reach
from organizations.choices import Scope
from portal.frame import frame
from portal.http import PageRequest, scoped, show
from portal.listing import Address, pager
from portal.tabs import organization_tabs

PAGE, FRAGMENT = "portal/verification/list.html", "portal/verification/_list.html"


@require_safe
@scoped(Scope.MONITORING)
def verification(request: PageRequest, reach: Reach) -> HttpResponse:
    """Registers with findings first."""
    address = Address(request.path, request.GET)
    only_found = address.one_of("state", ["found"]) == "found"
    page, size = address.number("page", 1), address.size()
    found = chain_list(reach, only_found=only_found, page=page, size=size)
    tabs = [("", _("All"), found.everything), ("found", _("With findings"), found.found)]
    context = frame(reach, (_("Verification"), "")) | {
        "title": _("Verification of signed receipts"),
        "list": found,
        "tabs": [
            {
                "label": label,
                "url": address.with_(state=state),
                "count": count,
                "current": (state == "found") == only_found,
                "tone": "bad" if state and count else "",
            }
            for state, label, count in tabs
        ],
        "pager": pager(address, page=page, size=size, total=found.total),
        "here": reach.organization.public_id,
        "wide": not reach.organization.is_managed,
        "file_url": reverse("portal:dep_file", args=[reach.organization.public_id]),
        "reset_url": address.path,
        "section_tabs": organization_tabs(reach, "verification"),
    }
    return show(request, PAGE, FRAGMENT, context)
