"""Forms about billing: the arrangement and billing addresses. What is allowed is decided by the services."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from billing.rules import Address, Terms
from fiscal.queries import BillingChoices
from organizations.choices import Mode
from portal.forms.countries import countries_with
from portal.forms.proof import ProvenForm

ITSELF = "itself"
"""The choice of no other organization, or of no stored address; an empty value would read as unanswered."""


class ArrangementForm(ProvenForm):
    """Who is invoiced, with the proof of tier 3: the organization's name typed, and a reason."""

    field_order = ("generation", "bill_to", "withhold", "gln", "billing_address", "typed_name", "reason")

    generation = forms.IntegerField(widget=forms.HiddenInput)
    bill_to = forms.ChoiceField(label=_("Invoices go to"))
    withhold = forms.BooleanField(
        label=_("Withhold billing: this organization neither gets nor sees an invoice"), required=False
    )
    gln = forms.CharField(
        label=_("GLN"), required=False, help_text=_("Global Location Number, 13 digits, for example 9006542000004.")
    )
    billing_address = forms.ChoiceField(label=_("Billing address"))

    def __init__(self, *args: Any, choices: BillingChoices, name: str, **kwargs: Any) -> None:
        super().__init__(*args, name=name, **kwargs)
        itself = _("%(name)s itself") % {"name": name}
        self.fields["bill_to"].choices = [(ITSELF, itself), *choices.bill_to]  # type: ignore[attr-defined]
        addresses = [(ITSELF, _("The organization's own address")), *choices.addresses]
        self.fields["billing_address"].choices = addresses  # type: ignore[attr-defined]

    def terms(self) -> Terms:
        """What was chosen, of a valid form."""
        chosen = self.cleaned_data
        return Terms(
            bill_to="" if chosen["bill_to"] == ITSELF else chosen["bill_to"],
            withhold=chosen["withhold"],
            gln=chosen["gln"],
            billing_address="" if chosen["billing_address"] == ITSELF else chosen["billing_address"],
        )

    def words(self, name: str, value: object) -> str:
        """How a person reads the value of a field."""
        field = self.fields[name]
        if isinstance(field, forms.ChoiceField):
            return str(dict(field.choices).get(value or ITSELF, value))  # type: ignore[arg-type]
        if isinstance(field, forms.BooleanField):
            return str(_("yes") if value else _("no"))
        return str(value or "–")


def start_of(choices: BillingChoices) -> dict[str, object]:
    """What the form about the arrangement shows first: the present terms."""
    terms = asdict(choices.terms)
    either = {name: terms[name] or ITSELF for name in ("bill_to", "billing_address")}
    return terms | either | {"generation": choices.generation}


class AddressForm(forms.Form):
    """One billing address. A new one has a mode, which never changes afterwards; an old one a generation."""

    recipient = forms.CharField(label=_("Recipient"), help_text=_("As it shall stand on the invoice."))
    display_name = forms.CharField(label=_("Display name"), required=False)
    address_line1 = forms.CharField(label=_("Address line 1"))
    address_line2 = forms.CharField(label=_("Address line 2"), required=False)
    zip = forms.CharField(label=_("Postcode"))
    town = forms.CharField(label=_("Town"))
    country_code = forms.ChoiceField(label=_("Country"))
    vat_id = forms.CharField(label=_("VAT number"), required=False)
    mode = forms.ChoiceField(label=_("Mode"), widget=forms.RadioSelect)
    generation = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, modes: list[Mode] | None = None, country: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["country_code"].choices = countries_with(country)  # type: ignore[attr-defined]
        del self.fields["mode" if modes is None else "generation"]
        if modes is not None:
            self.fields["mode"].choices = [(mode, mode.label) for mode in modes]  # type: ignore[attr-defined]
            self.fields["mode"].initial = modes[0] if len(modes) == 1 else None

    def address(self) -> Address:
        """What was typed, of a valid form."""
        return Address(**{name: self.cleaned_data[name] for name in Address.__dataclass_fields__})
