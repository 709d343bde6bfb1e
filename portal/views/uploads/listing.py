"""The list of uploaded files of an organization and of those it manages."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from fiscal.queries.imports import devices, list_imports
from organizations.access import Reach
from organizations.choices import Level, Scope
from portal.frame import frame
from portal.http import PageRequest, scoped
from portal.listing import Address, pager
from portal.tabs import organization_tabs


@require_safe
@scoped(Scope.INTEGRATIONS)
def uploads(request: PageRequest, reach: Reach) -> HttpResponse:
    """Newest first, each with its state."""
    address = Address(request.path, request.GET)
    page, size = address.number("page", 1), address.size()
    found = list_imports(reach, page=page, size=size)
    here = reach.organization.public_id
    connections_url = reverse("portal:connections", args=[here])
    may = reach.allows(Scope.INTEGRATIONS, Level.MANAGE)
    context = frame(reach, (_("Connections"), connections_url), (_("Uploaded files"), "")) | {
        "title": _("Uploaded files"),
        "list": found,
        "over_all": not reach.organization.is_managed,
        "section_tabs": organization_tabs(reach, "connections"),
        "new_url": reverse("portal:upload_new", args=[here]) if may and devices(reach) else "",
        "may": may,
        "connections_url": connections_url,
        "pager": pager(address, page=page, size=size, total=found.total),
    }
    return render(request, "portal/uploads/list.html", context)
