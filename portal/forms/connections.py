"""Forms about connections. A key or token that was typed is never sent back to the browser; everything else is."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from fiscal.choices import AddOn

NO_MEMORY = {"autocomplete": "off", "spellcheck": "false", "autocapitalize": "none"}


class Textarea(forms.Textarea):
    """Several lines that are secret: after an error they have to be pasted again. Its name decides its look."""

    def format_value(self, value: Any) -> str:
        return ""


class DayInput(forms.DateInput):
    """The browser's own date field."""

    input_type = "date"

    def __init__(self, **attrs: Any) -> None:
        super().__init__(attrs=attrs, format="%Y-%m-%d")


def secret(label: Any, help_text: Any = "") -> forms.CharField:
    """A field for one line that is secret."""
    widget = forms.PasswordInput(attrs=NO_MEMORY, render_value=False)
    return forms.CharField(label=label, max_length=500, help_text=help_text, widget=widget)


def connection_name() -> forms.CharField:
    """What the connection is called here."""
    return forms.CharField(
        label=_("Name"), max_length=100, help_text=_("Yours, to find it by, for example Kassen Wien.")
    )


class KassandroForm(forms.Form):
    """A token of Kassandro: of the account with all its registers, or of one register."""

    name = connection_name()
    api_key = secret(_("API key"), _("Made in my.kassandro.at. Kontor fetches the token with it."))
    tier = forms.CharField(
        label=_("Product"), required=False, max_length=40, help_text=_("As Kassandro names it: Premium or Gastro.")
    )

    secrets = ("api_key",)


class LicenceForm(forms.Form):
    """What a person knows of DataCash's licence: the interface itself does not tell."""

    licence_ends_on = forms.DateField(
        label=_("Licence ends on"), required=False, widget=DayInput(), help_text=_("In the customer area: Abbonamenti.")
    )
    slots = forms.IntegerField(label=_("API keys the licence allows"), required=False, min_value=0, max_value=10_000)
    slots_used = forms.IntegerField(label=_("API keys in use"), required=False, min_value=0, max_value=10_000)
    add_ons = forms.MultipleChoiceField(
        label=_("API-key add-ons"), required=False, choices=AddOn.choices, widget=forms.CheckboxSelectMultiple
    )


class DataCashForm(LicenceForm):
    """A DataCash key with the encrypted Fisconline credentials and the partita IVA both belong to."""

    name = connection_name()
    vat_number = forms.CharField(
        label=_("Partita IVA"),
        max_length=20,
        help_text=_("11 digits, for example 12345670785. The key belongs to this one and no other."),
    )
    key = secret(_("Datacash-Key"), _("In the customer area: Abbonamenti, at the bottom."))
    credentials = forms.CharField(
        label=_("Encrypted credentials"),
        max_length=20_000,
        widget=Textarea(attrs=NO_MEMORY | {"rows": "4"}),
        help_text=_("The PGP block of the same panel, whole. Kontor passes it on and never decrypts it."),
    )

    secrets = ("key", "credentials")
    field_order = ("name", "vat_number", "key", "credentials")


class FilesForm(forms.Form):
    """DataCash's client area only: nothing to enter but whose it is."""

    name = connection_name()
    vat_number = forms.CharField(
        label=_("Partita IVA"), required=False, max_length=20, help_text=_("11 digits, if known.")
    )

    secrets = ()


class ReplaceForm(forms.Form):
    """A new key in place of the stored one; with DataCash also its encrypted credentials."""

    key = secret(_("New key"))
    credentials = forms.CharField(
        label=_("Encrypted credentials"),
        required=False,
        max_length=20_000,
        widget=Textarea(attrs=NO_MEMORY | {"rows": "4"}),
        help_text=_("The PGP block, whole. Leave it empty to keep the stored ones."),
    )

    secrets = ("key", "credentials")

    def __init__(self, *args: Any, with_credentials: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not with_credentials:
            del self.fields["credentials"]


class DescribeForm(LicenceForm):
    """What we call a connection, and what is known of its licence."""

    name = connection_name()
    tier = forms.CharField(label=_("Product"), required=False, max_length=40, help_text=_("As the provider names it."))

    field_order = ("name", "tier")

    def __init__(self, *args: Any, datacash: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not datacash:
            for name in ("slots", "slots_used", "add_ons"):
                del self.fields[name]
            self.fields["licence_ends_on"].help_text = _("In my.kassandro.at: Meine Kassen, Lizenz.")


class BackfillForm(forms.Form):
    """From which day on past sales shall be read, and of which register."""

    first_day = forms.DateField(label=_("From"), widget=DayInput(), help_text=_("Newest days are read first."))
    register = forms.ChoiceField(label=_("Register"), required=False)

    def __init__(self, *args: Any, registers: list[tuple[str, str]], latest: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.latest = latest
        self.fields["first_day"].widget.attrs["max"] = f"{latest:%Y-%m-%d}"
        self.fields["register"].choices = [("", _("All registers")), *registers]  # type: ignore[attr-defined]

    def clean_first_day(self) -> date:
        day: date = self.cleaned_data["first_day"]
        if day > self.latest:
            raise forms.ValidationError(_("Choose a day before today: today is read anyway."))
        return day
