"""Austria's VAT rates by RKSV's five fields, dated: a rate never follows from the field alone (contract "RKSV", 6)."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from fiscal.models.rollup import UNKNOWN_RATE

NORMAL, REDUCED_1, REDUCED_2, ZERO, SPECIAL = "Normal", "Ermaessigt-1", "Ermaessigt-2", "Null", "Besonders"
"""RKSV's names of the fields (Betrag-Satz-…)."""

BORDER = frozenset({"JUNGHOLZ", "MITTELBERG"})


class Dated(NamedTuple):
    """A rate in hundredths of a percent, in a field, on days from `first` to `last` (both included), at some places."""

    field: str
    rate: int
    first: date = date.min
    last: date = date.max
    regions: frozenset[str] | None = None

    def holds(self, day: date, region: str) -> bool:
        """Whether it may be charged on a day; `region` as in `fiscal.models.Register`."""
        return self.first <= day <= self.last and (self.regions is None or region in self.regions)


RATES = (
    Dated(NORMAL, 2000),
    Dated(REDUCED_1, 1000),
    Dated(REDUCED_2, 1300),
    Dated(ZERO, 0),
    Dated(SPECIAL, 1900, regions=BORDER),
    Dated(SPECIAL, 500, first=date(2020, 7, 1), last=date(2020, 12, 31)),
    Dated(SPECIAL, 490, first=date(2026, 7, 1)),
)


def rate_of(field: str, day: date, region: str = "") -> int:
    """The rate that a field means on a day at a place, or UNKNOWN_RATE: none, or more than one."""
    found = {dated.rate for dated in RATES if dated.field == field and dated.holds(day, region)}
    return found.pop() if len(found) == 1 else UNKNOWN_RATE


def field_of(rate: int, day: date) -> str:
    """The field that holds a rate on a day, or "" for a rate that nobody may charge then.

    The place is not asked: somebody who charges 19 % is in Jungholz or Mittelberg, whether we were told or not.
    """
    for dated in RATES:
        if dated.rate == rate and dated.first <= day <= dated.last:
            return dated.field
    return ""
