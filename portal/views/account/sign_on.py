"""Single sign-on: the way to an organization's own provider, and back."""

from __future__ import annotations

from allauth.account.utils import get_next_redirect_url
from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.models import SocialApp
from allauth.socialaccount.providers.base.constants import AuthProcess
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from portal.http import PageRequest, public
from portal.sign_in.openid import OpenID


@public
@never_cache
@require_safe
def start(request: PageRequest, provider_id: str) -> HttpResponseBase:
    """Go to the provider: to sign in, or, for somebody signed in, to prove again who they are.

    It is a link and no form, since browsers hold redirects of a form to the policy of the page that it is on. Nothing can
    be linked this way: an account that is signed in stays as it is.
    """
    again = request.user.is_authenticated
    try:
        provider = get_adapter(request).get_provider(request, provider_id)
        auth_params = {"prompt": "login", "max_age": "0"} if again else {}
        process = AuthProcess.REDIRECT if again else AuthProcess.LOGIN
        next_url = get_next_redirect_url(request)
        return provider.redirect(request, process=process, next_url=next_url, auth_params=auth_params)
    except SocialApp.DoesNotExist:
        raise Http404 from None
    except OAuth2Error:
        return _failed(request)


@public
@never_cache
@require_safe
def back(request: PageRequest, provider_id: str) -> HttpResponseBase:
    """Come back from the provider with its answer."""
    try:
        return OAuth2CallbackView.adapter_view(OpenID(request, provider_id))(request)
    except SocialApp.DoesNotExist:
        raise Http404 from None
    except (OAuth2Error, KeyError, ValueError):
        return _failed(request)


def _failed(request: PageRequest) -> HttpResponse:
    return render(request, "socialaccount/authentication_error.html", status=503)
