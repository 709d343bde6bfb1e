"""The countries that a form offers, by the three-letter code that fiskaly wants."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from organizations.countries import COMMON, NAMES


def countries_with(code: str) -> list[tuple[str, Any]]:
    """The choices, those with a fiskaly product first; `code` is among them: what is stored stays choosable."""
    often = [(known, NAMES[known]) for known in COMMON]
    others = [(known, name) for known, name in NAMES.items() if known not in COMMON]
    more = [(code, code)] if code and code not in NAMES else []
    return [("", _("Choose a country")), (_("Often used"), often), (_("All others"), [*others, *more])]
