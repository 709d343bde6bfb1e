"""Billing addresses of one organization: adding, changing and removing them."""

from __future__ import annotations

from dataclasses import asdict
from uuid import UUID

from django.core.exceptions import ObjectDoesNotExist
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from billing.rules import Address
from billing.services import add_address, change_address, retire_address
from fiscal.queries import AddressFacts, address_facts
from organizations.access import Reach
from organizations.choices import Level, Mode, Scope
from organizations.rules import RulesBroken
from organizations.services import EditedMeanwhile
from portal.forms.billing import AddressForm
from portal.forms.broken import add_broken
from portal.frame import frame
from portal.http import PageRequest, fresh, lead_to, scoped, show
from portal.proof import Proof, asked, read_proof


@require_http_methods(["GET", "HEAD", "POST"])
@scoped(Scope.BILLING, Level.MANAGE)
@fresh
def address_new(request: PageRequest, reach: Reach) -> HttpResponse:
    """Add a billing address in one of the organization's modes."""
    form = AddressForm(request.POST or None, modes=reach.organization.modes)
    if request.method == "POST" and form.is_valid():
        try:
            add_address(reach, address=form.address(), mode=Mode(form.cleaned_data["mode"]))
        except RulesBroken as broken:
            add_broken(form, broken)
        else:
            return lead_to(request, _billing_url(reach))
    return _ask(request, reach, form, _("New billing address"))


@require_http_methods(["GET", "HEAD", "POST"])
@scoped(Scope.BILLING, Level.MANAGE)
@fresh
def address_edit(request: PageRequest, reach: Reach, address_id: UUID) -> HttpResponse:
    """Change a billing address."""
    facts, title = _found(reach, address_id), _("Change billing address")
    country = facts.address.country_code
    if request.method != "POST":
        start = asdict(facts.address) | {"generation": facts.generation}
        return _ask(request, reach, AddressForm(initial=start, country=country), title)
    form = AddressForm(request.POST, country=country)
    if not form.is_valid():
        return _ask(request, reach, form, title)
    try:
        change_address(reach, address_id=address_id, address=form.address(), generation=form.cleaned_data["generation"])
    except ObjectDoesNotExist:
        raise Http404 from None
    except RulesBroken as broken:
        add_broken(form, broken)
        return _ask(request, reach, form, title)
    except EditedMeanwhile as edited:
        return _conflict(request, reach, form, edited)
    return lead_to(request, _billing_url(reach))


@require_http_methods(["GET", "HEAD", "POST"])
@scoped(Scope.BILLING, Level.MANAGE)
@fresh
def address_delete(request: PageRequest, reach: Reach, address_id: UUID) -> HttpResponse:
    """Remove a billing address: with a tick in LIVE, by the button alone in TEST; never while it is in use."""
    facts = _found(reach, address_id)
    tier = 2 if facts.mode == Mode.LIVE else 1
    if request.method != "POST":
        return _confirm(request, reach, facts, asked(tier, facts.words))
    proof = read_proof(request, reach, tier=tier, name=facts.words, action=_removing(facts))
    if not proof.given:
        return _confirm(request, reach, facts, proof)
    try:
        retire_address(reach, address_id=address_id, reason=proof.reason)
    except ObjectDoesNotExist:
        raise Http404 from None
    except RulesBroken as broken:
        return _confirm(request, reach, facts, proof, refused=" ".join(broken.errors.values()))
    return lead_to(request, _billing_url(reach))


def _found(reach: Reach, address_id: UUID) -> AddressFacts:
    facts = address_facts(reach, address_id)
    if facts is None:
        raise Http404
    return facts


def _removing(facts: AddressFacts) -> str:
    return _("Remove billing address %(address)s") % {"address": facts.words}


def _billing_url(reach: Reach) -> str:
    return reverse("portal:billing", args=[reach.organization.public_id])


def _ask(request: PageRequest, reach: Reach, form: AddressForm, title: str, **more: object) -> HttpResponse:
    context = frame(reach, (_("Billing"), _billing_url(reach)), (title, "")) | {
        "form": form,
        "title": title,
        "cancel_url": _billing_url(reach),
    }
    status = 409 if more else 422 if form.errors else 200
    return render(request, "portal/billing/address.html", context | more, status=status)


def _confirm(
    request: PageRequest, reach: Reach, facts: AddressFacts, proof: Proof, *, refused: str = ""
) -> HttpResponse:
    title = _removing(facts)
    context = frame(reach, (_("Billing"), _billing_url(reach)), (title, ""), mode=facts.mode) | {
        "title": title,
        "proof": proof,
        "refused": refused,
        "in_use": facts.in_use,
        "cancel_url": _billing_url(reach),
        "action_url": request.path,
    }
    status = 422 if refused or proof.errors else 200
    page, fragment = "portal/billing/address_delete.html", "portal/billing/_address_delete.html"
    return show(request, page, fragment, context, status=status)


def _conflict(request: PageRequest, reach: Reach, form: AddressForm, edited: EditedMeanwhile) -> HttpResponse:
    """Somebody else was quicker: both values side by side, and the form with what this person typed."""
    answers = request.POST.copy()
    answers["generation"] = str(edited.generation)
    again, typed = AddressForm(answers, country=edited.current.country_code), form.address()
    differences = [
        {
            "label": str(form.fields[name].label),
            "now": getattr(edited.current, name) or "–",
            "yours": getattr(typed, name) or "–",
        }
        for name in Address.__dataclass_fields__
        if getattr(edited.current, name) != getattr(typed, name)
    ]
    return _ask(request, reach, again, _("Change billing address"), differences=differences)
