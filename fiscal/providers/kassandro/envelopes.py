"""What may be around Kassandro's rows (contract "Kassandro", heading 2: envelope, count)."""

from __future__ import annotations

import re
from typing import Any

from fiscal.providers.errors import Garbled
from fiscal.providers.http import Answer

LISTS = ("items", "data", "receipts")
COUNTS = ("count", "total")
COUNT = re.compile(r"[0-9]{1,12}")


def rows_of(answer: Answer) -> list[Any]:
    """The rows of a list: the body itself, or under exactly one of the known names. Raises Garbled for anything else."""
    body = answer.body
    if isinstance(body, list):
        return body
    found = [body[name] for name in LISTS if isinstance(body.get(name), list)] if isinstance(body, dict) else []
    if len(found) != 1:
        raise garbled(answer, "a list is neither bare nor under one of items, data, receipts")
    rows: list[Any] = found[0]
    return rows


def count_of(answer: Answer) -> int:
    """A count: a whole number alone, or under `count` or `total`. Raises Garbled for anything else."""
    body = answer.body
    found = [body[name] for name in COUNTS if name in body] if isinstance(body, dict) else [body]
    if len(found) != 1 or not isinstance(found[0], str) or not COUNT.fullmatch(found[0]):
        raise garbled(answer, "a count is no whole number")
    return int(found[0])


def object_of(answer: Answer, *, mutating: bool = False) -> dict[str, Any]:
    """One object. Raises Garbled (of unknown outcome if `mutating`) for anything else."""
    if not isinstance(answer.body, dict):
        raise garbled(answer, "it is no object", mutating=mutating)
    return answer.body


def garbled(answer: Answer, complaint: str, *, mutating: bool = False) -> Garbled:
    """The error for an answer that parses but does not say what it should."""
    return answer.garbled(f"Kassandro's answer is not what Kontor knows: {complaint}.", mutating=mutating)
