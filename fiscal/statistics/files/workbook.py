"""Excel workbooks (.xlsx): read row by row, without formulas, links, macros or entities, and within limits.

openpyxl parses with defusedxml where that is installed; `DEFUSED` makes sure of it.
"""

from __future__ import annotations

import io
import struct
import warnings
import zipfile
import zlib
from collections.abc import Iterator
from datetime import date
from typing import Any
from xml.etree.ElementTree import ParseError

from django.utils.translation import gettext as _
from openpyxl import DEFUSEDXML as DEFUSED
from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from fiscal.statistics.files.faults import FileRefused
from fiscal.statistics.files.sheet import MOST_ROWS, Cell, Formula, Row, Size, plain

# Its remarks about styles and extensions of foreign files are for programmers.
warnings.filterwarnings("ignore", category=UserWarning, module="openpyxl")

MOST_UNPACKED = 30_000_000
"""Bytes of all parts together: the archive says how many, and zipfile never unpacks more than it says."""
MOST_BESIDE = 15_000_000
"""Of all parts but the sheets, which are read row by row: texts and styles are held in memory."""
MOST_PARTS = 500
MOST_CELLS = 400_000
"""A workbook takes much longer to read than a CSV file: 16 microseconds a cell, 6 seconds for so many."""
_DAMAGED = (
    zipfile.BadZipFile,
    InvalidFileException,
    ParseError,
    zlib.error,
    struct.error,
    EOFError,
    OSError,
    KeyError,
    IndexError,
    ValueError,
    TypeError,
    AttributeError,
    ArithmeticError,
    RuntimeError,
    AssertionError,
    LookupError,
)
"""What zipfile, the parser of XML and openpyxl raise at files that are none, or were tampered with."""


def read_workbook(content: bytes) -> list[Row]:
    """The rows of the one sheet that has any. Raises FileRefused."""
    if not DEFUSED:
        raise FileRefused(_("Workbooks cannot be read safely here: defusedxml is missing. Upload a CSV file."))
    _check_parts(content)
    try:
        return _read(content)
    except _DAMAGED:
        raise FileRefused(
            _("This workbook is damaged, protected by a password, or not from Excel. Download it once more.")
        ) from None


def _check_parts(content: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = archive.infolist()
    except _DAMAGED:
        raise FileRefused(_("This workbook is damaged. Download it once more.")) from None
    whole = sum(part.file_size for part in parts)
    beside = sum(part.file_size for part in parts if not part.filename.startswith("xl/worksheets/"))
    if len(parts) > MOST_PARTS or whole > MOST_UNPACKED or beside > MOST_BESIDE:
        raise FileRefused(
            _("This workbook unpacks to more than %(most)d MB. Choose a shorter span.")
            % {"most": MOST_UNPACKED // 1_000_000}
        )
    names = {part.filename for part in parts}
    if "xl/workbook.xml" not in names:
        raise FileRefused(_("This is an archive, but not an Excel workbook (.xlsx). Upload the table itself."))
    if any(name.endswith("vbaProject.bin") for name in names):
        raise FileRefused(_("This workbook has macros. Save it as .xlsx, without them."))


def _read(content: bytes) -> list[Row]:
    book = load_workbook(io.BytesIO(content), read_only=True, data_only=False, keep_links=False)
    try:
        found = [rows for sheet in book.worksheets if (rows := list(_rows(sheet)))]
    finally:
        book.close()
    if len(found) > 1:
        raise FileRefused(_("More than one sheet of this workbook has values. Keep the one that is meant."))
    return found[0] if found else []


def _rows(sheet: Any) -> Iterator[Row]:
    """The sheet's rows up to the last one that has a value."""
    sheet.reset_dimensions()  # what a file says of its own size is not to be believed
    waiting: list[Row] = []
    size = Size(MOST_CELLS)
    for number, cells in enumerate(sheet.iter_rows(max_row=MOST_ROWS + 1), start=1):
        values = tuple(map(_value, cells))
        while values and values[-1] == "":
            values = values[:-1]
        longest = max((len(value) for value in values if isinstance(value, str)), default=0)
        size.add(len(cells), longest)
        waiting.append(Row(number, values))
        if values:
            yield from waiting
            waiting = []


def _value(cell: Any) -> Cell:
    value = cell.value
    if value is None:
        return ""
    if cell.data_type == "f":
        return Formula(str(getattr(value, "text", value))[:100])
    if isinstance(value, bool) or not isinstance(value, int | float | date):
        return plain(str(value))
    return value
