"""Enabling LIVE for a managed organization: it cannot be taken back, so the name is typed and a reason given."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from organizations.access import Reach
from organizations.choices import Level, Scope
from organizations.rules import RulesBroken
from organizations.services import enable_live
from organizations.services.changes import live_obstacle
from portal.confirmations import missing_proof, reason_of
from portal.http import PageRequest, lead_to, scoped
from portal.views.organization.frame import framed


@require_http_methods(["GET", "HEAD", "POST"])
@scoped(Scope.ORGANIZATIONS, Level.MANAGE)
def live(request: PageRequest, reach: Reach) -> HttpResponse:
    """Tier 3. Without its proof: 422, and nothing changes."""
    obstacle = live_obstacle(reach.organization)
    if request.method != "POST":
        return _page(request, reach, obstacle, {})
    faults = missing_proof(request.POST, tier=3, name=str(reach.organization))
    if faults:
        return _page(request, reach, obstacle, faults)
    try:
        enable_live(reach, reason=reason_of(request.POST))
    except RulesBroken as broken:
        return _page(request, reach, broken.errors.get("", obstacle), {})
    messages.success(request, _("LIVE is being enabled at fiskaly."))
    return lead_to(request, reverse("portal:organization", args=[reach.organization.public_id]))


def _page(request: PageRequest, reach: Reach, obstacle: str, faults: dict[str, Any]) -> HttpResponse:
    status = 422 if request.method == "POST" else 200
    context = framed(reach, _("Enable LIVE"), obstacle=obstacle, faults=faults, here=request.path)
    return render(request, "portal/organization/live.html", context, status=status)
