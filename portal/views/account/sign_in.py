"""Signing in, in two steps, and signing out. The second factor after it is allauth's."""

from __future__ import annotations

from allauth.account.internal.templatekit import get_entrance_context_data
from allauth.account.views import login as allauth_login
from allauth.account.views import logout as allauth_logout
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from fiscal.queries import sign_on_for
from portal.forms.sign_in import AddressForm, PasswordForm
from portal.http import PageRequest, public
from portal.sign_in.evenly import evenly

_allauth_login = evenly(allauth_login, only_refusals=True)


@public
@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: PageRequest) -> HttpResponseBase:
    """First the address (or a passkey), then what its mail domain asks for: single sign-on or a password.

    The second step looks at the domain alone, so it is the same whether there is an account or not.
    """
    if request.method != "POST" or "password" in request.POST or request.user.is_authenticated:
        return _allauth_login(request)
    form = AddressForm(request.POST)
    if not form.is_valid():
        return render(request, "account/login.html", _context(request) | {"form": form}, status=422)
    return second_step(request, form.cleaned_data["login"])


def second_step(request: PageRequest, email: str) -> HttpResponse:
    """The password, or the way to the domain's own sign-in."""
    offer = sign_on_for(email)
    form = PasswordForm(request=request, initial={"login": email})
    context = {"form": form, "offer": offer, "step": "password", "email": email}
    return render(request, "account/login.html", _context(request) | context)


@public
@require_http_methods(["GET", "HEAD", "POST"])
def sign_out(request: PageRequest) -> HttpResponseBase:
    """End this session, and have the browser drop what it kept of Kontor's pages (ASVS 5.0, 14.3.1).

    Cookies are not named there: that would take those of every site below the same domain.
    """
    response = allauth_logout(request)
    if request.method == "POST":
        response["Clear-Site-Data"] = '"cache", "storage"'
    return response


def _context(request: PageRequest) -> dict[str, object]:
    return dict(get_entrance_context_data(request))
