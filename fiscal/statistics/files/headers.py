"""Headers: the tables of a file, what their columns are called, which of them are known, and what is missing."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from fiscal.choices import FileLayout
from fiscal.statistics.files.corrections import without_errors
from fiscal.statistics.files.faults import FileRefused
from fiscal.statistics.files.fields import ABOUT, KNOWN, OFFERED, Field
from fiscal.statistics.files.sheet import Formula, Row, Sheet
from fiscal.statistics.files.vat_names import known_header, rate_of

BETWEEN = " › "
Columns = Mapping[str, str]
"""What each column means: {its name: a Field or ''}."""


@dataclass(frozen=True)
class Table:
    """A table within a file. `names` are its columns, with the table's title in front where there are several tables."""

    names: list[str]
    rows: list[Row]
    first: int
    """The number of its header's row."""


def tables_of(sheet: Sheet, layout: FileLayout) -> list[Table]:
    """The tables of a file: one, or the blocks of “Esporta statistiche”. Raises FileRefused."""
    rows = without_errors(sheet.rows)
    filled = [row for row in rows if not row.empty]
    if not filled:
        raise FileRefused(_("This file is empty."))
    if layout == FileLayout.STATISTICS and len(filled[0].cells) == 1:
        tables = [_block(part) for part in _parts(rows)]
    else:
        tables = [_table(filled[0], filled[1:])]
    seen = Counter(folded(name) for table in tables for name in table.names)
    repeated = [name for name, n in seen.items() if n > 1]
    if repeated:
        raise FileRefused(
            _("More than one column is called “%(name)s”. Give them different names.") % {"name": repeated[0]}
        )
    return tables


def _parts(rows: Sequence[Row]) -> list[list[Row]]:
    """Runs of rows between empty ones."""
    parts: list[list[Row]] = [[]]
    for row in rows:
        if row.empty:
            parts.append([])
        else:
            parts[-1].append(row)
    return [part for part in parts if part]


def _block(part: Sequence[Row]) -> Table:
    title = part[0]
    if len(title.cells) != 1 or len(part) < 2:
        told = {"row": title.number}
        raise FileRefused(
            _("Row %(row)d: a part of this file begins with its title alone in a row, and its headers below.") % told
        )
    return _table(part[1], part[2:], f"{title.cells[0]}{BETWEEN}")


def _table(head: Row, rows: Iterable[Row], before: str = "") -> Table:
    for place, cell in enumerate(head.cells, start=1):
        if cell == "" or isinstance(cell, Formula):
            told = {"n": place, "row": head.number}
            raise FileRefused(_("Column %(n)d has no header in row %(row)d. Give it one.") % told)
    return Table([f"{before}{_spaced(str(cell))}"[:300] for cell in head.cells], list(rows), head.number)


def names_of(tables: Iterable[Table]) -> list[str]:
    """The names of all columns of a file."""
    return [name for table in tables for name in table.names]


def digest_of(names: Iterable[str]) -> str:
    """What tells one set of headers from another; capitals and spaces do not."""
    return hashlib.sha256("\x1f".join(map(folded, names)).encode()).hexdigest()


def folded(name: str) -> str:
    """A header without its capitals and spaces around."""
    return _spaced(name).casefold()


def _spaced(name: str) -> str:
    return re.sub(r"[\s\u00a0\ufeff]+", " ", name).strip()


def known_columns(names: Iterable[str], layout: FileLayout) -> dict[str, str]:
    """Those columns that need no person to say what they mean."""
    known = KNOWN[layout]
    found: dict[str, str] = {}
    for name in names:
        if folded(name) in known:
            found[name] = known[folded(name)].value
        elif layout == FileLayout.DAILY_TOTALS and known_header(name):
            found[name] = Field.VAT.value
    return found


def faults_of(columns: Columns, layout: FileLayout) -> dict[str, str]:
    """What is wrong with a mapping, by column ('': as a whole); empty if nothing is."""
    faults: dict[str, str] = {}
    used = Counter(meaning for meaning in columns.values() if meaning)
    offered = {field.value for field in (*OFFERED[layout], *KNOWN[layout].values())}
    for name, meaning in columns.items():
        if meaning and meaning not in offered:
            faults[name] = _("Choose what this column means, or that it is not needed.")
        elif meaning == Field.VAT and rate_of(name) is None:
            faults[name] = _("The header does not name one VAT rate, as “IVA 22%” does. Rename the column in the file.")
        elif meaning and BETWEEN not in name and used[meaning] > 1 and not ABOUT[Field(meaning)].many:
            faults[name] = _("Two columns cannot both be “%(field)s”.") % {"field": ABOUT[Field(meaning)].label}
    if missing := _missing(set(used), layout):
        labels = ", ".join(f"“{ABOUT[field].label}”" for field in missing)
        faults[""] = _("Needed, and in no column: %(fields)s.") % {"fields": labels}
    return faults


def _missing(used: set[str], layout: FileLayout) -> list[Field]:
    if layout == FileLayout.COUNTER:
        needed = [Field.DAY, Field.KIND, Field.DOCUMENT]
    elif layout == FileLayout.STATISTICS and Field.SECTION in used:
        needed = [Field.KEY, Field.AMOUNT]
    elif layout == FileLayout.DAILY_TOTALS and {Field.SALES, Field.VOIDS, Field.RETURNS} <= used:
        needed = [Field.DAY, Field.SALES_COUNT]
    else:
        needed = [Field.DAY, Field.SALES_COUNT, Field.NET]
    return [field for field in needed if field not in used]


def samples_of(tables: Iterable[Table], most: int = 3) -> dict[str, list[str]]:
    """A few different values of each column, to recognise it by."""
    found: dict[str, list[str]] = {}
    for table in tables:
        for place, name in enumerate(table.names):
            seen = found.setdefault(name, [])
            for row in table.rows:
                text = str(row.cells[place])[:60] if place < len(row.cells) else ""
                if text and text not in seen:
                    seen.append(text)
                if len(seen) == most:
                    break
    return found
