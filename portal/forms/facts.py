"""The facts of an organization, asked by the wizard and by the edit page."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from organizations.rules import Details, RulesBroken, check_details
from portal.forms.broken import add_broken
from portal.forms.countries import countries_with


def metadata_text(metadata: dict[str, str]) -> str:
    """Pairs as people type them: one `key=value` a line."""
    return "\n".join(f"{key}={value}" for key, value in metadata.items())


class FactsForm(forms.Form):
    """All fields that fiskaly stores of an organization (contract: "Organizations", table of fields)."""

    name = forms.CharField(
        label=_("Name"), help_text=_("The legal name, as in the register and on invoices: at least 3 characters.")
    )
    display_name = forms.CharField(
        label=_("Display name"), required=False, help_text=_("What lists show instead, for example Filiale Nord.")
    )
    address_line1 = forms.CharField(label=_("Address line 1"), help_text=_("Street and number."))
    address_line2 = forms.CharField(label=_("Address line 2"), required=False, help_text=_("Staircase, floor, c/o."))
    zip = forms.CharField(label=_("Postcode"))
    town = forms.CharField(label=_("Town"))
    state = forms.CharField(
        label=_("Province"), required=False, help_text=_("Federal state or province, for example Tirol or MI.")
    )
    country_code = forms.ChoiceField(label=_("Country"), help_text=_("Decides how the numbers below are checked."))
    vat_id = forms.CharField(
        label=_("VAT number"),
        required=False,
        help_text=_("With the country's letters. UID in Austria, USt-IdNr. in Germany, partita IVA in Italy."),
    )
    tax_number = forms.CharField(
        label=_("Tax number"),
        required=False,
        help_text=_("Steuernummer in Germany and Austria, codice fiscale in Italy, NIF in Spain."),
    )
    economy_id = forms.CharField(
        label=_("Economy id"),
        required=False,
        help_text=_("Wirtschafts-Identifikationsnummer in Germany; elsewhere usually empty."),
    )
    contact_person_id = forms.UUIDField(
        label=_("Contact person"),
        required=False,
        help_text=_("The id of one of its users at fiskaly, if it has one already."),
        error_messages={"invalid": _("Copy the whole id: 32 digits and letters in five groups.")},
    )
    metadata = forms.CharField(
        label=_("Own data"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false"}),
        help_text=_("One key=value a line, for example shop=0417. At most 18 pairs; fiskaly stores them as they are."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{**kwargs, "use_required_attribute": False})
        country = self.fields["country_code"]
        assert isinstance(country, forms.ChoiceField)
        country.choices = countries_with(str(self["country_code"].value() or ""))
        for name, token in AUTOCOMPLETE.items():
            self.fields[name].widget.attrs["autocomplete"] = token

    @classmethod
    def of(cls, details: Details) -> dict[str, Any]:
        """Stored facts as the form's initial values."""
        return {**details.as_dict(), "metadata": metadata_text(details.metadata)}

    def clean_metadata(self) -> dict[str, str]:
        pairs: dict[str, str] = {}
        for line in self.cleaned_data["metadata"].splitlines():
            if not line.strip():
                continue
            key, equals, value = (part.strip() for part in line.partition("="))
            if not equals:
                raise forms.ValidationError(
                    _("Write “%(line)s” as key=value, one pair a line."), params={"line": line.strip()[:60]}
                )
            if key in pairs:
                raise forms.ValidationError(_("“%(key)s” stands there twice: keep one."), params={"key": key})
            pairs[key] = value
        return pairs

    def clean(self) -> dict[str, Any]:
        unread = set(self.errors) & {"metadata", "contact_person_id"}
        try:
            check_details(self.details())
        except RulesBroken as broken:
            add_broken(self, RulesBroken({name: words for name, words in broken.errors.items() if name not in unread}))
        return self.cleaned_data

    def details(self) -> Details:
        """What was typed, in the shape of the rules; a field that could not be read counts as empty."""
        got = self.cleaned_data
        texts = {name: got.get(name, "") for name in TEXTS}
        return Details(
            **texts, contact_person_id=got.get("contact_person_id") or None, metadata=got.get("metadata") or {}
        )


TEXTS = [name for name in FactsForm.base_fields if name not in {"contact_person_id", "metadata"}]
AUTOCOMPLETE = dict.fromkeys(TEXTS, "off")
"""The facts are a customer's: the browser would fill in the person's own."""
