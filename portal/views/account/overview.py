"""Your account: name, look, password, second factor, passkeys, where you are let in, sessions, and what happened lately."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from fiscal.queries import events_of, factors_of, linked_sign_on, own_access, second_factor_demanded, sessions_of
from organizations.services import choose_name
from portal.forms.account import NameForm
from portal.http import PageRequest, lead_to, signed_in
from portal.listing import Address, pager

SIZE = 25
"""Grants of one page."""


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def account(request: PageRequest) -> HttpResponse:
    """The page; POST saves the name."""
    form = NameForm(request.POST or None, initial={"name": request.user.name})
    if request.method == "POST" and form.is_valid():
        choose_name(request.user, form.cleaned_data["name"])
        messages.success(request, _("Saved."))
        return lead_to(request, reverse("portal:account"))
    address = Address(request.path, request.GET)
    page = address.number("page", 1)
    access = own_access(request.user, page=page, size=SIZE)
    context = {
        "form": form,
        "factors": factors_of(request.user),
        "access": access,
        "access_pager": pager(address, page=page, size=SIZE, total=access.total),
        "sessions": sessions_of(request.user, request.session.session_key),
        "events": events_of(request.user),
        "sign_on": linked_sign_on(request.user),
        "demanded": second_factor_demanded(request.user),
    }
    return render(request, "portal/account/account.html", context, status=422 if form.errors else 200)


@require_safe
@signed_in
def second_factor(request: PageRequest) -> HttpResponse:
    """Where people are led whose organization demands a second factor and who have none yet."""
    context = {"demanded": second_factor_demanded(request.user), "factors": factors_of(request.user)}
    return render(request, "portal/account/second_factor.html", context)


second_factor.without_second_factor = True  # type: ignore[attr-defined]


@require_safe
@signed_in
def confirmed(request: PageRequest) -> HttpResponse:
    """In the other tab, after a proof that was given there: go back to the first one."""
    return render(request, "portal/account/confirmed.html")
