"""Invented companies: the n-th one is always the same."""

from __future__ import annotations

from dataclasses import dataclass

from stdnum import luhn
from stdnum.at import uid
from stdnum.de import vat as german_vat
from stdnum.iso7064 import mod_11_10
from stdnum.it import iva

TRADES = ("Gasthaus", "Bäckerei", "Café", "Hofladen", "Trafik", "Weinbar", "Fleischerei", "Buchhandlung", "Trattoria")
NAMES = (
    "Alpenblick",
    "Brandl",
    "Da Enzo",
    "Lindner",
    "Sonnenhof",
    "Zum Anker",
    "Rosengarten",
    "Steinbach",
    "Bella Vista",
    "Huber",
    "Kirchplatz",
    "Marktstand",
    "Goldener Hirsch",
)
Place = tuple[str, str, str, str]
"""Country, postcode, town and province."""
PLACES: tuple[Place, ...] = (
    ("AUT", "1010", "Wien", "Wien"),
    ("AUT", "8010", "Graz", "Steiermark"),
    ("AUT", "5020", "Salzburg", "Salzburg"),
    ("DEU", "20457", "Hamburg", ""),
    ("DEU", "80331", "München", "Bayern"),
    ("ITA", "39100", "Bolzano", "BZ"),
    ("ITA", "34121", "Trieste", "TS"),
)
STREETS = ("Hauptstraße", "Hafenstraße", "Kirchengasse", "Bahnhofplatz", "Lange Gasse", "Am Markt")


@dataclass(frozen=True)
class Company:
    """The facts of an invented company, in the fields of an organization."""

    name: str
    address_line1: str
    zip: str
    town: str
    state: str
    country_code: str
    vat_id: str


def company(n: int, *, name: str = "", place: Place | None = None) -> Company:
    """The n-th invented company; `name` and `place` where it has its own."""
    country, code, town, province = place or PLACES[n % len(PLACES)]
    trade = TRADES[n % len(TRADES)]
    own = NAMES[(n // len(TRADES) + n) % len(NAMES)]
    number = f" {n // (len(TRADES) * len(NAMES)) + 1}" if n >= len(TRADES) * len(NAMES) else ""
    return Company(
        name=name or f"{trade} {own}{number}",
        address_line1=f"{STREETS[n % len(STREETS)]} {n % 140 + 1}",
        zip=code,
        town=town,
        state=province,
        country_code=country,
        vat_id=_vat_id(country, n),
    )


def _vat_id(country: str, n: int) -> str:
    """A number whose check digit is right and which belongs, as far as anybody knows, to nobody."""
    if country == "AUT":
        number = f"U{6900000 + n:07d}"
        return f"AT{number}{uid.calc_check_digit(number)}"
    if country == "DEU":
        digits = f"{99000000 + n:08d}"[-8:]
        return f"DE{german_vat.compact(digits + mod_11_10.calc_check_digit(digits))}"
    digits = f"{9900000 + n:07d}"[-7:] + "099"
    return f"IT{iva.compact(digits + luhn.calc_check_digit(digits))}"
