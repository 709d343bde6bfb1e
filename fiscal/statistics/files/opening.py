"""Opens a file: CSV or workbook, told apart by what they are and not by their names."""

from __future__ import annotations

from django.utils.translation import gettext as _

from fiscal.statistics.files.csv_file import read_csv
from fiscal.statistics.files.decoding import decode
from fiscal.statistics.files.dialect import decimal_mark, delimiter_of
from fiscal.statistics.files.faults import FileRefused
from fiscal.statistics.files.sheet import Sheet
from fiscal.statistics.files.workbook import read_workbook

MOST_BYTES = 10_000_000
ZIP = b"PK\x03\x04"


def refuse_other_kinds(content: bytes) -> None:
    """What can be said without reading the rows. Raises FileRefused: too large, of another kind or encoding."""
    _text_of(content)


def open_sheet(content: bytes) -> Sheet:
    """All rows of a file. Raises FileRefused: too large, of another kind or encoding, damaged, empty."""
    if (text := _text_of(content)) is None:
        rows, delimiter = read_workbook(content), ";"
    else:
        delimiter = delimiter_of(text)
        rows = read_csv(text, delimiter)
    if all(row.empty for row in rows):
        raise FileRefused(_("This file is empty."))
    return Sheet(rows, decimal_mark((cell for row in rows for cell in row.cells), delimiter))


def _text_of(content: bytes) -> str | None:
    """The text of a file; None of a workbook."""
    if len(content) > MOST_BYTES:
        raise FileRefused(
            _("This file has more than %(most)d MB. Choose a shorter span.") % {"most": MOST_BYTES // 1_000_000}
        )
    return None if content.startswith(ZIP) else decode(content)
