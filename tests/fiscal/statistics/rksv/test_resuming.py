"""A nightly job verifies new receipts only, and finds what one long run would find."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fiscal.statistics.rksv.findings import FindingCode
from fiscal.statistics.rksv.rules.numbers import Numbers
from fiscal.statistics.rksv.state import VerifierState
from tests.fiscal.statistics.rksv.issuer import AES_KEY_TEXT, Register, good_register
from tests.fiscal.statistics.rksv.verifying import findings, verifier


def troubled() -> list[str]:
    """A chain with something for every rule to remember."""
    register = good_register()
    register.sale(down=True)
    register.sale()
    register.sale()
    register.sale(number="R-3", at="2026-05-03T08:00:00")
    register.sale(counted=1)
    register.sale(width=6, suite="R1-AT0")
    register.issue(amount_0="1.000,00")
    register.sale(register_id="DEMO-2")
    register.sale(previous="AAAAAAAAAAA=")
    register.sale(down=True)
    return register.receipts


TROUBLED = troubled()
IN_ONE_RUN = findings(TROUBLED)


@given(stops=st.lists(st.integers(0, len(TROUBLED)), max_size=4).map(sorted))
@settings(deadline=None)
def test_a_run_in_pieces_finds_what_one_run_finds(stops):
    found, state = [], None
    for start, stop in zip([0, *stops], [*stops, len(TROUBLED)], strict=True):
        asked = verifier(state=state)
        found += [one for compact in TROUBLED[start:stop] for one in asked.feed(compact)]
        state = VerifierState.from_json(json.loads(json.dumps(asked.state.as_json())))
    assert found + asked.finish() == IN_ONE_RUN
    assert len({one.code for one in IN_ONE_RUN}) >= 9


def test_a_state_holds_no_key_and_stays_small():
    register = Register()
    for _ in range(300):
        register.issue()
    asked = verifier()
    for compact in register.receipts:
        asked.feed(compact)
    written = json.dumps(asked.state.as_json())
    assert AES_KEY_TEXT not in written
    assert len(written) < 1200


def test_a_state_cannot_be_changed_behind_the_verification():
    asked = verifier()
    before = asked.state
    asked.feed(Register().start())
    assert before.numbers == {}
    assert asked.state.numbers == {"R-": [1, 1]}


def test_a_state_of_another_version_is_refused():
    with pytest.raises(ValueError, match="another version"):
        VerifierState.from_json({**VerifierState().as_json(), "version": 0})


def test_a_chain_that_began_later_stays_one_that_began_later():
    receipts = good_register().receipts
    first = verifier(from_start=False)
    for compact in receipts[3:6]:
        first.feed(compact)
    second = verifier(state=VerifierState.from_json(first.state.as_json()))
    assert not any(second.feed(compact) for compact in receipts[6:9])
    assert FindingCode.START_NOT_CHECKED in {one.code for one in second.finish()}


def test_an_empty_column_is_a_register_not_verified_yet():
    assert VerifierState.from_json({}) == VerifierState()


names = st.one_of(
    st.integers(0, 40).map(str),
    st.integers(0, 40).map(lambda n: f"A-{n:03d}"),
    st.text("01a-", max_size=4),
)


@given(st.lists(names, max_size=60))
def test_numbers_remember_as_a_set_does(numbers):
    known, seen = Numbers(), set()
    for number in numbers:
        known = Numbers(json.loads(json.dumps(known.as_json())))
        assert known.add(number) == (number not in seen)
        seen.add(number)
    for bounds in known.as_json().values():
        assert bounds == sorted(bounds)


def test_running_numbers_take_two_integers():
    known = Numbers()
    assert all(known.add(f"K1-{n}") for n in range(1, 5001))
    assert known.as_json() == {"K1-": [1, 5000]}
    assert not known.add("K1-2500")
