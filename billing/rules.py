"""Rules of billing that need no database."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _
from stdnum import ean
from stdnum.exceptions import ValidationError as BadNumber

from organizations.rules import COUNTRY, MAXIMA, RulesBroken


@dataclass(frozen=True)
class Terms:
    """What a person chose: the bill-to organization by public id ('' for itself), withholding, GLN, address."""

    bill_to: str = ""
    withhold: bool = False
    gln: str = ""
    billing_address: str = ""


@dataclass(frozen=True)
class Address:
    """The facts of a billing address that fiskaly stores."""

    recipient: str
    address_line1: str
    zip: str
    town: str
    country_code: str
    display_name: str = ""
    address_line2: str = ""
    vat_id: str = ""


def check_terms(terms: Terms) -> None:
    """Raise RulesBroken if withholding lacks a bill-to organization, or the GLN is none."""
    errors: dict[str, str] = {}
    if terms.withhold and not terms.bill_to:
        errors["withhold"] = _(
            "Choose who is invoiced instead: fiskaly withholds billing only with a bill-to organization."
        )
    if terms.gln:
        try:
            if len(terms.gln) != 13:
                raise BadNumber
            ean.validate(terms.gln)
        except BadNumber:
            errors["gln"] = _("A GLN has 13 digits, the last one a check digit: this one does not add up.")
    if errors:
        raise RulesBroken(errors)


def check_address(address: Address) -> None:
    """Raise RulesBroken with every missing or overlong field at once (contract: required fields are assumed)."""
    errors: dict[str, str] = {}
    for name in ("recipient", "address_line1", "zip", "town"):
        if not getattr(address, name).strip():
            errors[name] = _("Fill this in: a billing address needs it.")
    if not COUNTRY.match(address.country_code):
        errors["country_code"] = _("Choose a country.")
    for name, most in {**MAXIMA, "recipient": 100}.items():
        if len(getattr(address, name, "")) > most:
            errors[name] = _("Shorten this to %(most)d characters.") % {"most": most}
    if errors:
        raise RulesBroken(errors)
