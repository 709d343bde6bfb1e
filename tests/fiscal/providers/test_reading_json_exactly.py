"""JSON is read in three ways, and none of them makes a float of a number or takes what is no JSON."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fiscal.providers import exact_json
from fiscal.statistics.sources.amounts import CENTS

GOOD = [
    (b'{"total": 0.10, "number": 7}', {"total": "0.10", "number": 7}),
    (b" [1.50, -0.0, 1E400, 99999999999999999999999] ", ["1.50", "-0.0", "1E400", 99999999999999999999999]),
    ('{"name": "Gro\u00dfb\u00e4ckerei \\u00e9 \U0001f600"}'.encode(), {"name": "Großbäckerei é 😀"}),
    (b'{"a": 1, "a": 2}', {"a": 2}),
    (b"null", None),
]
ODD = [b'\xef\xbb\xbf{"total": 0.10, "number": 7}', b'["\\ud800", 7]']
BAD = [
    b"",
    b"   ",
    b'{"a": ',
    b"[1] x",
    b"[1,]",
    b"01",
    b"1.",
    b'{"a": NaN}',
    b"-Infinity",
    b'"\x01"',
    b'"\xff"',
    b"<html>",
    b'"\\x"',
]


@pytest.mark.parametrize(("content", "body"), GOOD)
def test_rows_have_whole_numbers_and_the_text_of_all_others(content, body):
    assert exact_json.rows(content) == body


@pytest.mark.parametrize("content", ODD)
def test_what_the_fast_reader_does_not_take_is_read_by_the_other(content):
    assert exact_json.rows(content) == exact_json.texts(content)


@pytest.mark.parametrize("content", BAD)
@pytest.mark.parametrize("read", [exact_json.rows, exact_json.texts, exact_json.decimals])
def test_what_is_no_json_is_refused_by_all(read, content):
    with pytest.raises(ValueError, match=r"."):
        read(content)


def test_the_ways_differ_in_numbers_alone():
    content = b'{"total": 0.10, "number": 7}'
    assert exact_json.decimals(content) == {"total": Decimal("0.10"), "number": 7}
    assert exact_json.texts(content) == {"total": "0.10", "number": "7"}


@given(st.integers(-(10**12), 10**12), st.sampled_from(["{}", "{}.5", "{}.50", "-{}.07"]))
def test_both_ways_give_the_same_cents(number, written):
    content = f'{{"total": {written.format(abs(number))}}}'.encode()
    amounts: list[Any] = [CENTS[read(content)["total"]] for read in (exact_json.rows, exact_json.texts)]
    assert amounts[0] == amounts[1]
