"""The form that invites somebody to fiskaly's dashboard. What is allowed is decided by the service."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _


class InviteForm(forms.Form):
    """Whom fiskaly shall write to. It needs the address alone."""

    email = forms.CharField(
        label=_("E-mail address"),
        help_text=_("fiskaly sends the invitation there. An address that is registered there has access at once."),
        widget=forms.EmailInput(attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}),
    )
    first_name = forms.CharField(label=_("First name"), required=False)
    last_name = forms.CharField(label=_("Last name"), required=False)
