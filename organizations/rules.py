"""Rules about organizations and keys that need no database: pure functions from what was typed to what is wrong with it.

They follow the contract of fiskaly Management v0 (fields of organizations and API keys) and the guide "fiskaly
Dashboard & Management API". Structure that spans rows is held by constraints and by `services`.
"""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass, field
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator, validate_email
from django.utils.translation import gettext as _
from stdnum.eu import vat
from stdnum.exceptions import ValidationError as BadNumber

KEY_NAME = re.compile(r"[a-z0-9-]{3,30}\Z")
COUNTRY = re.compile(r"[A-Z]{3}\Z")
METADATA_PAIRS, METADATA_KEY, METADATA_VALUE = 20, 40, 500
OUR_MARKS = 2
"""Of the 20 pairs that fiskaly keeps, two are ours: which row made the object, and which try."""

VAT_PREFIXES = {"AUT": "AT", "DEU": "DE", "ESP": "ES", "FRA": "FR", "ITA": "IT"}


class RulesBroken(Exception):
    """What was asked breaks rules. `errors` maps a field's name ('' for the whole) to words that say what to do."""

    def __init__(self, errors: dict[str, str]) -> None:
        super().__init__("; ".join(f"{name}: {words}" for name, words in errors.items()))
        self.errors = errors


@dataclass(frozen=True)
class Details:
    """The facts of an organization that fiskaly stores (contract: "Organizations", table of fields)."""

    name: str
    address_line1: str
    zip: str
    town: str
    country_code: str
    display_name: str = ""
    address_line2: str = ""
    state: str = ""
    vat_id: str = ""
    tax_number: str = ""
    economy_id: str = ""
    contact_person_id: UUID | None = None
    metadata: dict[str, str] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """The fields by name, ids as UUIDs."""
        return asdict(self)


MAXIMA = {
    "name": 100,
    "display_name": 100,
    "address_line1": 200,
    "address_line2": 200,
    "zip": 20,
    "town": 100,
    "state": 100,
    "vat_id": 30,
    "tax_number": 40,
    "economy_id": 40,
}
"""fiskaly documents no maximum lengths; these are ours, wide enough for every register of companies."""


def check_details(details: Details) -> None:
    """Raise RulesBroken with every fault of `details` at once, so that nobody fixes them one by one."""
    errors: dict[str, str] = {}
    if len(details.name.strip()) < 3:
        errors["name"] = _("Write at least 3 characters: fiskaly refuses shorter names.")
    for name in ("address_line1", "zip", "town"):
        if not getattr(details, name).strip():
            errors[name] = _("Fill this in: fiskaly needs it for every organization.")
    if not COUNTRY.match(details.country_code):
        errors["country_code"] = _("Choose a country: fiskaly needs its three-letter code, for example AUT.")
    for name, most in MAXIMA.items():
        if len(getattr(details, name)) > most:
            errors[name] = _("Shorten this to %(most)d characters.") % {"most": most}
    if details.vat_id and (words := _vat_fault(details.vat_id, details.country_code)):
        errors.setdefault("vat_id", words)
    if words := metadata_fault(details.metadata):
        errors["metadata"] = words
    if errors:
        raise RulesBroken(errors)


def check_storable(values: dict[str, Any]) -> None:
    """Raise RulesBroken if facts that somebody else wrote, at the provider, do not fit where ours are kept.

    Only what the tables demand: what the provider accepts is not judged a second time.
    """
    errors: dict[str, str] = {}
    if len(values.get("name") or "") < 3 or not COUNTRY.match(values.get("country_code") or ""):
        errors[""] = _(
            "fiskaly holds a name of less than 3 characters or no three-letter country: correct it there first."
        )
    for name, most in MAXIMA.items():
        if len(values.get(name) or "") > most:
            errors[name] = _("fiskaly holds more than %(most)d characters here: shorten it there first.") % {
                "most": most
            }
    try:
        UUID(str(values.get("contact_person_id") or UUID(int=0)))
    except ValueError:
        errors["contact_person_id"] = _("fiskaly holds a contact person that is no id: correct it there first.")
    if errors:
        raise RulesBroken(errors)


def _vat_fault(vat_id: str, country_code: str) -> str:
    """Words if the check digit of `vat_id` is wrong; '' if it is right or of a country we have no rule for."""
    compact = re.sub(r"[\s.-]", "", vat_id).upper()
    prefix = VAT_PREFIXES.get(country_code)
    if prefix is None:
        return ""
    if not compact.startswith(prefix):
        return _("Start the VAT number with %(prefix)s, or change the country.") % {"prefix": prefix}
    try:
        vat.validate(compact)
    except BadNumber:
        return _("%(number)s is not a VAT number: a digit is missing or mistyped.") % {"number": vat_id}
    return ""


def metadata_fault(metadata: dict[str, str]) -> str:
    """Words if `metadata` is more than fiskaly keeps (20 pairs of 40 and 500 characters, two of them ours), else ''."""
    if len(metadata) > METADATA_PAIRS - OUR_MARKS:
        return _("Keep at most %(most)d pairs: fiskaly stores 20, and Kontor needs two.") % {
            "most": METADATA_PAIRS - OUR_MARKS
        }
    for key, value in metadata.items():
        if not key or len(key) > METADATA_KEY:
            return _("Shorten the key “%(key)s” to 1 to 40 characters.") % {"key": key[:60]}
        if len(value) > METADATA_VALUE:
            return _("Shorten the value of “%(key)s” to 500 characters.") % {"key": key}
        if key.startswith("kontor_"):
            return _("Rename “%(key)s”: names starting with kontor_ are how Kontor finds its objects again.") % {
                "key": key
            }
    return ""


PERSON_NAME = 100
"""fiskaly documents no maximum length of a person's names; this is ours."""


def check_dashboard_user(*, email: str, first_name: str, last_name: str) -> None:
    """Raise RulesBroken unless this can be invited to fiskaly's dashboard (contract: "Users, billing addresses")."""
    errors: dict[str, str] = {}
    try:
        validate_email(email)
        MaxLengthValidator(254)(email)
    except ValidationError:
        errors["email"] = _("Write a whole e-mail address, for example anna@example.at: fiskaly writes to it.")
    for name, value in (("first_name", first_name), ("last_name", last_name)):
        if len(value) > PERSON_NAME:
            errors[name] = _("Shorten this to %(most)d characters.") % {"most": PERSON_NAME}
    if errors:
        raise RulesBroken(errors)


def check_key_name(name: str) -> None:
    """Raise RulesBroken unless `name` is 3 to 30 lower-case letters, digits and hyphens (contract: "API keys")."""
    if not KEY_NAME.match(name):
        raise RulesBroken(
            {
                "name": _(
                    "Use 3 to 30 lower-case letters, digits or hyphens, for example till-3: fiskaly takes no others."
                )
            }
        )


def mail_domain(email: str) -> str:
    """What stands behind the last @ of a mail address, lower case."""
    return email.rpartition("@")[2].strip().lower()
