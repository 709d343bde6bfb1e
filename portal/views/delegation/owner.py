"""The owner's side: what the partner may do here, what it asks for, and deciding about both.

The partner's own people see the same facts, and nothing that they could decide with.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from fiscal.queries.delegation import Delegated, Wish, delegated_by
from organizations.access import NotAuthorized, Reach, name_for
from organizations.choices import Level, Road, Scope
from organizations.rules import RulesBroken
from organizations.services import (
    NoSuchRequest,
    accept_delegation_request,
    decline_delegation_request,
    refuse_proof,
    set_delegation,
)
from portal.forms.broken import add_broken
from portal.forms.delegation import DelegationForm, start_of
from portal.frame import Crumb
from portal.http import PageRequest, fresh, lead_to, scoped
from portal.views.organization.page import page_about


@require_http_methods(["GET", "HEAD", "POST"])
@scoped(Scope.USERS)
def delegation(request: PageRequest, reach: Reach) -> HttpResponseBase:
    """What is delegated; an owner changes it here, tier 3. Only who decides is asked again who they are."""
    if _decides(reach):
        return _decide(request, reach)
    obstacle = _obstacle(reach)
    if request.method == "POST" and not obstacle:
        raise PermissionDenied
    context = {**_about(reach, delegated_by(reach)), "form": None, "obstacle": obstacle}
    return render(
        request, "portal/delegation/delegation.html", context, status=422 if request.method == "POST" else 200
    )


@fresh
def _decide(request: PageRequest, reach: Reach) -> HttpResponse:
    given, posted = delegated_by(reach), request.method == "POST"
    form = _form(request, reach, start_of(given.rights, given.until), with_nothing=bool(given.rights))
    if posted and _saved(reach, form):
        messages.success(request, _("Saved: it holds from now on."))
        return lead_to(request, _url(reach))
    context = {**_about(reach, given), "form": form, "obstacle": ""}
    return render(request, "portal/delegation/delegation.html", context, status=422 if posted else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@scoped(Scope.USERS, Level.MANAGE)
@fresh
def delegation_request(request: PageRequest, reach: Reach, request_id: UUID) -> HttpResponse:
    """Give what the partner asks for, less of it, or nothing."""
    given = delegated_by(reach)
    wish = _wish(reach, given, request_id)
    form = _form(request, reach, start_of(wish.rights, wish.until), with_nothing=False)
    if request.method == "POST" and "decline" in request.POST:
        return _declined(request, reach, wish)
    if request.method == "POST" and _accepted(reach, wish, form):
        messages.success(request, _("Delegated: it holds from now on."))
        return lead_to(request, _url(reach))
    about = _about(reach, given, (_("Delegation"), _url(reach)), title=_("Request for delegation"))
    context = {**about, "form": form, "wish": wish}
    return render(request, "portal/delegation/request.html", context, status=422 if request.method == "POST" else 200)


def _decides(reach: Reach) -> bool:
    """An owner of an organization that somebody provisioned. The service asks again."""
    owns = reach.owner and reach.road != Road.DELEGATION
    return owns and reach.organization.provisioned_by_id is not None


def _form(request: PageRequest, reach: Reach, start: dict[str, Any], *, with_nothing: bool) -> DelegationForm:
    data = request.POST if request.method == "POST" else None
    return DelegationForm(data, initial=start, name=str(reach.organization), with_nothing=with_nothing)


def _proven(reach: Reach, form: DelegationForm) -> bool:
    if form.missing:
        refuse_proof(reach, action=_("Change the delegation"), tier=3, missing=form.missing)
    return form.is_valid()


def _saved(reach: Reach, form: DelegationForm) -> bool:
    if not _proven(reach, form):
        return False
    given = form.cleaned_data
    try:
        set_delegation(reach, rights=form.rights(), until=given["until"], reason=given["reason"])
    except RulesBroken as broken:
        add_broken(form, broken)
        return False
    except NotAuthorized:
        raise PermissionDenied from None
    return True


def _accepted(reach: Reach, wish: Wish, form: DelegationForm) -> bool:
    if not _proven(reach, form):
        return False
    given = form.cleaned_data
    try:
        accept_delegation_request(
            reach, wish.public_id, rights=form.rights(), until=given["until"], reason=given["reason"]
        )
    except RulesBroken as broken:
        add_broken(form, broken)
        return False
    except NoSuchRequest:
        raise Http404 from None
    return True


def _declined(request: PageRequest, reach: Reach, wish: Wish) -> HttpResponse:
    try:
        decline_delegation_request(reach, wish.public_id, reason=request.POST.get("reason", "")[:200])
    except NoSuchRequest:
        raise Http404 from None
    messages.success(request, _("Declined: nothing changes."))
    return lead_to(request, _url(reach))


def _wish(reach: Reach, given: Delegated, request_id: UUID) -> Wish:
    if not _decides(reach):
        raise PermissionDenied
    if given.wish is None or given.wish.public_id != request_id:
        raise Http404
    return given.wish


def _about(reach: Reach, given: Delegated, *path: Crumb, title: str = "") -> dict[str, Any]:
    # SECURITY: whoever decides has to know to whom; everybody else is told only what they reach.
    above = reach.organization.provisioned_by
    partner = str(above) if above and _decides(reach) else name_for(reach.actor, above)
    by_delegation = reach.road == Road.DELEGATION and reach.acting_from is not None
    partner_url = ""
    if by_delegation and reach.acting_from and not reach.organization.is_managed:
        partner_url = reverse(
            "portal:delegation_given", args=[reach.acting_from.public_id, reach.organization.public_id]
        )
    return {
        **page_about(reach, title or _("Delegation"), path=path),
        "given": given,
        "partner": partner or _("the partner that provisioned it"),
        "asker": partner or _("The partner that provisioned it"),
        "decides": _decides(reach),
        "partner_url": partner_url,
    }


def _obstacle(reach: Reach) -> str:
    if reach.organization.is_managed:
        return _("A managed organization is always administered through its parent: there is nothing to delegate.")
    if reach.organization.provisioned_by_id is None:
        return _("No partner provisioned this organization: there is nobody to delegate to.")
    return ""


def _url(reach: Reach) -> str:
    return reverse("portal:organization_delegation", args=[reach.organization.public_id])
