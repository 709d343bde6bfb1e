"""Whatever is done to a good chain is found: a bit turned, a receipt taken out, put in, or put elsewhere.

Two things no verification can see: the last receipts left out, and a change to a last one that is not signed.
"""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fiscal.statistics.rksv.issuer import OTHER_UNIT, Register, good_register
from tests.fiscal.statistics.rksv.verifying import defects_in_dep as defects

GOOD = good_register().receipts
ELSEWHERE = good_register(register_id="DEMO-2").receipts
LAST = len(GOOD) - 1

steps = st.lists(
    st.tuples(st.sampled_from(["sale", "storno", "training", "zero", "down"]), st.integers(-10_000_000, 10_000_000)),
    max_size=12,
)


def issued(plan) -> list[str]:
    """A chain that follows the rules, whatever the plan says. It ends signed: what is unsigned and last has no guard."""
    register = Register()
    register.start()
    failed = False
    for kind, cents in [*plan, ("zero", 0)]:
        if failed and kind != "down":
            register.issue()
            failed = False
        failed = kind == "down"
        mark = {"storno": "STO", "training": "TRA"}.get(kind, "")
        register.issue(0 if kind == "zero" else cents, mark=mark, down=failed)
    return register.receipts


@given(plan=steps)
@settings(max_examples=40, deadline=None)
def test_a_chain_that_follows_the_rules_has_no_defect(plan):
    assert defects(issued(plan)) == []


@given(plan=steps, data=st.data())
@settings(max_examples=150, deadline=None)
def test_any_single_bit_that_is_turned_is_found(plan, data):
    receipts = issued(plan)
    place = data.draw(st.integers(0, len(receipts) - 1))
    letters = bytearray(receipts[place].encode())
    letters[data.draw(st.integers(0, len(letters) - 1))] ^= 1 << data.draw(st.integers(0, 6))
    receipts[place] = letters.decode()
    assert defects(receipts)


def test_every_bit_of_a_signed_and_of_an_unsigned_receipt_counts():
    """All letters of two receipts, one bit each; the last bit of a Base64 letter is where decoders look away."""
    for place in (1, 6, LAST):
        for letter in range(len(GOOD[place])):
            letters = bytearray(GOOD[place].encode())
            letters[letter] ^= 1
            changed = [*GOOD[:place], letters.decode(), *GOOD[place + 1 :]]
            assert defects(changed), (place, letter)


@given(place=st.integers(0, LAST - 1))
def test_a_receipt_taken_out_is_found(place):
    assert defects(GOOD[:place] + GOOD[place + 1 :])


@given(one=st.integers(0, LAST), other=st.integers(0, LAST))
@settings(deadline=None)
def test_two_receipts_that_change_places_are_found(one, other):
    receipts = list(GOOD)
    receipts[one], receipts[other] = receipts[other], receipts[one]
    assert bool(defects(receipts)) == (one != other)


@given(place=st.integers(0, LAST + 1), data=st.data())
@settings(deadline=None)
def test_a_receipt_put_in_is_found(place, data):
    stranger = data.draw(st.sampled_from([*GOOD, *ELSEWHERE]))
    assert defects([*GOOD[:place], stranger, *GOOD[place:]])


@given(st.lists(st.text(st.characters(codec=None), max_size=40) | st.sampled_from(GOOD), max_size=6))
@settings(deadline=None)
def test_no_text_whatever_stops_the_verification(texts):
    assert bool(defects(texts)) == (texts != GOOD[: len(texts)])


def test_a_receipt_made_anew_with_another_key_is_found_where_it_is():
    register = Register(unit=OTHER_UNIT)
    register.start()
    register.receipts = GOOD[:3]
    forged = register.issue(1, number="R-4", serial="20f2ed17")
    assert defects([*GOOD[:3], forged, *GOOD[4:]])[0][1] == "R-4"
