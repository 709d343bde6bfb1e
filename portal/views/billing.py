"""Billing of one organization: who is invoiced, and changing that."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from billing.rules import Terms
from billing.services import change_arrangement, may_arrange
from fiscal.queries import BillingChoices, billing_choices, billing_of
from organizations.access import NotAuthorized, Reach
from organizations.choices import Level, Scope
from organizations.rules import RulesBroken
from organizations.services import EditedMeanwhile, refuse_proof
from portal.forms.billing import ArrangementForm, start_of
from portal.forms.broken import add_broken
from portal.frame import frame
from portal.http import PageRequest, fresh, lead_to, scoped, show
from portal.tabs import organization_tabs


@require_safe
@scoped(Scope.BILLING)
def billing(request: PageRequest, reach: Reach) -> HttpResponse:
    """The sentence that says who is invoiced, what it rests on, and the billing addresses."""
    facts = billing_of(reach)
    ids = [reach.organization.public_id]
    context = frame(reach, (_("Billing"), "")) | {
        "billing": facts,
        "tabs": organization_tabs(reach, "billing"),
    }
    if facts.may_change:
        context["change_url"] = reverse("portal:billing_change", args=ids)
    if facts.may_change and facts.progress and facts.progress.phase == "DRIFTED":
        context["compare_url"] = reverse("portal:billing_drift", args=ids)
    if facts.may_manage_addresses:
        context["new_address_url"] = reverse("portal:address_new", args=ids)
    return show(request, "portal/billing/billing.html", "portal/billing/_billing.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@scoped(Scope.BILLING, Level.MANAGE)
@fresh
def billing_change(request: PageRequest, reach: Reach) -> HttpResponse:
    """Change who is invoiced. Decided above the organization: its own people alone get 403."""
    if not may_arrange(reach):
        raise PermissionDenied
    choices, name = billing_choices(reach), str(reach.organization)
    if request.method != "POST":
        return _ask(request, reach, ArrangementForm(initial=start_of(choices), choices=choices, name=name))
    form = ArrangementForm(request.POST, choices=choices, name=name)
    if form.missing:
        refuse_proof(reach, action=_("Change who is invoiced"), tier=3, missing=form.missing)
    if not form.is_valid():
        return _ask(request, reach, form)
    try:
        change_arrangement(
            reach,
            terms=form.terms(),
            generation=form.cleaned_data["generation"],
            reason=form.cleaned_data["reason"],
        )
    except RulesBroken as broken:
        add_broken(form, broken)
        return _ask(request, reach, form)
    except NotAuthorized:
        raise PermissionDenied from None
    except EditedMeanwhile as edited:
        return _conflict(request, reach, choices, edited)
    return lead_to(request, reverse("portal:billing", args=[reach.organization.public_id]))


def _ask(request: PageRequest, reach: Reach, form: ArrangementForm, **more: object) -> HttpResponse:
    billing_url = reverse("portal:billing", args=[reach.organization.public_id])
    context = frame(reach, (_("Billing"), billing_url), (_("Change"), "")) | {"form": form, "cancel_url": billing_url}
    status = 409 if more else 422 if form.errors else 200
    return render(request, "portal/billing/change.html", context | more, status=status)


def _conflict(request: PageRequest, reach: Reach, choices: BillingChoices, edited: EditedMeanwhile) -> HttpResponse:
    """Somebody else was quicker: both values side by side, and the form with what this person typed."""
    answers = request.POST.copy()
    answers["generation"] = str(edited.generation)
    form = ArrangementForm(answers, choices=choices, name=str(reach.organization))
    form.is_valid()
    return _ask(request, reach, form, differences=_differences(form, edited.current))


def _differences(form: ArrangementForm, now: Terms) -> list[dict[str, str]]:
    """The fields in which the stored terms and the typed ones differ, in words."""
    typed = form.terms()
    return [
        {
            "label": str(form.fields[name].label),
            "now": form.words(name, getattr(now, name)),
            "yours": form.words(name, getattr(typed, name)),
        }
        for name in Terms.__dataclass_fields__
        if getattr(now, name) != getattr(typed, name)
    ]
