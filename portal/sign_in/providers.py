"""Single sign-on: allauth.socialaccount's one override point. Providers are rows of ours, whose secrets lie sealed."""

from __future__ import annotations

import time
from typing import Any

from allauth.account.internal.flows.login import record_authentication
from allauth.account.internal.userkit import filter_users_by_email
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialApp, SocialLogin
from allauth.socialaccount.providers.base.constants import AuthProcess
from django.http import HttpRequest
from django.shortcuts import render

from fiscal.clients.sign_on import Registration, registration, session
from fiscal.services import NotServed, check_served, served_by_mail
from portal.sign_in.freshness import OPENING
from portal.sign_in.openid import Provider

KIND = "openid_connect"
LEEWAY = 60  # seconds that clocks may differ


class SocialAdapter(DefaultSocialAccountAdapter):
    """Whom a provider may sign in is decided in `fiscal.services.sign_on.people`, at every sign-in."""

    def list_apps(self, request: HttpRequest, provider: str | None = None, client_id: str | None = None) -> list[Any]:
        """The one that is named; the others are nobody's business."""
        found = registration(provider or "")
        return [_app(found)] if found and client_id in {None, found.client_id} else []

    def get_provider(self, request: HttpRequest, provider: str, client_id: str | None = None) -> Provider:
        """The provider with this id. Raises SocialApp.DoesNotExist."""
        return Provider(request, app=self.get_app(request, provider=provider, client_id=client_id))

    def get_requests_session(self) -> Any:
        return session()

    def can_authenticate_by_email(self, login: SocialLogin, email: str) -> bool:
        return True

    def authenticate_by_email(self, sociallogin: SocialLogin) -> tuple[Any, str] | None:
        """An account that has the address already: only if the provider has verified it, and may speak for the person."""
        for address in sociallogin.email_addresses:
            if not address.verified:
                continue
            try:
                known = served_by_mail(sociallogin.account.provider, address.email)
            except NotServed:
                raise _refused(self.request) from None
            if known and known in filter_users_by_email(address.email):
                return known, address.email
        return None

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Let in whom the provider may sign in, and nobody else; never link what a signed-in person did not ask for."""
        process = sociallogin.state.get("process")
        if process == AuthProcess.REDIRECT:
            confirm(request, sociallogin)
            return
        verified = any(address.verified for address in sociallogin.email_addresses)
        if process != AuthProcess.LOGIN or not (sociallogin.is_existing or verified):
            raise _refused(request)
        if sociallogin.is_existing:
            try:
                check_served(sociallogin.account.provider, sociallogin.user)
            except NotServed:
                raise _refused(request) from None

    def populate_user(self, request: HttpRequest, sociallogin: SocialLogin, data: dict[str, Any]) -> Any:
        user = super().populate_user(request, sociallogin, data)
        user.name = str(data.get("name") or "")[:150]
        return user


def confirm(request: HttpRequest, sociallogin: SocialLogin) -> None:
    """Somebody signed in has been to their provider again: it must be the same person, and must have just been asked."""
    signed_in_at = sociallogin.account.extra_data.get("auth_time", 0)
    same = request.user.is_authenticated and sociallogin.user == request.user
    if not same or time.time() - signed_in_at > OPENING + LEEWAY:
        raise _refused(request)
    record_authentication(request, request.user, "socialaccount", reauthenticated=True)


def _app(found: Registration) -> Any:
    settings = {"server_url": found.issuer, "oauth_pkce_enabled": True}
    return SocialApp(
        provider=KIND,
        provider_id=str(found.public_id),
        name=found.name,
        client_id=found.client_id,
        secret=found.secret,
        settings=settings,
    )


def _refused(request: HttpRequest) -> ImmediateHttpResponse:
    """The same words for every reason: they tell nothing about accounts."""
    return ImmediateHttpResponse(render(request, "socialaccount/not_served.html", status=403))
