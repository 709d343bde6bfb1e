"""Numbers as people and spreadsheets write them, made whole: cents, pieces, thousandths. Never a float.

Trap 20 of the contract "Statistics": amounts with comma and with point both parse; `1.200,34` is fine in a CSV.
"""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal

from django.utils.translation import gettext as _

GRAMMAR = {
    ",": re.compile(r"([-+]?)([0-9]{1,13}|[0-9]{1,3}(?:\.[0-9]{3}){1,4})(?:,([0-9]{1,6}))?\Z"),
    ".": re.compile(r"([-+]?)([0-9]{1,13}|[0-9]{1,3}(?:,[0-9]{3}){1,4})(?:\.([0-9]{1,6}))?\Z"),
}
_SPACES = re.compile(r"[\s\u00a0\u202f€]+")
LARGEST = 10**15
MOST_COUNTED = 2**31 - 1
_NOISE = Decimal("0.000001")


class BadCell(ValueError):
    """A cell does not hold what its column should. Its text is for people."""


def scaled(cell: object, places: int, mark: str) -> int:
    """The number in a cell times 10 to the power of `places`. Raises BadCell if it is none, or finer than that."""
    value = _decimal(cell, mark) * 10**places
    if abs(value) > LARGEST:
        raise BadCell(_("This number is too large."))
    whole = value.to_integral_value(ROUND_HALF_UP)
    # A spreadsheet holds binary fractions: 0.1 + 0.2 is not quite 0.3.
    if abs(whole - value) > (_NOISE if isinstance(cell, float) else 0):
        raise BadCell(_("%(text)s has more than %(places)d decimals.") % {"text": _shown(cell), "places": places})
    return int(whole)


def cents(cell: object, mark: str) -> int:
    """An amount of money."""
    return scaled(cell, 2, mark)


def thousandths(cell: object, mark: str) -> int:
    """A quantity."""
    return scaled(cell, 3, mark)


def count(cell: object, mark: str) -> int:
    """How many: a whole number, zero or more."""
    try:
        found = scaled(cell, 0, mark)
    except BadCell:
        raise BadCell(_("%(text)s is not a whole number.") % {"text": _shown(cell)}) from None
    if not 0 <= found <= MOST_COUNTED:
        raise BadCell(_("%(text)s is not a number of documents.") % {"text": _shown(cell)})
    return found


def _decimal(cell: object, mark: str) -> Decimal:
    if isinstance(cell, bool) or not isinstance(cell, str | int | float):
        raise BadCell(_("%(text)s is not a number.") % {"text": _shown(cell)})
    if isinstance(cell, int | float):
        value = Decimal(repr(cell))
        if not value.is_finite():
            raise BadCell(_("This is not a number."))
        return value
    found = GRAMMAR[mark].match(_SPACES.sub("", cell).replace("\u2212", "-"))
    if found is None:
        raise BadCell(
            _("%(text)s is not an amount as the others in this file are written: %(sample)s.")
            % {"text": _shown(cell), "sample": "1.234,50" if mark == "," else "1,234.50"}
        )
    sign, whole, fraction = found.groups()
    return Decimal(f"{sign}{whole.replace('.', '').replace(',', '')}.{fraction or '0'}")


def _shown(cell: object) -> str:
    return f"“{str(cell)[:40]}”"
