"""Austria's VAT rates: what a field of RKSV means depends on day and place."""

from __future__ import annotations

from datetime import date

import pytest

from fiscal.models.rollup import UNKNOWN_RATE
from fiscal.statistics.rates import field_of, rate_of

BEFORE, AFTER = date(2026, 6, 30), date(2026, 7, 1)


@pytest.mark.parametrize(
    ("day", "region", "rate"),
    [
        (BEFORE, "JUNGHOLZ", 1900),
        (BEFORE, "MITTELBERG", 1900),
        (BEFORE, "", UNKNOWN_RATE),
        (AFTER, "", 490),
        (AFTER, "JUNGHOLZ", UNKNOWN_RATE),
        (date(2020, 6, 30), "", UNKNOWN_RATE),
        (date(2020, 7, 1), "", 500),
        (date(2020, 12, 31), "", 500),
        (date(2021, 1, 1), "", UNKNOWN_RATE),
    ],
)
def test_besonders_means_19_or_4_9_percent_depending_on_date_and_region(day, region, rate):
    """Trap 6. Where both may be charged, the field alone does not tell."""
    assert rate_of("Besonders", day, region) == rate


@pytest.mark.parametrize(
    ("field", "rate"), [("Normal", 2000), ("Ermaessigt-1", 1000), ("Ermaessigt-2", 1300), ("Null", 0)]
)
def test_the_other_fields_mean_one_rate(field, rate):
    assert rate_of(field, AFTER) == rate
    assert field_of(rate, AFTER) == field


@pytest.mark.parametrize(
    ("rate", "day", "field"),
    [(1900, BEFORE, "Besonders"), (490, AFTER, "Besonders"), (490, BEFORE, ""), (500, AFTER, ""), (777, AFTER, "")],
)
def test_a_rate_tells_its_field_on_days_on_which_it_may_be_charged(rate, day, field):
    assert field_of(rate, day) == field


def test_an_unknown_field_means_no_rate():
    assert rate_of("Luxus", AFTER) == UNKNOWN_RATE
