"""The webhook address of a DataCash key: set once, shown once like a secret, removed."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods

from fiscal.queries import ConnectionPage
from fiscal.services import remove_webhook, set_webhook
from organizations.access import Reach
from organizations.choices import Level, Scope
from portal.http import PageRequest, fresh, lead_to, scoped, show
from portal.proof import asked
from portal.views.connections.actions import still_there
from portal.views.connections.page import connection_frame, connection_url, living_connection


@require_http_methods(["GET", "HEAD", "POST"])
@scoped(Scope.INTEGRATIONS, Level.MANAGE)
@fresh
@sensitive_variables("path", "address")
def connection_webhook(request: PageRequest, reach: Reach, connection_id: UUID) -> HttpResponse:
    """GET says what it is for; POST makes an address and shows it, this once. An earlier one stops working."""
    found = _with_webhook(reach, connection_id)
    context = _about(reach, found)
    if request.method == "POST":
        with still_there():
            path = set_webhook(reach, connection_id)
        address = request.build_absolute_uri(path)
        response = render(request, "portal/connections/webhook_shown.html", context | {"address": address})
    else:
        response = render(request, "portal/connections/webhook.html", context)
    response["Cache-Control"] = "no-store"
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@scoped(Scope.INTEGRATIONS, Level.MANAGE)
def connection_webhook_remove(request: PageRequest, reach: Reach, connection_id: UUID) -> HttpResponse:
    """Forget the address (tier 1): deliveries to it are refused from then on."""
    found = _with_webhook(reach, connection_id)
    if request.method == "POST":
        with still_there():
            remove_webhook(reach, connection_id)
        return lead_to(request, connection_url(reach, connection_id))
    title = _("Remove the webhook address of %(name)s") % {"name": found.row.name}
    context = _about(reach, found) | {
        "title": title,
        "effects": [
            _(
                "Deliveries to it are refused from now on. A deferred sale is then counted when the next round finds it."
            ),
        ],
        "proof": asked(1, found.row.name),
        "cancel_url": connection_url(reach, connection_id),
        "action_url": request.path,
    }
    return show(request, "portal/connections/confirm.html", "portal/connections/_confirm.html", context)


def _with_webhook(reach: Reach, connection_id: UUID) -> ConnectionPage:
    found = living_connection(reach, connection_id)
    if not found.by_key:
        raise Http404
    return found


def _about(reach: Reach, found: ConnectionPage) -> dict[str, Any]:
    ids = [reach.organization.public_id, found.row.connection_id]
    return connection_frame(reach, found, (_("Webhook"), "")) | {
        "title": _("Webhook of %(name)s") % {"name": found.row.name},
        "page": found,
        "cancel_url": connection_url(reach, found.row.connection_id),
        "set_url": reverse("portal:connection_webhook", args=ids),
        "remove_url": reverse("portal:connection_webhook_remove", args=ids) if found.webhook else "",
    }
