"""Reads and writes many rows of `Receipt` in one statement: COPY on PostgreSQL, INSERT of many rows on SQLite."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime
from hashlib import blake2b
from typing import Any, NamedTuple

import msgspec
from django.db import connection

from fiscal.choices import ReceiptKind
from fiscal.models import Receipt
from fiscal.statistics.dialect import on_postgresql, read_day
from fiscal.statistics.shapes import SourceReceipt, fit

Place = tuple[date, str]
"""A day and a key: with the register, what tells receipts apart."""

SEPARATOR = b"\x1f"
VALUES = (
    "day, key, number, issued_at, kind, total, uncollected, currency, payments, taxes, items, jws, unit_failed, "
    "related_key, suspect, digest"
).split(", ")
_ISSUED_AT = VALUES.index("issued_at")
_COLUMNS = ["organization_id", "register_id", *VALUES, "first_seen_at", "history"]
_NAMED = ", ".join(_COLUMNS)
_INSERT = f"INSERT INTO fiscal_receipt ({_NAMED}) VALUES "
_VALUES = f"({', '.join(['%s'] * len(_COLUMNS))})"
_json = msgspec.json.Encoder().encode
_MOST_ROWS = 250
"""Rows of one statement on SQLite, which takes 32,766 parameters. One at a time, each would wait for the other thread."""
_UPDATE = f"""UPDATE fiscal_receipt SET {", ".join(f"{name} = %s" for name in VALUES)},
    changed_at = %s, removed_at = NULL, history = %s WHERE id = %s AND day = %s"""


def known(register_id: int, places: Sequence[Place]) -> dict[Place, tuple[int, str, bool]]:
    """Those of these receipts that we hold: id, digest, and whether it was removed."""
    if not places:
        return {}
    chosen = "SELECT r.day, r.key, r.id, r.digest, r.removed_at IS NOT NULL FROM"
    if on_postgresql():
        # As JSON, because psycopg takes longer to write an array than PostgreSQL to read all of this.
        days, keys = [day for day, _ in places], [key for _, key in places]
        sql = f"""{chosen} ROWS FROM (json_array_elements_text(%s), json_array_elements_text(%s)) AS p(day, key)
            JOIN fiscal_receipt r
            ON r.register_id = %s AND r.day = p.day::date AND r.key = p.key AND r.day BETWEEN %s AND %s"""
        written = json.dumps([day.isoformat() for day in days]), json.dumps(keys)
        parameters: list[Any] = [*written, register_id, min(days), max(days)]
    else:
        # CROSS JOIN keeps the order: each place is looked up in the unique index.
        sql = f"""{chosen} json_each(%s) AS p CROSS JOIN fiscal_receipt r ON r.register_id = %s
            AND r.day = json_extract(p.value, '$[0]') AND r.key = json_extract(p.value, '$[1]')"""
        parameters = [json.dumps([[day.isoformat(), key] for day, key in places]), register_id]
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return {(read_day(day), key): (pk, digest, bool(gone)) for day, key, pk, digest, gone in cursor.fetchall()}


class Row(NamedTuple):
    """A receipt as it is written. `line`: the values of VALUES but the last, each as UTF-8, with SEPARATOR between."""

    receipt: SourceReceipt
    suspect: str
    line: bytes
    digest: str


def row_of(receipt: SourceReceipt, suspect: str) -> Row:
    """A receipt ready to be compared and written. Written by hand, because it is most of our own work on a page.

    Both databases read whole numbers and truth values from text.
    """
    key, number, day, issued_at, kind, total, currency, uncollected, payments, taxes, items, jws, failed, related = (
        receipt
    )
    moment = issued_at if issued_at.tzinfo is UTC else issued_at.astimezone(UTC)
    # Joined, a kind is its text: looking up its value takes longer than to write all three lists.
    head = "\x1f".join((day.isoformat(), key, number, moment.isoformat(" "), kind))
    head = f"{head}\x1f{total}\x1f{uncollected}\x1f{currency}"
    tail = f"{jws}\x1f{'1' if failed else '0'}\x1f{related}\x1f{suspect}"
    try:
        line = SEPARATOR.join((head.encode(), _json(payments), _json(taxes), _json(items), tail.encode()))
    except UnicodeEncodeError:
        return row_of(_fit(receipt), suspect)
    if line.count(SEPARATOR) != len(VALUES) - 2 or b"\x00" in line or b"\\u0000" in line:
        return row_of(_fit(receipt), suspect)
    return Row(receipt, suspect, line, blake2b(line, digest_size=16).hexdigest())


def _fit(receipt: SourceReceipt) -> SourceReceipt:
    """The receipt without what no column of ours takes, and without our own separator."""

    def fitted(value: Any) -> Any:
        if isinstance(value, str) and not isinstance(value, ReceiptKind):
            return fit(value).replace("\x1f", "").replace("\\u0000", "")
        return tuple(map(fitted, value)) if isinstance(value, tuple) else value

    return SourceReceipt(*map(fitted, receipt))


def insert(register_id: int, rows: Sequence[tuple[int, Row]], *, now: datetime) -> None:
    """Insert new receipts, each with the id of its organization."""
    if not rows:
        return
    with connection.cursor() as cursor:
        if on_postgresql():
            with cursor.copy(f"COPY fiscal_receipt ({_NAMED}) FROM STDIN") as copy:
                copy.write(b"".join(_copy_lines(register_id, rows, now)))
            return
        for start in range(0, len(rows), _MOST_ROWS):
            some = rows[start : start + _MOST_ROWS]
            cursor.execute(_INSERT + ", ".join([_VALUES] * len(some)), _parameters(register_id, some, now))


def _parameters(register_id: int, rows: Iterable[tuple[int, Row]], now: datetime) -> list[Any]:
    """The values of many rows, one after the other, as SQLite takes them."""
    moment, parameters = _moment(now), list[Any]()
    for organization, row in rows:
        parameters += (organization, register_id, *_fields(row), row.digest, moment, "[]")
    return parameters


def _copy_lines(register_id: int, rows: Iterable[tuple[int, Row]], now: datetime) -> Iterator[bytes]:
    """COPY's text format. No value is NULL."""
    for organization, row in rows:
        line = row.line
        if b"\\" in line or b"\t" in line or b"\n" in line or b"\r" in line:
            line = line.replace(b"\\", b"\\\\").replace(b"\t", b"\\t").replace(b"\n", b"\\n").replace(b"\r", b"\\r")
        yield b"%d\t%d\t%b\t" % (organization, register_id, line.replace(SEPARATOR, b"\t"))
        yield f"{row.digest}\t{now}\t[]\n".encode()


