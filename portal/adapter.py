"""allauth's one override point."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest

from organizations.services import invited_address

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
