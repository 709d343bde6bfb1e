"""The countries that a form offers, by the three-letter code that fiskaly wants."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

COUNTRIES: tuple[tuple[str, str | Promise], ...] = (
    ("AUT", _("Austria")),
    ("BEL", _("Belgium")),
    ("BGR", _("Bulgaria")),
    ("HRV", _("Croatia")),
    ("CYP", _("Cyprus")),
    ("CZE", _("Czechia")),
    ("DNK", _("Denmark")),
    ("EST", _("Estonia")),
    ("FIN", _("Finland")),
    ("FRA", _("France")),
    ("DEU", _("Germany")),
    ("GRC", _("Greece")),
    ("HUN", _("Hungary")),
    ("IRL", _("Ireland")),
    ("ITA", _("Italy")),
    ("LVA", _("Latvia")),
    ("LIE", _("Liechtenstein")),
    ("LTU", _("Lithuania")),
    ("LUX", _("Luxembourg")),
    ("MLT", _("Malta")),
    ("NLD", _("Netherlands")),
    ("NOR", _("Norway")),
    ("POL", _("Poland")),
    ("PRT", _("Portugal")),
    ("ROU", _("Romania")),
    ("SVK", _("Slovakia")),
    ("SVN", _("Slovenia")),
    ("ESP", _("Spain")),
    ("SWE", _("Sweden")),
    ("CHE", _("Switzerland")),
    ("GBR", _("United Kingdom")),
)


def countries_with(code: str) -> list[tuple[str, str | Promise]]:
    """The choices, with `code` among them: what is stored already stays choosable."""
    known = dict(COUNTRIES)
    more = [(code, code)] if code and code not in known else []
    return [("", _("Choose a country")), *COUNTRIES, *more]
