"""Numbers become whole cents, thousandths and hundredths without ever being a float."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fiscal.statistics.sources.amounts import CENTS, HUNDREDTHS, PARTS, THOUSANDTHS, BadNumber, Scaled, signed_comma


@pytest.mark.parametrize(
    ("text", "cents"),
    [
        ("12.50", 1250),
        ("-0.01", -1),
        ("3", 300),
        ("0", 0),
        ("+1.1", 110),
        ("0.100", 10),
        (7, 700),
        (Decimal("1.23"), 123),
    ],
)
def test_an_amount_is_whole_cents(text, cents):
    assert CENTS[text] == cents


@pytest.mark.parametrize("text", ["", "1,23", "1.200,34", "1.005", "NaN", "1e3", " 1", "0x1", None, True, 1.5, [], {}])
def test_what_is_no_amount_is_refused(text):
    with pytest.raises((BadNumber, TypeError)):
        CENTS[text]


@pytest.mark.parametrize(("text", "cents"), [("2.45901639", 246), ("0.005", 1), ("-0.005", -1), ("0.0049999", 0)])
def test_a_part_that_is_finer_than_a_cent_is_rounded_half_up(text, cents):
    assert PARTS[text] == cents


def test_quantities_and_rates_have_their_own_units():
    assert (THOUSANDTHS["0.125"], THOUSANDTHS["2"], HUNDREDTHS["4.9"], HUNDREDTHS["20"]) == (125, 2000, 490, 2000)


@given(st.integers(-(10**14), 10**14))
def test_cents_survive_being_written_and_read(cents):
    assert CENTS[f"{'-' if cents < 0 else ''}{abs(cents) // 100}.{abs(cents) % 100:02d}"] == cents


def test_what_is_remembered_stays_bounded(monkeypatch):
    monkeypatch.setattr("fiscal.statistics.sources.amounts._MOST_KEPT", 10)
    scaled = Scaled(2)
    assert [scaled[str(number)] for number in range(50)] == [number * 100 for number in range(50)]
    assert len(scaled) <= 10


@pytest.mark.parametrize(("text", "cents"), [("+1,23", 123), ("-1234,50", -123450), ("7", 700)])
def test_amounts_of_invoices_are_signed_with_a_comma(text, cents):
    """Trap 20: a comma parses where the contract has one."""
    assert signed_comma(text) == cents


@pytest.mark.parametrize("text", ["1.23", "1.234,50", "", None, 1])
def test_other_amounts_of_invoices_are_refused(text):
    with pytest.raises(BadNumber):
        signed_comma(text)
