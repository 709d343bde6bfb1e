"""Values of DataCash that nobody has documented. Each can be switched, and the sandbox's page names it."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass

from fiscal.sandbox.datacash import records

CHOICES = {
    "envelope": ("array", "results"),
    "sign": ("absolute", "negative"),
    "idtrx_type": ("text", "number"),
    "rare_kinds": ("off", "on"),
    "error_style": ("errori", "errore", "message", "html"),
    "info": ("full", "bare"),
    "literal_newlines": ("refuse", "accept"),
    "statistics_layout": ("blocks", "long"),
    "excel_dates": ("cells", "text"),
    "csv_encoding": ("utf-8-sig", "utf-8", "windows-1252"),
    "csv_delimiter": (";", ","),
    "csv_decimal": (",", "."),
    "csv_thousands": ("", "."),
}
_NUMBERS = {"error_status": 200, "lapsed_status": 401, "duplicates": 0, "window_days": 1, "months": 1, "locks_after": 0}


@dataclass(frozen=True)
class DataCashRules:
    """The switches.

    envelope:          /findDocuments/ answers an array, or {"results": [...]}
    sign:              amounts of A and R in lists: absolute, or negative
    idtrx_type:        idtrx as text or as a number
    rare_kinds:        on: some A and R are written AX and RX
    error_style:       how a refusal is worded: errori[], errore{}, message, or an HTML page
    error_status:      HTTP status of a refusal (200 or 4xx)
    lapsed_status:     HTTP status while the licence has lapsed (401 or 403)
    info:              /infoUser/ with all fields, or with `esito` alone
    duplicates:        every n-th row of a list comes twice; 0: none
    window_days:       most days of one /findDocuments/
    months:            most months on the cloud pages
    locks_after:       refused credentials in a row that lock the taxpayer's account; 0: never
    literal_newlines:  credentials whose line breaks are a backslash and an n
    statistics_layout: "Esporta statistiche" as four blocks or as one long table
    excel_dates:       times in the counter's Excel file: date cells, or text
    csv_*:             how the cloud's CSV files are written
    """

    envelope: str = "array"
    sign: str = "absolute"
    idtrx_type: str = "text"
    rare_kinds: str = "off"
    error_style: str = "errori"
    error_status: int = 200
    lapsed_status: int = 403
    info: str = "full"
    duplicates: int = 0
    window_days: int = 31
    months: int = 3
    locks_after: int = 5
    literal_newlines: str = "refuse"
    statistics_layout: str = "blocks"
    excel_dates: str = "cells"
    csv_encoding: str = "utf-8-sig"
    csv_delimiter: str = ";"
    csv_decimal: str = ","
    csv_thousands: str = ""


def checked(name: str, value: object) -> int | str:
    """`value` for the rule `name`; ValueError for an unknown rule or a value that it cannot have."""
    if name in CHOICES:
        if value not in CHOICES[name]:
            raise ValueError(f"{name} is one of {', '.join(map(repr, CHOICES[name]))}.")
        return str(value)
    if name not in _NUMBERS:
        raise ValueError(f"There is no rule {name!r}.")
    if not str(value).isdigit() or int(str(value)) < _NUMBERS[name]:
        raise ValueError(f"{name} is a whole number of at least {_NUMBERS[name]}.")
    return int(str(value))


def read(db: sqlite3.Connection) -> DataCashRules:
    """The switches kept in the store, over their defaults."""
    kept = records.meta(db, "rules")
    return DataCashRules(**json.loads(kept)) if kept else DataCashRules()


def write(db: sqlite3.Connection, name: str, value: int | str) -> None:
    """Keep one switch."""
    kept = json.loads(records.meta(db, "rules") or "{}")
    records.set_meta(db, "rules", json.dumps({**kept, name: value}))
