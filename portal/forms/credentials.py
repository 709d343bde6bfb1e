"""The form that takes a key with its secret. What was typed as a secret is never sent back to the browser."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

NO_MEMORY = {"autocomplete": "off", "spellcheck": "false", "autocapitalize": "none"}


class CredentialForm(forms.Form):
    """A key and its secret, as fiskaly's dashboard showed them. The key stays after an error, the secret does not."""

    key = forms.CharField(
        label=_("API key"), max_length=200, widget=forms.PasswordInput(attrs=NO_MEMORY, render_value=True)
    )
    secret = forms.CharField(
        label=_("API secret"), max_length=500, widget=forms.PasswordInput(attrs=NO_MEMORY, render_value=False)
    )
