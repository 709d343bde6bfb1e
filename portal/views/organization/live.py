"""Enabling LIVE for a managed organization: it cannot be taken back, so the name is typed and a reason given."""

from __future__ import annotations

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
from portal.http import PageRequest, fresh, lead_to, scoped
from portal.proof import Proof, asked, read_proof
from portal.views.organization.page import page_about


@require_http_methods(["GET", "HEAD", "POST"])
@scoped(Scope.ORGANIZATIONS, Level.MANAGE)
@fresh
def live(request: PageRequest, reach: Reach) -> HttpResponse:
    """Tier 3. Without its proof: 422, and nothing changes."""
    obstacle = live_obstacle(reach.organization)
    if request.method != "POST":
        return _page(request, reach, obstacle, asked(3, str(reach.organization)))
    proof = read_proof(request, reach, tier=3, name=str(reach.organization), action=_("Enable LIVE"))
    if not proof.given:
        return _page(request, reach, obstacle, proof)
    try:
        enable_live(reach, reason=proof.reason)
    except RulesBroken as broken:
        return _page(request, reach, broken.errors.get("", obstacle), proof)
    messages.success(request, _("LIVE is being enabled at fiskaly."))
    return lead_to(request, reverse("portal:organization", args=[reach.organization.public_id]))


def _page(request: PageRequest, reach: Reach, obstacle: str, proof: Proof) -> HttpResponse:
    status = 422 if request.method == "POST" else 200
    context = page_about(reach, _("Enable LIVE"), obstacle=obstacle, proof=proof, here=request.path)
    return render(request, "portal/organization/live.html", context, status=status)
