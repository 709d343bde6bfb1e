"""A file as rows of values, whatever kind of file it was, and how much of that we read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from django.utils.translation import gettext as _

from fiscal.statistics.files.faults import FileRefused

MOST_ROWS = 100_000
MOST_COLUMNS = 200
MOST_CELLS = 2_000_000
LONGEST_CELL = 1_000
FORMULA = ("=", "+", "-", "@", "\t", "\r")


class Formula(NamedTuple):
    """A cell that a workbook would compute. It is never computed, and its last value never taken for one."""

    text: str

    def __str__(self) -> str:
        return self.text


Cell = str | int | float | date | datetime | Formula
"""An empty cell is ''."""


class Row(NamedTuple):
    """`number` counts as a spreadsheet does, from 1."""

    number: int
    cells: tuple[Cell, ...]

    @property
    def empty(self) -> bool:
        return not any(cell != "" for cell in self.cells)


@dataclass(frozen=True)
class Sheet:
    """All rows of a file, empty ones too, and how its amounts are written."""

    rows: list[Row]
    mark: str


def plain(text: str) -> str:
    """A text as it was before it was made safe for spreadsheets: without the apostrophe that files get on their way out."""
    text = text.strip()
    return text[1:] if text.startswith("'") and text[1:].startswith(FORMULA) else text


class Size:
    """Counts what was read of a file, and ends the reading of one that is larger than any real one."""

    def __init__(self, most_cells: int = MOST_CELLS) -> None:
        self.rows = self.cells = 0
        self._most_cells = most_cells

    def add(self, columns: int, longest: int) -> None:
        """One more row. Raises FileRefused for more than we read."""
        self.rows += 1
        self.cells += columns
        if self.rows > MOST_ROWS:
            raise FileRefused(_("This file has more than %(most)d rows. Choose a shorter span.") % {"most": MOST_ROWS})
        if columns > MOST_COLUMNS:
            told = {"row": self.rows, "most": MOST_COLUMNS}
            raise FileRefused(_("Row %(row)d has more than %(most)d columns.") % told)
        if self.cells > self._most_cells:
            told = {"most": self._most_cells}
            raise FileRefused(_("This file has more than %(most)d cells. Choose a shorter span.") % told)
        if longest > LONGEST_CELL:
            told = {"row": self.rows, "most": LONGEST_CELL}
            raise FileRefused(_("Row %(row)d has a cell of more than %(most)d characters.") % told)
