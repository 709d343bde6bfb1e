"""Reads cells row by row and collects all that is wrong with them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import TypeVar

from django.utils.translation import gettext as _

from fiscal.statistics.files import amounts, dates
from fiscal.statistics.files.amounts import BadCell
from fiscal.statistics.files.faults import Problems
from fiscal.statistics.files.fields import Field
from fiscal.statistics.files.headers import Columns, Table
from fiscal.statistics.files.sheet import Cell, Formula, Row

T = TypeVar("T")


@dataclass(frozen=True)
class Stated:
    """What a person said of a file, and what is known of its device. Days are its local days."""

    first_day: date
    last_day: date
    today: date
    currency: str
    country_code: str
    vat_number: str = ""
    earliest: date | None = None
    """The first day on which the device stood anywhere."""


@dataclass
class Reading:
    """One file being read. `mark`: its decimal mark."""

    stated: Stated
    mark: str
    problems: Problems = field(default_factory=Problems)

    def rows(self, table: Table, columns: Columns) -> Iterator[Line]:
        """The rows of a table that have any cell."""
        fields = [columns.get(name, "") for name in table.names]
        for row in table.rows:
            if row.empty:
                continue
            if len(row.cells) > len(table.names):
                self.problems.add(row.number, "", _("This row has more cells than there are headers."))
                continue
            yield Line(self, row, table.names, fields)


class Line:
    """One row. Whatever is asked of it and cannot be read is noted, and comes back as None."""

    def __init__(self, reading: Reading, row: Row, names: list[str], fields: list[str]) -> None:
        self.reading, self.number, self._row = reading, row.number, row
        self._names, self._fields = names, fields
        self._faults = reading.problems.total

    @property
    def sound(self) -> bool:
        """Whether nothing of this row was noted as wrong so far."""
        return self.reading.problems.total == self._faults

    def wrong(self, column: Field | str, words: str) -> None:
        """Note something wrong in this row, at the column that means a field, or that has this name."""
        place = self._place(column) if isinstance(column, Field) else None
        name = self._names[place] if place is not None else str(column)
        self.reading.problems.add(self.number, name, words)

    def has(self, meaning: Field) -> bool:
        """Whether some column means this."""
        return meaning.value in self._fields

    def text(self, meaning: Field) -> str:
        """The cell as text, '' if there is none."""
        return self._read(meaning, lambda cell: str(cell).strip()) or ""

    def day(self, meaning: Field = Field.DAY) -> date | None:
        """A day of the span that was stated."""
        found = self._read(meaning, dates.day)
        if found is None:
            if self.sound:
                self.wrong(meaning, _("The day is missing."))
            return None
        if fault := self._fault_of(found):
            self.wrong(meaning, fault)
            return None
        return found

    def _fault_of(self, day: date) -> str:
        stated = self.reading.stated
        if day > stated.today:
            return _("%(day)s is still to come.") % {"day": day}
        if not stated.first_day <= day <= stated.last_day:
            told = {"day": day, "first": stated.first_day, "last": stated.last_day}
            return _("%(day)s is not within %(first)s to %(last)s, the span that you stated.") % told
        if stated.earliest and day < stated.earliest:
            told = {"day": day, "first": stated.earliest}
            return (
                _(
                    "%(day)s is before the first day of this device, %(first)s. Say on its page where it stood before, or leave "
                    "the day out."
                )
                % told
            )
        return ""

    def cents(self, meaning: Field, *, needed: bool = False) -> int | None:
        """An amount; None for an empty cell, which is noted if it is needed."""
        return self._number(meaning, amounts.cents, needed=needed)

    def count(self, meaning: Field, *, needed: bool = False) -> int | None:
        """A number of documents."""
        return self._number(meaning, amounts.count, needed=needed)

    def thousandths(self, meaning: Field, *, needed: bool = False) -> int | None:
        """A quantity."""
        return self._number(meaning, amounts.thousandths, needed=needed)

    def many(self, meaning: Field) -> list[tuple[str, int]]:
        """(name of the column, cents) of every column that means this and has an amount here."""
        found = []
        for name, field_, cell in zip(self._names, self._fields, self._padded(), strict=True):
            if field_ == meaning and cell != "":
                value = self._guarded(name, cell, lambda each: amounts.cents(each, self.reading.mark))
                if value is not None:
                    found.append((name, value))
        return found

    def _number(self, meaning: Field, read: Callable[[object, str], int], *, needed: bool) -> int | None:
        faults = self.reading.problems.total
        found = self._read(meaning, lambda cell: read(cell, self.reading.mark))
        if found is None and needed and self.reading.problems.total == faults:
            self.wrong(meaning, _("The number is missing."))
        return found

    def _read(self, meaning: Field, read: Callable[[object], T]) -> T | None:
        place = self._place(meaning)
        if place is None or place >= len(self._row.cells) or self._row.cells[place] == "":
            return None
        return self._guarded(self._names[place], self._row.cells[place], read)

    def _guarded(self, name: str, cell: Cell, read: Callable[[object], T]) -> T | None:
        if isinstance(cell, Formula):
            words = _("This cell is a formula, and only values are read: copy it and paste it as a value.")
            self.reading.problems.add(self.number, name, words)
            return None
        try:
            return read(cell)
        except BadCell as bad:
            self.reading.problems.add(self.number, name, str(bad))
            return None

    def _place(self, meaning: Field) -> int | None:
        return self._fields.index(meaning.value) if meaning.value in self._fields else None

    def _padded(self) -> list[Cell]:
        return [*self._row.cells, *[""] * (len(self._names) - len(self._row.cells))]


def money(cents: int) -> str:
    """Cents for people, within words: 1234.50."""
    sign, rest = ("-" if cents < 0 else ""), abs(cents)
    return f"{sign}{rest // 100}.{rest % 100:02d}"
