"""Handing ownership over: the owner's offer, and the page of who shall take it."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from fiscal.queries.handover import HandoverPage, OpenHandover, handover_for, handover_page
from organizations.access import NotAuthorized, Reach
from organizations.choices import Level, Scope
from organizations.rules import RulesBroken
from organizations.services import (
    NoSuchHandover,
    accept_ownership,
    decline_ownership,
    offer_ownership,
    refuse_proof,
    withdraw_ownership,
)
from portal.forms.broken import add_broken
from portal.forms.handover import NOTHING, HandoverForm, TakeOverForm
from portal.http import PageRequest, fresh, lead_to, scoped, signed_in
from portal.views.organization.page import page_about


@require_http_methods(["GET", "HEAD", "POST"])
@scoped(Scope.USERS, Level.MANAGE)
@fresh
def handover(request: PageRequest, reach: Reach) -> HttpResponse:
    """Offer it, tier 4; while an offer is open, what it is and how to withdraw it."""
    page = handover_page(reach)
    posted = request.method == "POST"
    if posted and not page.owns:
        raise PermissionDenied
    form = HandoverForm(
        request.POST if posted else None, name=str(reach.organization), people=page.people, roles=page.roles
    )
    if posted and _offered(reach, form):
        messages.success(request, _("Offered: it changes hands when they accept."))
        return lead_to(request, _url(reach))
    shown = form if page.owns and not page.open and page.people else None
    context = page_about(reach, _("Hand over ownership"), page=page, form=shown, obstacle=_obstacle(reach, page))
    return render(request, "portal/handover/offer.html", context, status=422 if posted else 200)


@require_POST
@scoped(Scope.USERS, Level.MANAGE)
def handover_withdraw(request: PageRequest, reach: Reach) -> HttpResponse:
    """Tier 0: nothing has changed yet, and nothing will."""
    try:
        withdraw_ownership(reach)
    except NotAuthorized:
        raise PermissionDenied from None
    except NoSuchHandover:
        raise Http404 from None
    messages.success(request, _("Withdrawn: ownership stays where it is."))
    return lead_to(request, _url(reach))


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
@fresh
def take_over(request: PageRequest, handover_id: UUID) -> HttpResponse:
    """The page of the person it is offered to, and of nobody else."""
    offer = handover_for(request.user, handover_id)
    if offer is None:
        raise Http404
    form, refused = TakeOverForm(request.POST if request.method == "POST" else None), ""
    if "decline" in request.POST:
        return _declined(request, offer)
    if request.method == "POST" and form.is_valid():
        try:
            accept_ownership(request.user, handover_id=handover_id, request_id=request.request_id)
        except NoSuchHandover:
            raise Http404 from None
        except RulesBroken as broken:
            refused = broken.errors[""]
        else:
            messages.success(request, _("It is yours now."))
            return lead_to(request, reverse("portal:organization", args=[offer.organization_id]))
    context = {"offer": offer, "form": form, "refused": refused, "title": _("Take over ownership")}
    return render(request, "portal/handover/take_over.html", context, status=422 if request.method == "POST" else 200)


def _offered(reach: Reach, form: HandoverForm) -> bool:
    if form.missing:
        refuse_proof(reach, action=_("Hand over ownership"), tier=4, missing=form.missing)
    if not form.is_valid():
        return False
    given = form.cleaned_data
    keeps = None if given["keeps"] == NOTHING else UUID(given["keeps"])
    try:
        offer_ownership(reach, to_id=UUID(given["to"]), keeps_id=keeps, reason=given["reason"])
    except RulesBroken as broken:
        add_broken(form, broken)
        return False
    except NotAuthorized:
        raise PermissionDenied from None
    return True


def _declined(request: PageRequest, offer: OpenHandover) -> HttpResponse:
    try:
        decline_ownership(request.user, handover_id=offer.public_id, request_id=request.request_id)
    except NoSuchHandover:
        raise Http404 from None
    messages.success(request, _("Declined: nothing changes."))
    return lead_to(request, reverse("portal:home"))


def _obstacle(reach: Reach, page: HandoverPage) -> str:
    if not page.owns:
        return _("Only an owner of this very organization can hand it over.")
    if not page.open and not page.people:
        return _("Nobody else has access here: invite whoever shall own it first.")
    return ""


def _url(reach: Reach) -> str:
    return reverse("portal:handover", args=[reach.organization.public_id])
