"""Drift: compare three ways, then adopt the provider's values or restore ours."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ObjectDoesNotExist
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from fiscal.queries import drift as read_drift
from fiscal.services import adopt_theirs, restore_ours
from organizations.access import Reach
from organizations.choices import Level, Scope
from organizations.rules import RulesBroken
from portal.frame import frame
from portal.http import PageRequest, lead_to, scoped, show
from portal.tabs import address, organization_tabs

DECISIONS = {"adopt": adopt_theirs, "restore": restore_ours}


@require_safe
@scoped(Scope.ORGANIZATIONS)
def drift(request: PageRequest, reach: Reach) -> HttpResponse:
    """Ours, theirs, last agreed: one line per field that differs."""
    public_id = reach.organization.public_id
    context = {
        **frame(reach, (_("Drift"), "")),
        "name": str(reach.organization),
        "here": public_id,
        "drift": read_drift(reach),
        "tabs": organization_tabs(reach, ""),
        "may_decide": reach.allows(Scope.ORGANIZATIONS, Level.MANAGE),
    }
    return render(request, "portal/organization/drift.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@scoped(Scope.ORGANIZATIONS, Level.MANAGE)
def drift_decision(request: PageRequest, reach: Reach, decision: str) -> HttpResponse:
    """Confirm and carry out one of the two decisions (tier 1: it names object and effect)."""
    if decision not in DECISIONS:
        raise Http404
    public_id = reach.organization.public_id
    if request.method == "POST":
        return _decided(request, reach, decision)
    context = {
        **frame(reach, (_("Drift"), "")),
        "name": str(reach.organization),
        "here": public_id,
        "drift": read_drift(reach),
        "adopt": decision == "adopt",
        "cancel": address("portal:drift", public_id),
    }
    return show(request, "portal/organization/drift_decision.html", "portal/organization/_drift_decision.html", context)


def _decided(request: PageRequest, reach: Reach, decision: str) -> HttpResponse:
    public_id = reach.organization.public_id
    try:
        DECISIONS[decision](reach, reason=request.POST.get("reason", "").strip()[:200])
    except ObjectDoesNotExist:
        messages.warning(request, _("Nothing differs any more: somebody decided before you. Nothing was changed."))
        return lead_to(request, address("portal:drift", public_id))
    except RulesBroken as broken:
        messages.error(request, " ".join(broken.errors.values()))
        return lead_to(request, address("portal:drift", public_id))
    done = {
        "adopt": _("fiskaly's values are now ours."),
        "restore": _("Our values are on their way back to fiskaly."),
    }
    messages.success(request, done[decision])
    return lead_to(request, address("portal:organization", public_id))
