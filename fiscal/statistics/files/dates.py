"""Days and moments as files write them: dd/mm/yyyy, ISO 8601, or the date cells of a workbook."""

from __future__ import annotations

import re
from datetime import date, datetime, time

from django.utils.translation import gettext as _

from fiscal.statistics.files.amounts import BadCell

_ITALIAN = re.compile(r"([0-9]{1,2})/([0-9]{1,2})/([0-9]{4})(?:[ T]+([0-9].*))?\Z")
_ISO = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})(?:[ T]+([0-9].*))?\Z")
_TIME = re.compile(r"([0-9]{1,2}):([0-9]{2})(?::([0-9]{2}))?(?:\.0+)?\Z")


def day(cell: object) -> date:
    """The day in a cell. Raises BadCell. A time beside it is not asked for."""
    return moment(cell).date()


def moment(cell: object) -> datetime:
    """The local date and time in a cell, midnight if it has no time. Raises BadCell."""
    if isinstance(cell, datetime):
        return cell.replace(tzinfo=None)
    if isinstance(cell, date):
        return datetime.combine(cell, time())
    if isinstance(cell, int | float):
        raise BadCell(_("“%(cell)s” is a number, not a date: format the cell as a date.") % {"cell": cell})
    text = str(cell).strip()
    if found := _ITALIAN.match(text):
        d, m, y, rest = found.groups()
    elif found := _ISO.match(text):
        y, m, d, rest = found.groups()
    else:
        raise BadCell(_("“%(text)s” is not a date: write 24/11/2026 or 2026-11-24.") % {"text": text[:40]})
    try:
        return datetime.combine(date(int(y), int(m), int(d)), _time(rest))
    except ValueError:
        raise BadCell(_("There is no day “%(text)s”.") % {"text": text[:40]}) from None


def _time(text: str | None) -> time:
    """The time beside a date. Raises ValueError."""
    if not text:
        return time()
    found = _TIME.match(text.strip())
    if found is None:
        raise ValueError(text)
    hours, minutes, seconds = found.groups()
    return time(int(hours), int(minutes), int(seconds or 0))
