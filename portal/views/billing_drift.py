"""Drift of an arrangement: compare three ways, then adopt the provider's terms or restore ours, with the proof of tier 3."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from billing.services import may_arrange
from fiscal.queries import terms_drift
from fiscal.services import adopt_their_terms, restore_our_terms
from organizations.access import Reach
from organizations.choices import Level, Scope
from organizations.rules import RulesBroken
from portal.frame import frame
from portal.http import PageRequest, fresh, lead_to, scoped, show
from portal.proof import Proof, asked, read_proof
from portal.tabs import organization_tabs

DECISIONS = {"adopt": adopt_their_terms, "restore": restore_our_terms}
PAGE, FRAGMENT = "portal/billing/drift_decision.html", "portal/billing/_drift_decision.html"


@require_safe
@scoped(Scope.BILLING, Level.MANAGE)
def billing_drift(request: PageRequest, reach: Reach) -> HttpResponse:
    """Ours, theirs, last agreed. Decided above the organization: its own people alone get 403."""
    _decided_here(reach)
    context = _about(reach) | {"tabs": organization_tabs(reach, "billing")}
    return render(request, "portal/billing/drift.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@scoped(Scope.BILLING, Level.MANAGE)
@fresh
def billing_drift_decision(request: PageRequest, reach: Reach, decision: str) -> HttpResponse:
    """Confirm and carry out one of the two decisions: both change who is invoiced, here or at fiskaly."""
    _decided_here(reach)
    if decision not in DECISIONS:
        raise Http404
    title = {
        "adopt": _("Adopt fiskaly's terms for %(name)s"),
        "restore": _("Restore our terms of %(name)s"),
    }[decision] % {"name": reach.organization}
    proof = asked(3, str(reach.organization))
    if request.method == "POST":
        proof = read_proof(request, reach, tier=3, name=str(reach.organization), action=title)
    if request.method == "POST" and proof.given:
        return _decided(request, reach, decision, proof)
    context = _about(reach) | {
        "title": title,
        "adopt": decision == "adopt",
        "proof": proof,
        "action_url": request.path,
        "cancel_url": _url(reach),
    }
    return show(request, PAGE, FRAGMENT, context, status=422 if proof.errors else 200)


def _decided(request: PageRequest, reach: Reach, decision: str, proof: Proof) -> HttpResponse:
    try:
        DECISIONS[decision](reach, reason=proof.reason)
    except ObjectDoesNotExist:
        messages.warning(request, _("Nothing differs any more: somebody decided before you. Nothing was changed."))
        return lead_to(request, _url(reach))
    except RulesBroken as broken:
        messages.error(request, " ".join(broken.errors.values()))
        return lead_to(request, _url(reach))
    done = {
        "adopt": _("fiskaly's terms are now ours."),
        "restore": _("Our terms are on their way back to fiskaly."),
    }
    messages.success(request, done[decision])
    return lead_to(request, reverse("portal:billing", args=[reach.organization.public_id]))


def _decided_here(reach: Reach) -> None:
    if not may_arrange(reach):
        raise PermissionDenied


def _about(reach: Reach) -> dict[str, object]:
    billing_url = reverse("portal:billing", args=[reach.organization.public_id])
    return frame(reach, (_("Billing"), billing_url), (_("Drift"), "")) | {"drift": terms_drift(reach)}


def _url(reach: Reach) -> str:
    return reverse("portal:billing_drift", args=[reach.organization.public_id])
