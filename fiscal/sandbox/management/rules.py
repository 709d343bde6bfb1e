"""Values of Management v0 that nobody has documented. Each can be switched, and the sandbox's page names it."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass

from fiscal.sandbox.management import records

CHOICES = {
    "count_means": ("total", "page"),
    "edits_by": ("creator", "organization", "anyone"),
    "live_delete": ("refuse", "allow"),
    "unknown_keys": ("refuse", "ignore"),
}


@dataclass(frozen=True)
class ManagementRules:
    """The switches.

    access_life:   seconds an access token lives
    refresh_extra: seconds the refresh token lives longer than the access token
    default_limit: items in a list without `limit`
    invitation_hours: hours in which an invited person must register
    count_means:   `count` of a list: all that match, or those on the page
    edits_by:      who may edit company data: the creator alone, any key of its organization, anyone who sees it
    live_delete:   DELETE of an organization that has LIVE
    unknown_keys:  keys in a body that the contract does not know
    """

    access_life: int = 86_400
    refresh_extra: int = 86_400
    default_limit: int = 100
    invitation_hours: int = 48
    count_means: str = "total"
    edits_by: str = "creator"
    live_delete: str = "refuse"
    unknown_keys: str = "refuse"


def checked(name: str, value: object) -> int | str:
    """`value` for the rule `name`; ValueError for an unknown rule or a value that it cannot have."""
    if name in CHOICES:
        if value not in CHOICES[name]:
            raise ValueError(f"{name} is one of {', '.join(CHOICES[name])}.")
        return str(value)
    if name not in ManagementRules.__dataclass_fields__:
        raise ValueError(f"There is no rule {name!r}.")
    if not str(value).isdigit() or int(str(value)) < 1:
        raise ValueError(f"{name} is a whole number of at least 1.")
    return int(str(value))


def read(db: sqlite3.Connection) -> ManagementRules:
    """The switches kept in the store, over their defaults."""
    kept = records.meta(db, "rules")
    return ManagementRules(**json.loads(kept)) if kept else ManagementRules()


def write(db: sqlite3.Connection, name: str, value: int | str) -> None:
    """Keep one switch."""
    kept = json.loads(records.meta(db, "rules") or "{}")
    records.set_meta(db, "rules", json.dumps({**kept, name: value}))
