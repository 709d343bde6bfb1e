"""The door: what a file's columns are, and all that it says or gets wrong."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from fiscal.choices import FileLayout
from fiscal.statistics.files.content import Content
from fiscal.statistics.files.counter import read_counter
from fiscal.statistics.files.daily import read_daily
from fiscal.statistics.files.faults import FileRefused, Problems
from fiscal.statistics.files.headers import Columns, Table, known_columns, names_of, samples_of, tables_of
from fiscal.statistics.files.opening import open_sheet
from fiscal.statistics.files.reading import Reading, Stated
from fiscal.statistics.files.sheet import Row
from fiscal.statistics.files.statistics import read_statistics


@dataclass(frozen=True)
class Opened:
    """A file that could be opened: its columns, which of them are known, and samples of the values in them."""

    layout: FileLayout
    names: list[str]
    known: dict[str, str]
    tables: list[Table]
    rows: list[Row]
    mark: str

    @property
    def unknown(self) -> list[str]:
        """Columns of which a person has to say what they mean."""
        return [name for name in self.names if name not in self.known]

    @property
    def filled(self) -> int:
        """How many rows there are below the headers."""
        return sum(not row.empty for table in self.tables for row in table.rows)

    def samples(self) -> dict[str, list[str]]:
        """A few values of each column."""
        return samples_of(self.tables)


@dataclass(frozen=True)
class Checked:
    """A file that was read from its first to its last row. `content` is to be trusted only without problems."""

    content: Content
    problems: Problems


def open_file(content: bytes, layout: FileLayout) -> Opened:
    """Open a file and recognise its columns. Raises FileRefused."""
    sheet = open_sheet(content)
    tables = tables_of(sheet, layout)
    names = names_of(tables)
    opened = Opened(layout, names, known_columns(names, layout), tables, sheet.rows, sheet.mark)
    if not opened.filled:
        raise FileRefused(_("This file has headers, but no rows below them."))
    return opened


def check(opened: Opened, columns: Columns, stated: Stated) -> Checked:
    """Read the whole file. `columns`: what every column means; faults of a mapping are told by `headers.faults_of`."""
    reading, content = Reading(stated, opened.mark), Content()
    if opened.layout == FileLayout.STATISTICS:
        read_statistics(reading, opened.tables, columns, content)
    else:
        read = read_daily if opened.layout == FileLayout.DAILY_TOTALS else read_counter
        read(reading, opened.tables[0], columns, content)
    if not reading.problems and not (content.days or content.documents or content.unfilled or content.span):
        reading.problems.add(0, "", _("The file says nothing about the days that you stated."))
    content.days.sort(key=lambda day: day.day)
    return Checked(content, reading.problems)
