"""Tables written as CSV, line by line, or as a spreadsheet with typed cells."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import IO, Any

import xlsxwriter
from django.utils import timezone

from fiscal.queries.cells import safe
from fiscal.queries.statistics.tables import Cell, Table

MARK = "\ufeff"
"""By it Excel knows UTF-8."""
LINES = 200
"""Lines given at once: single lines would cost more in sending than in making."""
SHEET_ROWS = 1_000_000


@dataclass(frozen=True)
class Dialect:
    """How a CSV file is written. The decimal sign goes with the separator: `;` and comma, or `,` and point."""

    separator: str = ";"
    decimal: str = ","
    mark: bool = True


SEMICOLON = Dialect()
COMMA = Dialect(separator=",", decimal=".")


class _Echo:
    """Gives back what the csv writer writes."""

    def write(self, value: str) -> str:
        return value


def csv_lines(table: Table, dialect: Dialect) -> Iterator[str]:
    """The file in pieces: the header at once, then LINES rows at a time."""
    write = csv.writer(_Echo(), delimiter=dialect.separator).writerow
    yield (MARK if dialect.mark else "") + write([column.name for column in table.columns])
    makers = [(n, make) for n, column in enumerate(table.columns) if (make := _text_of(column.cell, dialect.decimal))]
    rows = table.rows()
    while part := list(islice(rows, LINES)):
        yield "".join([write(_written(row, makers)) for row in part])


Maker = Callable[[Any], str]


def _written(row: Iterable[Any], makers: list[tuple[int, Maker]]) -> list[Any]:
    """The cells of a row as they are written. The csv module leaves None empty, and writes days and counts itself."""
    cells = list(row)
    for n, make in makers:
        if (cell := cells[n]) is not None:
            cells[n] = make(cell)
    return cells


def write_xlsx(table: Table, target: IO[bytes] | str) -> None:
    """The table as a workbook: numbers are numbers, dates are dates, and no text can become a formula.

    Rows are written through to disk, so memory does not grow with them; further sheets begin where one is full.
    """
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(target, {**options, "default_date_format": "yyyy-mm-dd"}) as book:
        looks = _looks(book)
        rows, number = table.rows(), 0
        while True:
            number += 1
            sheet = book.add_worksheet(table.name.title()[:25] + (f" {number}" if number > 1 else ""))
            if _fill(sheet, table, islice(rows, SHEET_ROWS), looks) < SHEET_ROWS:
                return


def _fill(sheet: Any, table: Table, rows: Iterator[Any], looks: dict[str, Any]) -> int:
    sheet.freeze_panes(1, 0)
    sheet.set_row(0, None, looks["head"])
    for n, column in enumerate(table.columns):
        sheet.set_column(n, n, WIDTHS.get(column.cell, 14))
        sheet.write_string(0, n, column.name, looks["head"])
    written = 0
    for row in rows:
        written += 1
        for n, (column, cell) in enumerate(zip(table.columns, row, strict=True)):
            if cell is not None:
                _write(sheet, written, n, column.cell, cell, looks)
    return written


WIDTHS = {Cell.TEXT: 24, Cell.WORD: 12, Cell.DAY: 11, Cell.MOMENT: 18, Cell.COUNT: 10}
SCALES = {Cell.MONEY: 100, Cell.QUANTITY: 1000, Cell.RATE: 100}


def _write(sheet: Any, line: int, column: int, kind: Cell, cell: Any, looks: dict[str, Any]) -> None:
    if kind in {Cell.TEXT, Cell.WORD}:
        sheet.write_string(line, column, cell)
    elif kind == Cell.DAY:
        sheet.write_datetime(line, column, cell, looks["day"])
    elif kind == Cell.MOMENT:
        sheet.write_datetime(line, column, timezone.localtime(cell).replace(tzinfo=None), looks["moment"])
    else:
        # A spreadsheet holds binary fractions; a quotient of two integers is the nearest one, and shows as it was.
        sheet.write_number(line, column, cell / SCALES.get(kind, 1), looks.get(kind))


def _looks(book: Any) -> dict[str, Any]:
    formats = {"day": "yyyy-mm-dd", "moment": "yyyy-mm-dd hh:mm", Cell.MONEY: "#,##0.00", Cell.QUANTITY: "#,##0.###"}
    looks = {name: book.add_format({"num_format": form}) for name, form in formats.items()}
    looks[Cell.COUNT] = book.add_format({"num_format": "#,##0"})
    looks[Cell.RATE] = book.add_format({"num_format": "0.00"})
    looks["head"] = book.add_format({"bold": True})
    return looks


def _text_of(kind: Cell, decimal: str) -> Maker | None:
    """How cells of a column are written, if not as they are. Figures stand without thousands signs, dates by ISO 8601."""
    if kind == Cell.TEXT:
        return safe
    if kind == Cell.MOMENT:
        return _moment
    if kind in {Cell.WORD, Cell.DAY, Cell.COUNT}:
        return None
    places = {Cell.MONEY: 2, Cell.QUANTITY: 3, Cell.RATE: 2}[kind]
    return lambda value: _fixed(value, places, decimal)


def _moment(value: datetime) -> str:
    return timezone.localtime(value).isoformat(timespec="seconds")


def _fixed(value: int, places: int, decimal: str) -> str:
    """An integer with its last `places` digits behind the decimal sign: exact, unlike a float."""
    digits = str(abs(value)).zfill(places + 1)
    return f"{'-' if value < 0 else ''}{digits[:-places]}{decimal}{digits[-places:]}"
