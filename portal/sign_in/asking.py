"""Asking a person to prove again who they are, before a dangerous page: on the way there, or in the middle of it.

On the way, the whole page goes to where it is proved and comes back. In the middle, what was typed is shown again, hidden,
with a field for the proof; nothing of it is kept here. Secrets are not sent back: their fields are asked for again.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from allauth.account.adapter import get_adapter
from allauth.account.forms import ReauthenticateForm
from allauth.account.internal.flows.reauthentication import reauthenticate_by_password
from allauth.core import ratelimit
from allauth.mfa.base.forms import ReauthenticateForm as CodeForm
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django_htmx.http import HttpResponseClientRedirect

PASSWORD, CODE = "confirm_password", "confirm_code"
SECRETS = frozenset(
    {
        "api_key",
        "key",
        "secret",
        "token",
        "credentials",
        "aes_key",
        "password",
        "password1",
        "password2",
        "oldpassword",
        "client_secret",
        PASSWORD,
        CODE,
    }
)
"""Fields whose content is never sent back to a browser."""
UNKEPT = SECRETS | {"csrfmiddlewaretoken"}


def ask_before(request: HttpRequest) -> HttpResponse:
    """Lead the whole page to the proof, and back to the page that was asked for."""
    methods = get_adapter(request).get_reauthentication_methods(request.user)
    if not methods:
        logout(request)
    address = methods[0]["url"] if methods else reverse("account_login")
    url = f"{address}?{urlencode({'next': request.get_full_path()})}"
    htmx = getattr(request, "htmx", None)
    return HttpResponseClientRedirect(url) if htmx and not htmx.boosted else HttpResponseRedirect(url)


def ask_within(request: HttpRequest, error: str = "") -> HttpResponse:
    """Show what was typed again, and ask for the proof beside it: 422, and nothing has changed."""
    methods = get_adapter(request).get_reauthentication_methods(request.user)
    ids = {method["id"] for method in methods}
    context: dict[str, Any] = {
        "typed": typed_in(request),
        "untyped": left_out(request),
        "by_password": "reauthenticate" in ids,
        "by_code": "mfa_reauthenticate" in ids,
        "others": [method for method in methods if method["id"] not in {"reauthenticate", "mfa_reauthenticate"}],
        "error": error,
        "here": request.get_full_path(),
        "done_url": reverse("portal:confirmed"),
    }
    htmx = getattr(request, "htmx", None)
    within = bool(htmx and not htmx.boosted)
    page = "portal/account/_stale.html" if within else "portal/account/stale.html"
    response = render(request, page, context, status=422)
    if within:
        response["HX-Retarget"], response["HX-Reswap"] = "#dialog", "innerHTML"
    response["Cache-Control"] = "no-store"
    return response


def typed_in(request: HttpRequest) -> list[tuple[str, str]]:
    """The fields of a posted form that may be sent back to the browser, in their order."""
    return [(name, value) for name, values in request.POST.lists() if name not in UNKEPT for value in values]


def left_out(request: HttpRequest) -> bool:
    """Whether the form held more than that: secrets or files, which have to be given again."""
    return any(request.POST.get(name) for name in SECRETS - {PASSWORD, CODE}) or bool(request.FILES)


def take_proof(request: HttpRequest) -> str | None:
    """Check the proof that came with a form, and take it out of the form. None if it holds, else what is wrong."""
    given = request.POST.copy()
    password, code = "".join(given.pop(PASSWORD, [])), "".join(given.pop(CODE, []))
    if not password and not code:
        return ""
    if not ratelimit.consume(request, action="reauthenticate", user=request.user):
        return _("Too many tries. Wait a minute.")
    if password:
        form = ReauthenticateForm(user=request.user, data={"password": password})
        if not form.is_valid():
            return _("This is not your password.")
        reauthenticate_by_password(request)
    else:
        form = CodeForm(user=request.user, data={"code": code})
        if not form.is_valid():
            return _("This code does not fit, or was used already.")
        form.save()
    request.POST = given  # type: ignore[assignment]
    return None
