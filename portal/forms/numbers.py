"""Where a person finds the numbers that the facts form asks for, by country."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Words = str | Promise

WHERE: dict[str, list[tuple[Words, Words]]] = {
    "DEU": [
        (_("Tax number (Steuernummer)"), _("On the tax assessment and in ELSTER; 10 to 13 digits by federal state.")),
        (_("VAT number (USt-IdNr.)"), _("DE and 9 digits, from the Federal Central Tax Office; on invoices.")),
        (_("Economy id (W-IdNr.)"), _("DE, 9 digits, hyphen and 5 digits; in the letter of the same office.")),
    ],
    "AUT": [
        (_("VAT number (UID)"), _("ATU and 8 digits; in FinanzOnline and on invoices.")),
        (_("Tax number (Steuernummer)"), _("9 digits, written 12 345/6789; on every letter of the tax office.")),
    ],
    "ITA": [
        (_("VAT number (partita IVA)"), _("IT and 11 digits; on the certificate of the Agenzia delle Entrate.")),
        (_("Tax number (codice fiscale)"), _("11 digits for companies, 16 characters for sole traders.")),
    ],
    "FRA": [
        (_("VAT number"), _("FR, 2 characters and the 9 digits of the SIREN; on invoices.")),
        (_("Tax number"), _("SIREN or SIRET; in the extract of the register (Kbis).")),
    ],
    "ESP": [
        (_("VAT number"), _("ES and the NIF; in the census register of the Agencia Tributaria.")),
        (_("Tax number (NIF)"), _("One letter and 8 characters; on the NIF card and on invoices.")),
    ],
}
ELSEWHERE: list[tuple[Words, Words]] = [
    (_("VAT number"), _("On invoices, with the letters of the country; Kontor has no check for it here.")),
    (_("Tax number"), _("On letters of the tax office.")),
]


def where_to_find(country_code: str) -> list[tuple[Words, Words]]:
    """Pairs of number and place for a country; general ones where we know nothing better, none without a country."""
    return WHERE.get(country_code, ELSEWHERE) if country_code else []
