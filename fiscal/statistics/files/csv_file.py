"""CSV files as rows."""

from __future__ import annotations

import csv
import io

from django.utils.translation import gettext as _

from fiscal.statistics.files.faults import FileRefused
from fiscal.statistics.files.sheet import Row, Size, plain


def read_csv(text: str, delimiter: str) -> list[Row]:
    """The rows of a text. Raises FileRefused."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows: list[Row] = []
    size = Size()
    try:
        for number, cells in enumerate(reader, start=1):
            size.add(len(cells), max(map(len, cells), default=0))
            rows.append(Row(number, tuple(map(plain, cells))))
    except csv.Error:
        told = {"row": len(rows) + 1}
        raise FileRefused(
            _("Row %(row)d cannot be read: a quotation mark is not closed, or stands inside a cell.") % told
        ) from None
    return rows
