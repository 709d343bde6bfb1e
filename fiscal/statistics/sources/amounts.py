"""Numbers of a provider's JSON, exactly: their text becomes whole cents, thousandths or hundredths, never a float.

A page has thousands of numbers and few different ones, so each text is worked out once.
"""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal

_NUMBER = re.compile(r"[+-]?[0-9]{1,15}(?:\.[0-9]{1,12})?")
_SIGNED_COMMA = re.compile(r"[+-]?[0-9]{1,15}(?:,[0-9]{1,12})?")
_LARGEST = 10**15
_MOST_KEPT = 200_000


class BadNumber(ValueError):
    """It is no number, or one that is finer than it may be."""


class Scaled(dict[str, int]):
    """`scaled[text]`: the number in `text` times 10 to the power of `places`, a whole number.

    `rounded`: finer digits are rounded half up, else they raise BadNumber, as does everything that is no number.
    """

    def __init__(self, places: int, *, rounded: bool = False) -> None:
        super().__init__()
        self._unit, self._whole = Decimal(10) ** places, 10**places
        self._rounded = rounded

    def __missing__(self, text: object) -> int:
        if type(text) is int and -_LARGEST < text < _LARGEST:
            return text * self._whole  # not remembered: True is 1, and no amount
        if isinstance(text, int | Decimal) and not isinstance(text, bool):
            return self[str(text)]  # from a reader of JSON that has made numbers of it
        if not isinstance(text, str) or not _NUMBER.fullmatch(text):
            raise BadNumber(f"{type(text).__name__} {str(text)[:40]!r} is no number")
        value = Decimal(text) * self._unit
        whole = int(value.to_integral_value(ROUND_HALF_UP))
        if whole != value and not self._rounded:
            raise BadNumber(f"{text} is finer than a cent")
        if len(self) >= _MOST_KEPT:
            self.clear()
        self[text] = whole
        return whole


CENTS = Scaled(2)
"""What was paid: whole cents, or it is not an amount."""
PARTS = Scaled(2, rounded=True)
"""Cents of a part that may be worked out finer: a net amount, a tax, a line."""
THOUSANDTHS = Scaled(3, rounded=True)
"""Quantities."""
HUNDREDTHS = Scaled(2)
"""Rates of VAT, in hundredths of a percent."""


def signed_comma(text: object) -> int:
    """Cents of an Italian invoice's amount, "+1,23". Raises BadNumber."""
    if not isinstance(text, str) or not _SIGNED_COMMA.fullmatch(text):
        raise BadNumber(f"{str(text)[:40]!r} is no amount of an invoice")
    return CENTS[text.replace(",", ".")]
