"""Files are read as a person would have them read."""

from __future__ import annotations

from datetime import date
from typing import Any

from fiscal.choices import FileLayout
from fiscal.statistics.files.checking import Checked, check, open_file
from fiscal.statistics.files.headers import faults_of
from fiscal.statistics.files.reading import Stated

VAT_NUMBER = "99000010159"
FIRST, LAST = date(2026, 11, 16), date(2026, 11, 24)


def stated(**changes: Any) -> Stated:
    usual = {"first_day": FIRST, "last_day": LAST, "today": date(2026, 11, 25), "currency": "EUR"}
    return Stated(**{**usual, "country_code": "ITA", "vat_number": VAT_NUMBER, **changes})


def read(content: bytes, layout: FileLayout, columns: dict[str, str] | None = None, **changes: Any) -> Checked:
    """Open and check a file whose columns are all known, or are named in `columns`."""
    opened = open_file(content, layout)
    meant = {**opened.known, **(columns or {})}
    assert set(opened.names) == set(meant)
    assert faults_of(meant, layout) == {}
    return check(opened, meant, stated(**changes))


def words(checked: Checked) -> list[tuple[int, str, str]]:
    return [tuple(problem) for problem in checked.problems.kept]


def csv_of(*lines: str, delimiter: str = ";") -> bytes:
    return "\r\n".join(lines).replace(";", delimiter).encode()
