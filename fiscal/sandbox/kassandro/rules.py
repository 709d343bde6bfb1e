"""What nobody has documented of Kassandro's interface. Each can be switched, and the sandbox's page names it."""

from __future__ import annotations

import json
import re
import sqlite3
from dataclasses import dataclass

from fiscal.sandbox.kassandro import records

CHOICES = {
    "envelope": ("bare", "items", "data", "receipts"),
    "count_shape": ("count", "int", "total"),
    "date_to": ("inclusive", "exclusive"),
    "times": ("offset", "naive", "utc"),
    "amounts": ("number", "string"),
    "sort": ("oldest", "newest", "register"),
    "over_limit": ("refuse", "cap"),
    "offset": ("honoured", "ignored"),
    "errors": ("json", "text", "html", "empty"),
    "lapsed": ("hidden", "inactive"),
    "twice": ("first", "conflict"),
    "method_types": ("given", "empty"),
}
_HEADER = re.compile(r"[A-Za-z0-9\-]{1,60}")


@dataclass(frozen=True)
class KassandroRules:
    """The switches.

    envelope:      a list as it is, or inside an object under this name (`receipts` only for receipts)
    count_shape:   {"count": n}, n alone, or {"total": n}
    date_to:       whether a receipt at exactly `dateTo` belongs to the window
    times:         local time with offset, local time without one, or UTC with Z
    amounts:       money as JSON numbers or as strings, always with two digits
    sort:          oldest first, newest first, or register by register
    highest_limit: the highest `limit`
    over_limit:    what becomes of a higher one: 400, or the highest is taken in silence
    offset:        whether `offset` is honoured
    overfull:      so many rows more than `limit` are answered, if there are any
    count_off:     so much is added to every count
    token_header:  the header that carries the token
    token_life:    seconds a token lives
    errors:        the body of an error
    lapsed:        a register without licence: not listed at all, or listed as not active
    twice:         a number that several registers of an account have used: the first register's, or 409
    method_types:  whether payment methods say what they are
    """

    envelope: str = "bare"
    count_shape: str = "count"
    date_to: str = "inclusive"
    times: str = "offset"
    amounts: str = "number"
    sort: str = "oldest"
    highest_limit: int = 1000
    over_limit: str = "refuse"
    offset: str = "honoured"
    overfull: int = 0
    count_off: int = 0
    token_header: str = "kassandra-token"  # noqa: S105  # nosec B105 - a header's name
    token_life: int = 86_400
    errors: str = "json"
    lapsed: str = "hidden"
    twice: str = "first"
    method_types: str = "given"


_LEAST = {"highest_limit": 1, "overfull": 0, "count_off": -1_000_000, "token_life": 1}


def checked(name: str, value: object) -> int | str:
    """`value` for the rule `name`; ValueError for an unknown rule or a value that it cannot have."""
    text = str(value).strip()
    if name in CHOICES:
        if text not in CHOICES[name]:
            raise ValueError(f"{name} is one of {', '.join(CHOICES[name])}.")
        return text
    if name == "token_header":
        if not _HEADER.fullmatch(text):
            raise ValueError("A header's name has letters, digits and hyphens.")
        return text
    if name not in _LEAST:
        raise ValueError(f"There is no rule {name!r}.")
    if not re.fullmatch(r"-?[0-9]{1,9}", text) or int(text) < _LEAST[name]:
        raise ValueError(f"{name} is a whole number of at least {_LEAST[name]}.")
    return int(text)


def read(db: sqlite3.Connection) -> KassandroRules:
    """The switches kept in the store, over their defaults."""
    kept = records.meta(db, "rules")
    return KassandroRules(**json.loads(kept)) if kept else KassandroRules()


def write(db: sqlite3.Connection, name: str, value: int | str) -> None:
    """Keep one switch."""
    kept = json.loads(records.meta(db, "rules") or "{}")
    records.set_meta(db, "rules", json.dumps({**kept, name: value}))
