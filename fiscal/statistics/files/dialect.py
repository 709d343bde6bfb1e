"""How a file is written: what separates its columns, and what its decimals."""

from __future__ import annotations

import re
from collections.abc import Iterable

from django.utils.translation import gettext as _

from fiscal.statistics.files.faults import FileRefused

DELIMITERS = (";", ",")
_QUOTED = re.compile(r'"[^"]*"')
_NUMBER = re.compile(r"[-+−]?[0-9][0-9.,]*\Z")


def delimiter_of(text: str) -> str:
    """`;` or `,`, told by the first line that has either outside of quotation marks. Raises FileRefused for tabs."""
    for line in text.splitlines():
        bare = _QUOTED.sub("", line)
        counts = {mark: bare.count(mark) for mark in DELIMITERS}
        if any(counts.values()):
            return max(DELIMITERS, key=lambda mark: counts[mark])
        if "\t" in bare:
            raise FileRefused(_("The columns are separated by tabs. Save the file with semicolons or commas."))
    return ";"


def decimal_mark(cells: Iterable[object], delimiter: str) -> str:
    """`,` or `.`, told by all amounts of a file together; where none of them tells, it goes with the delimiter.

    `1.200` alone may be twelve hundred or one and a fifth: only amounts such as `1,20` or `1.200,50` say which.
    """
    votes = {",": 0, ".": 0}
    for cell in cells:
        if isinstance(cell, str) and (mark := _told_by(cell.strip())):
            votes[mark] += 1
    if votes[","] == votes["."]:
        return "." if delimiter == "," else ","
    return max(votes, key=lambda mark: votes[mark])


def _told_by(text: str) -> str:
    """The decimal mark that this amount shows; '' if it does not."""
    if not _NUMBER.match(text):
        return ""
    last = max(text.rfind(","), text.rfind("."))
    if last < 0:
        return ""
    mark, other = text[last], "." if text[last] == "," else ","
    if text.count(mark) > 1:
        return ""
    after = len(text) - last - 1
    return mark if other in text or after in {1, 2} else ""
