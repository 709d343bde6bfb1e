"""The part of a file that can count although other rows of it cannot: whole days, none of whose rows has a fault."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import date

from fiscal.choices import FileLayout
from fiscal.statistics.files import dates
from fiscal.statistics.files.amounts import BadCell
from fiscal.statistics.files.checking import Opened
from fiscal.statistics.files.fields import Field
from fiscal.statistics.files.headers import Columns, Table
from fiscal.statistics.files.sheet import Formula, Row


def rejected_rows(opened: Opened, columns: Columns, faulty: Collection[int]) -> set[int] | None:
    """The rows to be left out: those with a fault, and all others of their days. None if that cannot be told.

    It cannot where the file itself is wrong, where rows are sums over several days or documents of a count, and where a
    day has several rows, but nobody can say which day a faulty one is of.
    """
    if 0 in faulty or opened.layout == FileLayout.COUNTER:
        return None
    meanings = [[columns.get(name, "") for name in table.names] for table in opened.tables]
    if any(Field.DAY not in fields for fields in meanings):
        return None
    days = {
        row.number: _day(row, fields.index(Field.DAY))
        for table, fields in zip(opened.tables, meanings, strict=True)
        for row in table.rows
    }
    hurt = {days.get(number) for number in faulty}
    if None in hurt and any(Field.SECTION in fields for fields in meanings):
        return None
    return {number for number, day in days.items() if number in faulty or (day is not None and day in hurt)}


def without(opened: Opened, rejected: Collection[int]) -> Opened:
    """The file as if these rows were not in it."""
    return replace(opened, tables=[replace(table, rows=_others(table, rejected)) for table in opened.tables])


def sound_rows(opened: Opened, rejected: Collection[int]) -> set[int]:
    """The numbers of the rows that count although those are rejected."""
    return {row.number for table in opened.tables for row in table.rows} - set(rejected)


def _others(table: Table, rejected: Collection[int]) -> list[Row]:
    return [row for row in table.rows if row.number not in rejected]


def _day(row: Row, place: int) -> date | None:
    cell = row.cells[place] if place < len(row.cells) else ""
    if isinstance(cell, Formula):
        return None
    try:
        return dates.day(cell)
    except BadCell:
        return None
