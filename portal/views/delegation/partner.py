"""The partner's side: what each organization it provisioned delegates, giving it up, and asking for more."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from fiscal.queries.delegation import MOST, Delegated, delegation_to, delegations_to
from organizations.access import NoSuchOrganization, NotAuthorized, Reach
from organizations.choices import Level, Scope
from organizations.rules import RulesBroken
from organizations.services import (
    NoSuchRequest,
    ask_delegation,
    give_up_delegation,
    withdraw_delegation_request,
)
from portal.forms.broken import add_broken
from portal.forms.delegation import AskForm, start_of
from portal.http import PageRequest, fresh, lead_to, scoped
from portal.proof import asked, read_proof
from portal.views.organization.page import page_about


@require_safe
@scoped(Scope.USERS)
def delegations(request: PageRequest, reach: Reach) -> HttpResponse:
    """All organizations that this one provisioned, with what each delegates."""
    found = delegations_to(reach)
    context = page_about(reach, _("Delegations"), delegations=found, most=MOST if len(found) == MOST else 0)
    return render(request, "portal/delegation/list.html", context)


@require_safe
@scoped(Scope.USERS)
def delegation_given(request: PageRequest, reach: Reach, customer_id: UUID) -> HttpResponse:
    """What one of them delegates, and what was asked of it."""
    given = _found(reach, customer_id)
    context = _about(reach, given.name, given=given, decides=_decides(reach))
    return render(request, "portal/delegation/given.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@scoped(Scope.USERS, Level.MANAGE)
def delegation_ask(request: PageRequest, reach: Reach, customer_id: UUID) -> HttpResponse:
    """Ask for all that is wished for: it replaces what is delegated now, if an owner agrees."""
    given = _found(reach, customer_id)
    start = start_of(given.rights, given.until) if given.rights else {"preset": "read"}
    form = AskForm(request.POST if request.method == "POST" else None, initial=start)
    if request.method == "POST" and form.is_valid() and _asked(reach, customer_id, form):
        messages.success(request, _("Asked: an owner finds it on their work list."))
        return lead_to(request, _url(reach, customer_id))
    context = _about(reach, _("Ask to be delegated to"), given=given, form=form)
    return render(request, "portal/delegation/ask.html", context, status=422 if request.method == "POST" else 200)


@require_POST
@scoped(Scope.USERS, Level.MANAGE)
def delegation_withdraw(request: PageRequest, reach: Reach, customer_id: UUID) -> HttpResponse:
    """Tier 0: take the open request back."""
    try:
        withdraw_delegation_request(reach, customer_id)
    except (NoSuchRequest, NoSuchOrganization):
        raise Http404 from None
    except NotAuthorized:
        raise PermissionDenied from None
    messages.success(request, _("Withdrawn: nothing is asked for any more."))
    return lead_to(request, _url(reach, customer_id))


@require_http_methods(["GET", "HEAD", "POST"])
@scoped(Scope.USERS, Level.MANAGE)
@fresh
def delegation_give_up(request: PageRequest, reach: Reach, customer_id: UUID) -> HttpResponse:
    """Tier 3: the partner's people lose sight of the organization at once."""
    given = _found(reach, customer_id)
    proof = asked(3, given.name)
    if request.method == "POST":
        proof = read_proof(request, reach, tier=3, name=given.name, action=_("Give up the delegation"))
        if proof.given:
            try:
                give_up_delegation(reach, customer_id, reason=proof.reason)
            except NotAuthorized:
                raise PermissionDenied from None
            messages.success(request, _("Given up: it holds from now on."))
            return lead_to(request, reverse("portal:delegations", args=[reach.organization.public_id]))
    context = _about(reach, _("Give up the delegation"), given=given, proof=proof, here=request.path)
    return render(request, "portal/delegation/give_up.html", context, status=422 if request.method == "POST" else 200)


def _asked(reach: Reach, customer_id: UUID, form: AskForm) -> bool:
    given = form.cleaned_data
    try:
        ask_delegation(reach, customer_id, rights=form.rights(), until=given["until"], reason=given["reason"])
    except RulesBroken as broken:
        add_broken(form, broken)
        return False
    except NotAuthorized:
        raise PermissionDenied from None
    return True


def _decides(reach: Reach) -> bool:
    """Whether they may ask and give up. The services ask again."""
    return reach.allows(Scope.USERS, Level.MANAGE) and reach.allows_below(Scope.USERS, Level.MANAGE)


def _found(reach: Reach, customer_id: UUID) -> Delegated:
    given = delegation_to(reach, customer_id)
    if given is None:
        raise Http404
    return given


def _about(reach: Reach, title: str, *, given: Delegated, **context: Any) -> dict[str, Any]:
    urls = {
        name: reverse(f"portal:delegation_{name}", args=[reach.organization.public_id, given.public_id])
        for name in ("given", "ask", "withdraw", "give_up")
    }
    path = [(_("Delegations"), reverse("portal:delegations", args=[reach.organization.public_id]))]
    if title != given.name:
        path.append((given.name, urls["given"]))
    return page_about(reach, title, path=path, given=given, urls=urls, **context)


def _url(reach: Reach, customer_id: UUID) -> str:
    return reverse("portal:delegation_given", args=[reach.organization.public_id, customer_id])
