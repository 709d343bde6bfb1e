"""allauth.account's one override point."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.authentication import get_authentication_records
from django.contrib.auth import get_user_model
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from fiscal.queries import linked_sign_on
from fiscal.services import may_use_password
from organizations.choices import SecurityVerb
from organizations.services import invited_address
from portal.sign_in import known
from portal.sign_in.following import note
from portal.sign_in.freshness import is_fresh

INVITATION = "invitation"
"""Under what name a session keeps the digest of the link that an invited person came by."""


class AccountAdapter(DefaultAccountAdapter):
    """People sign up with their e-mail address; without an authorization they see nothing yet."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return True

    def save_user(self, request: HttpRequest, user: Any, form: Any, commit: bool = True) -> Any:  # noqa: FBT001, FBT002
        user.name = form.cleaned_data.get("name", "")
        return super().save_user(request, user, form, commit)

    def is_email_verified(self, request: HttpRequest, email: str) -> bool:
        """The address that a working invitation was mailed to counts as verified: its link lies in that mailbox."""
        return bool(email) and email.lower() == invited_address(request.session.get(INVITATION, ""))

    def unstash_verified_email(self, request: HttpRequest) -> str | None:
        """SECURITY: what the sign-up form began with proves nothing by itself; the invitation is asked for anew."""
        super().unstash_verified_email(request)
        return invited_address(request.session.get(INVITATION, "")) or None

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """allauth's own pages ask as ours do: `portal.sign_in.freshness` decides."""
        return not is_fresh(self.request)

    def get_reauthentication_methods(self, user: Any) -> list[dict[str, Any]]:
        """Password, code, passkey, and the provider that the person is linked with."""
        methods: list[dict[str, Any]] = super().get_reauthentication_methods(user)
        linked = linked_sign_on(user) if user.is_authenticated else None
        if linked:
            url = reverse("openid_connect_login", args=[linked[0]])
            description = _("Use %(name)s") % {"name": linked[1]}
            methods.append({"id": "sign_on", "description": description, "url": url})
        return methods

    def pre_login(self, request: HttpRequest, user: Any, **kwargs: Any) -> HttpResponse | None:
        """Whose domain enforces single sign-on comes in by it, or is an owner with a second factor."""
        response: HttpResponse | None = super().pre_login(request, user, **kwargs)
        if response:
            return response
        records = get_authentication_records(request, user)
        if records and records[-1]["method"] == "socialaccount":
            return None
        if may_use_password(user):
            return None
        request.session.flush()
        query = urlencode({"email": user.email})
        return render(request, "account/sign_on_enforced.html", {"query": query}, status=403)

    def post_login(self, request: HttpRequest, user: Any, **kwargs: Any) -> HttpResponse:
        """The browser is known from now on."""
        response: HttpResponse = super().post_login(request, user, **kwargs)
        known.remember(response, user.email)
        return response

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        user = get_user_model().objects.filter(email__iexact=credentials.get("email", "")).first()
        if user:
            note(request, user, SecurityVerb.SIGN_IN_FAILED)

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        """A browser that is known for the account is counted apart from everybody else."""
        key: str = super()._get_login_attempts_cache_key(request, **credentials)
        return f"{key}:{known.mark_of(request, credentials.get('email', ''))}"
