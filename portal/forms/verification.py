"""Forms about the verification of signed receipts."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.forms.connections import DayInput

MOST_BYTES = 20 * 1024 * 1024
MOST_KEY_BYTES = 1024 * 1024


class ChainKeysForm(forms.Form):
    """With what a register's receipts are verified."""

    aes_key = forms.CharField(
        label=_("AES key of the turnover counter"),
        required=False,
        max_length=200,
        strip=True,
        widget=forms.PasswordInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        help_text=_("Base64, 44 characters, from the register's settings. Empty: the stored one stays."),
    )
    forget_key = forms.BooleanField(label=_("Forget the stored AES key"), required=False)
    certificates = forms.CharField(
        label=_("Certificates"),
        required=False,
        max_length=100_000,
        widget=forms.Textarea(attrs={"rows": 8, "spellcheck": "false", "class": "textarea"}),
        help_text=_("PEM, or Base64 of DER, with an empty line between two. They replace those stored."),
    )

    def __init__(self, *args: Any, has_key: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not has_key:
            del self.fields["forget_key"]


class ExportForm(forms.Form):
    """Of which days the journal is exported."""

    first = forms.DateField(label=_("From"), widget=DayInput())
    last = forms.DateField(label=_("To"), widget=DayInput(), help_text=_("Included. The register's local days."))


class DepFileForm(forms.Form):
    """A DEP export, and what belongs to it. Nothing of it is stored."""

    file = forms.FileField(
        label=_("DEP export"), help_text=_("JSON with “Belege-Gruppe”, up to 20 MB. Nothing of it is stored.")
    )
    container = forms.FileField(
        label="cryptographicMaterialContainer.json",
        required=False,
        help_text=_("AES key and certificates of the register. Without it those stored here are used."),
    )
    partial = forms.BooleanField(
        label=_("It does not begin with the start receipt"),
        required=False,
        help_text=_("A quarter's backup, say: the first chain value and counter are taken on trust."),
    )
    compare = forms.BooleanField(
        label=_("Compare it with what was synced"),
        required=False,
        help_text=_("If its Kassen-ID is a register of yours: what is missing on either side, and what differs."),
    )

    def clean_file(self) -> Any:
        """Refuse what is too large to be verified while somebody waits."""
        file = self.cleaned_data["file"]
        if file.size > MOST_BYTES:
            raise forms.ValidationError(
                _("The file is larger than 20 MB. Export a shorter span, or use “manage.py verify_dep”.")
            )
        return file

    def clean_container(self) -> Any:
        """Refuse what cannot be a container."""
        file = self.cleaned_data["container"]
        if file and file.size > MOST_KEY_BYTES:
            raise forms.ValidationError(_("This is no cryptographicMaterialContainer.json: it is larger than 1 MB."))
        return file
