"""One connection's page: where it stands in words, what happens next, and what may be done."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from fiscal.choices import ConnectionStatus
from fiscal.queries import ConnectionPage, connection_page
from organizations.access import Reach
from organizations.choices import Level, Scope
from portal.frame import frame
from portal.http import PageRequest, scoped, show


@require_safe
@scoped(Scope.INTEGRATIONS)
def connection(request: PageRequest, reach: Reach, connection_id: UUID) -> HttpResponse:
    """The whole page; its fragment is what changes by itself, asked for again only while something moves."""
    found = found_connection(reach, connection_id)
    context = connection_frame(reach, found) | {"page": found, "urls": _offered(reach, found)}
    return show(request, "portal/connections/connection.html", "portal/connections/_state.html", context)


def found_connection(reach: Reach, connection_id: UUID) -> ConnectionPage:
    """The connection's facts. Raises Http404 if the organization reached has no such connection."""
    found = connection_page(reach, connection_id)
    if found is None:
        raise Http404
    return found


def living_connection(reach: Reach, connection_id: UUID) -> ConnectionPage:
    """The connection, unless it was removed: nothing can be done with it any more. Raises Http404."""
    found = found_connection(reach, connection_id)
    if found.removed:
        raise Http404
    return found


def connection_url(reach: Reach, connection_id: UUID) -> str:
    """The page of a connection, seen from the organization reached."""
    return reverse("portal:connection", args=[reach.organization.public_id, connection_id])


def connection_frame(reach: Reach, found: ConnectionPage, *more: tuple[str, str]) -> dict[str, Any]:
    """The frame of a page about one connection."""
    list_url = reverse("portal:connections", args=[reach.organization.public_id])
    own = connection_url(reach, found.row.connection_id) if more else ""
    return frame(reach, (_("Connections"), list_url), (found.row.name, own), *more)


def _offered(reach: Reach, found: ConnectionPage) -> dict[str, str]:
    """Addresses of what this person may do with this connection now, and of what belongs to it."""
    here = reach.organization.public_id
    registers = f"{reverse('portal:registers', args=[here])}?connection={found.row.connection_id}"
    urls = {"registers": registers} if reach.allows(Scope.CLIENTS) else {}
    if found.by_files and not found.removed and reach.allows(Scope.CLIENTS, Level.MANAGE):
        urls["device_new"] = reverse("portal:device_new", args=[here, found.row.connection_id])
    if found.removed or not reach.allows(Scope.INTEGRATIONS, Level.MANAGE):
        return urls
    active = found.row.status == ConnectionStatus.ACTIVE
    offered = {
        "try": not found.by_files,
        "read": active and not found.by_files,
        "describe": True,
        "replace": not found.by_files,
        "remove": True,
        "webhook": found.by_key,
        "backfill": active and not found.by_files,
    }
    ids = [here, found.row.connection_id]
    names = {"backfill": "portal:backfill_new"}
    return urls | {
        what: reverse(names.get(what, f"portal:connection_{what}"), args=ids) for what, on in offered.items() if on
    }
