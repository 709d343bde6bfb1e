"""An organization's own provider of single sign-on."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from fiscal.services import Wishes

PLAIN = {"autocomplete": "off", "spellcheck": "false", "autocapitalize": "none"}


class SignOnForm(forms.Form):
    """What Kontor needs to know of the provider. The secret never comes back; left empty, the stored one stays."""

    name = forms.CharField(
        label=_("Name"), max_length=60, help_text=_("As your people know it. It stands on the button they press.")
    )
    issuer = forms.CharField(
        label=_("Issuer"),
        max_length=300,
        help_text=_("The address where your provider describes itself, without /.well-known/openid-configuration."),
        widget=forms.URLInput(attrs=PLAIN),
    )
    client_id = forms.CharField(label=_("Client id"), max_length=200, widget=forms.TextInput(attrs=PLAIN))
    client_secret = forms.CharField(
        label=_("Client secret"),
        max_length=500,
        required=False,
        widget=forms.PasswordInput(attrs=PLAIN, render_value=False),
    )
    domains = forms.CharField(
        label=_("Mail domains"),
        required=False,
        help_text=_("One a line, such as example.com. Who runs Kontor confirms each before it counts."),
        widget=forms.Textarea(attrs={**PLAIN, "rows": 3}),
    )
    enforced = forms.BooleanField(
        label=_("People of confirmed domains must sign in this way"),
        required=False,
        help_text=_("Owners who have a second factor keep their password, as a way back in."),
    )

    def wishes(self) -> Wishes:
        """What was typed, as the service takes it."""
        typed: dict[str, Any] = self.cleaned_data
        domains = tuple(dict.fromkeys(typed["domains"].lower().replace(",", " ").split()))
        return Wishes(
            name=typed["name"].strip(),
            issuer=typed["issuer"].strip(),
            client_id=typed["client_id"].strip(),
            secret=typed["client_secret"].strip(),
            domains=domains,
            enforced=typed["enforced"],
        )
