"""Retiring an organization in TEST: what goes is counted, and has to be ticked."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from fiscal.queries import affected_by_retirement
from organizations.access import Reach
from organizations.choices import Level, Scope
from organizations.rules import RulesBroken
from organizations.services import retire as retire_organization
from organizations.services.changes import retire_obstacle
from portal.http import PageRequest, fresh, lead_to, scoped
from portal.proof import Proof, asked, read_proof
from portal.views.organization.page import page_about


@require_http_methods(["GET", "HEAD", "POST"])
@scoped(Scope.ORGANIZATIONS, Level.MANAGE)
@fresh
def retire(request: PageRequest, reach: Reach) -> HttpResponse:
    """Tier 2. Without its tick: 422, and nothing changes. An obstacle stands where the button would be."""
    obstacle = retire_obstacle(reach.organization)
    if request.method != "POST":
        return _page(request, reach, obstacle, asked(2, str(reach.organization)))
    proof = read_proof(request, reach, tier=2, name=str(reach.organization), action=_("Retire"))
    if not proof.given:
        return _page(request, reach, obstacle, proof)
    try:
        retire_organization(reach, reason=proof.reason)
    except RulesBroken as broken:
        return _page(request, reach, broken.errors.get("", obstacle), proof)
    messages.success(request, _("Retired. fiskaly is told to delete it now."))
    return lead_to(request, reverse("portal:organization", args=[reach.organization.public_id]))


def _page(request: PageRequest, reach: Reach, obstacle: str, proof: Proof) -> HttpResponse:
    status = 422 if request.method == "POST" else 200
    affected = affected_by_retirement(reach)
    context = page_about(reach, _("Retire"), obstacle=obstacle, proof=proof, affected=affected, here=request.path)
    return render(request, "portal/organization/retire.html", context, status=status)