def update(rows: Sequence[tuple[int, Row]], *, now: datetime) -> None:
    """Give receipts, each with its id, other values, and keep what they were."""
    if not rows:
        return
    days = {row.receipt.day for _, row in rows}
    kept = Receipt.objects.filter(pk__in=[pk for pk, _ in rows], day__range=(min(days), max(days)))
    earlier = {pk: was for pk, *was in kept.values_list("pk", "kind", "total", "day", "history")}
    moment = _moment(now)
    lines = []
    for pk, row in rows:
        kind, total, day, history = earlier[pk]
        was = json.dumps([*history, [now.isoformat(), kind, total, day.isoformat()]])
        lines.append((*_fields(row), row.digest, moment, was, pk, day.isoformat()))
    with connection.cursor() as cursor:
        cursor.executemany(_UPDATE, lines)


def _fields(row: Row) -> list[str]:
    """Its values as both databases take them as parameters."""
    fields = row.line.decode().split("\x1f")
    if not on_postgresql():
        fields[_ISSUED_AT] = fields[_ISSUED_AT].removesuffix("+00:00")
    return fields


def _moment(moment: datetime) -> str:
    """A moment as both databases read it: SQLite's text as Django writes it, with PostgreSQL's offset there."""
    text = str(moment.astimezone(UTC))
    return text if on_postgresql() else text.removesuffix("+00:00")
