"""Setting up second factors."""

from __future__ import annotations

from typing import Any

from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.totp.internal import auth as totp
from allauth.mfa.webauthn.forms import AddWebAuthnForm
from django import forms
from django.utils.translation import gettext_lazy as _

from fiscal.services import open_factor, seal_factor


class AddAppForm(ActivateTOTPForm):
    """Takes the first code of an authenticator app.

    Until then the app's secret lies in the session, sealed: allauth would let it lie there in the clear.
    """

    code = forms.CharField(
        label=_("Code from the app"),
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.user = kwargs.pop("user")
        forms.Form.__init__(self, *args, **kwargs)
        session = totp.context.request.session
        sealed = session.get(totp.SECRET_SESSION_KEY) if self.is_bound else None
        self.secret = open_factor(sealed) if sealed else totp.generate_totp_secret()
        if not sealed:
            session[totp.SECRET_SESSION_KEY] = seal_factor(self.secret)

    def clean_code(self) -> str:
        """The code counts as used: nobody signs in with it once more."""
        code: str = super().clean_code()
        holder = totp.TOTP(Authenticator(user=self.user, type=Authenticator.Type.TOTP))
        if not holder._mark_code_used(code):  # noqa: SLF001 - allauth offers no other way to say so
            raise get_adapter().validation_error("incorrect_code")
        return code


class AddPasskeyForm(AddWebAuthnForm):
    """Every key that is added is a passkey: it asks for the person, and signs in alone."""

    name = forms.CharField(
        label=_("Name"),
        max_length=60,
        required=False,
        help_text=_("To tell it from others, such as the device’s name."),
    )
    passwordless = forms.BooleanField(initial=True, required=True, widget=forms.HiddenInput)
