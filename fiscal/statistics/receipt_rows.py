"""Reads and writes many rows of `Receipt` in one statement: COPY on PostgreSQL, executemany on SQLite."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime
from json.encoder import encode_basestring as quoted
from typing import Any

from django.db import connection

from fiscal.models import Receipt
from fiscal.statistics.dialect import on_postgresql, read_day
from fiscal.statistics.shapes import SourceReceipt

Place = tuple[date, str]
"""A day and a key: with the register, what tells receipts apart."""

VALUES = (
    "day, key, number, issued_at, kind, total, uncollected, currency, payments, taxes, items, jws, unit_failed, "
    "related_key, suspect, digest"
).split(", ")
_COLUMNS = ["organization_id", "register_id", *VALUES, "first_seen_at", "history"]
_NAMED = ", ".join(_COLUMNS)
_INSERT = f"INSERT INTO fiscal_receipt ({_NAMED}) VALUES ({', '.join(['%s'] * len(_COLUMNS))})"
_UPDATE = f"""UPDATE fiscal_receipt SET {", ".join(f"{name} = %s" for name in VALUES)},
    changed_at = %s, removed_at = NULL, history = %s WHERE id = %s AND day = %s"""

_UNFIT = {0: None, 0x1F: None}


def known(register_id: int, places: Sequence[Place]) -> dict[Place, tuple[int, str, bool]]:
    """Those of these receipts that we hold: id, digest, and whether it was removed."""
    if not places:
        return {}
    chosen = "SELECT r.day, r.key, r.id, r.digest, r.removed_at IS NOT NULL FROM"
    if on_postgresql():
        days, keys = [day for day, _ in places], [key for _, key in places]
        sql = f"""{chosen} unnest(%s::date[], %s::text[]) AS p(day, key) JOIN fiscal_receipt r
            ON r.register_id = %s AND r.day = p.day AND r.key = p.key AND r.day BETWEEN %s AND %s"""
        parameters: list[Any] = [days, keys, register_id, min(days), max(days)]
    else:
        # CROSS JOIN keeps the order: each place is looked up in the unique index.
        sql = f"""{chosen} json_each(%s) AS p CROSS JOIN fiscal_receipt r ON r.register_id = %s
            AND r.day = json_extract(p.value, '$[0]') AND r.key = json_extract(p.value, '$[1]')"""
        parameters = [json.dumps([[day.isoformat(), key] for day, key in places]), register_id]
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return {(read_day(day), key): (pk, digest, bool(gone)) for day, key, pk, digest, gone in cursor.fetchall()}


def insert(register_id: int, rows: Sequence[tuple[int, SourceReceipt, str, str]], *, now: datetime) -> None:
    """Insert new receipts: (organization id, receipt, suspect, digest)."""
    if not rows:
        return
    moment = _moment(now)
    lines = (
        (organization, register_id, *values(receipt, suspect, digest), moment, "[]")
        for organization, receipt, suspect, digest in rows
    )
    with connection.cursor() as cursor:
        if on_postgresql():
            with cursor.copy(f"COPY fiscal_receipt ({_NAMED}) FROM STDIN") as copy:
                copy.write("".join(_copy_lines(lines)))
        else:
            cursor.executemany(_INSERT, list(lines))


def _copy_lines(lines: Iterable[tuple[Any, ...]]) -> Iterator[str]:
    """COPY's text format. No value is NULL. Control characters in a provider's texts are dropped."""
    for line in lines:
        text = "\x1f".join(map(str, line))
        if text.count("\x1f") >= len(line) or "\x00" in text or "\\u0000" in text:
            text = "\x1f".join([str(value).translate(_UNFIT).replace("\\u0000", "") for value in line])
        if "\\" in text or "\t" in text or "\n" in text or "\r" in text:
            text = text.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r")
        yield text.replace("\x1f", "\t") + "\n"


def update(rows: Sequence[tuple[int, SourceReceipt, str, str]], *, now: datetime) -> None:
    """Give receipts other values and keep what they were: (id, receipt, suspect, digest)."""
    if not rows:
        return
    days = {row[1].day for row in rows}
    kept = Receipt.objects.filter(pk__in=[row[0] for row in rows], day__range=(min(days), max(days)))
    earlier = {pk: was for pk, *was in kept.values_list("pk", "kind", "total", "day", "history")}
    moment = _moment(now)
    lines = []
    for pk, receipt, suspect, digest in rows:
        kind, total, day, history = earlier[pk]
        was = json.dumps([*history, [now.isoformat(), kind, total, day.isoformat()]])
        lines.append((*values(receipt, suspect, digest), moment, was, pk, day.isoformat()))
    with connection.cursor() as cursor:
        cursor.executemany(_UPDATE, lines)


def values(receipt: SourceReceipt, suspect: str, digest: str) -> tuple[Any, ...]:
    """What a receipt is, in the order of VALUES, as both databases take it."""
    return (
        receipt.day.isoformat(),
        receipt.key,
        receipt.number,
        _moment(receipt.issued_at),
        receipt.kind.value,
        receipt.total,
        receipt.uncollected,
        receipt.currency,
        _lists(receipt.payments),
        _lists(receipt.taxes),
        _lists(receipt.items),
        receipt.jws,
        receipt.unit_failed,
        receipt.related_key,
        suspect,
        digest,
    )


def _moment(moment: datetime) -> str:
    """A moment as both databases read it: SQLite's text as Django writes it, with PostgreSQL's offset there."""
    text = moment.astimezone(UTC).replace(tzinfo=None).isoformat(" ")
    return f"{text}+00" if on_postgresql() else text


def _lists(rows: Sequence[tuple[Any, ...]]) -> str:
    """[[name, whole number, …], …] as JSON; written by hand, because it is most of the work of a page."""
    return "[" + ",".join([f"[{quoted(name)},{','.join(map(str, numbers))}]" for name, *numbers in rows]) + "]"
