"""“Rows to fix”: the file as it came, with a last column that says what is wrong. That column is ignored when it returns."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from fiscal.statistics.files.faults import Problem
from fiscal.statistics.files.sheet import Cell, Row

ERROR = "kontor_error"


def rows_to_fix(rows: Sequence[Row], problems: Iterable[Problem]) -> Iterator[list[str]]:
    """Every row, the one with the name of the added column first."""
    kept = [row for row in rows if not row.empty or row is not rows[0]]
    first = next(row.number for row in rows if not row.empty)
    words: dict[int, list[str]] = defaultdict(list)
    for problem in problems:
        place = problem.row if problem.row > first else first + 1
        words[place].append(f"{problem.column}: {problem.words}" if problem.column else problem.words)
    width = max(len(row.cells) for row in rows)
    for row in kept:
        told = ERROR if row.number == first else " ".join(words[row.number])
        yield [*map(_written, row.cells), *[""] * (width - len(row.cells)), told]


def without_errors(rows: list[Row]) -> list[Row]:
    """The rows without that column, and without empty cells at their ends."""
    place = next((row.cells.index(ERROR) for row in rows if ERROR in row.cells), None)
    return [Row(row.number, _trimmed(row.cells, place)) for row in rows]


def _trimmed(cells: tuple[Cell, ...], place: int | None) -> tuple[Cell, ...]:
    if place is not None and len(cells) > place:
        cells = (*cells[:place], *cells[place + 1 :])
    end = len(cells)
    while end and cells[end - 1] == "":
        end -= 1
    return cells[:end]


def _written(cell: Cell) -> str:
    """A cell as text that reads back as the same value."""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell)
