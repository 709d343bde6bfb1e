"""JSON read without a float ever being made of a number, in three ways. All raise ValueError for what is not JSON."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import msgspec

_rows = msgspec.json.Decoder(float_hook=str)


def decimals(content: bytes) -> Any:
    """Numbers with a point are Decimal, whole ones int."""
    return json.loads(content.decode("utf-8-sig"), parse_float=Decimal, parse_constant=_no_constant)


def texts(content: bytes) -> Any:
    """All numbers are the text that was sent."""
    text = content.decode("utf-8-sig")
    return json.loads(text, parse_float=str, parse_int=str, parse_constant=_no_constant)


def rows(content: bytes) -> Any:
    """Numbers with a point are the text that was sent, whole ones int: in half of the time, for pages of receipts.

    What the fast reader does not take (a byte order mark, half of a surrogate pair), the other decides upon.
    """
    try:
        return _rows.decode(content)
    except (ValueError, RecursionError):
        return texts(content)


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")
