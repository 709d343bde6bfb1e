"""What can be wrong with a file: all of it, or single rows."""

from __future__ import annotations

from typing import NamedTuple

MOST_KEPT = 1_000
"""Problems that are kept and shown; the rest is counted."""


class FileRefused(Exception):
    """The file cannot be read at all. `words` say what it is, why not, and what to do."""

    def __init__(self, words: str) -> None:
        super().__init__(words)
        self.words = words


class Problem(NamedTuple):
    """One thing to correct. `row` counts as a spreadsheet does, from 1; 0: about the file as a whole."""

    row: int
    column: str
    words: str


class Problems:
    """All problems of a file, in the order in which they were found."""

    def __init__(self) -> None:
        self.kept: list[Problem] = []
        self.rows: set[int] = set()
        self.total = 0

    def add(self, row: int, column: str, words: str) -> None:
        """Note one; of very many only the first are kept."""
        self.total += 1
        self.rows.add(row)
        if len(self.kept) < MOST_KEPT:
            self.kept.append(Problem(row, column, words))

    def __bool__(self) -> bool:
        return self.total > 0
