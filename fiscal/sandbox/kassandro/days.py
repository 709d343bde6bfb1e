"""Local days of Europe/Vienna. A moment inside a day is the number of seconds that have passed since its midnight.

So the night of 25 hours has two different moments that both read 02:30, and the one of 23 hours has none.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

VIENNA = ZoneInfo("Europe/Vienna")
HOUR = 3600


class LocalDay(NamedTuple):
    """One day.

    midnight:  unix seconds at which it begins
    length:    seconds it lasts: 86,400, or an hour more or less
    change_at: passed seconds at which the clocks are changed (beyond the end on usual days)
    change_by: seconds by which they are changed, 0 on usual days
    offset:    seconds east of UTC at its beginning
    text:      "2026-05-04T"
    """

    midnight: int
    length: int
    change_at: int
    change_by: int
    offset: int
    text: str

    def passed(self, wall: int) -> int:
        """Passed seconds at which the clock shows `wall` seconds; the later one of two in the night of 25 hours."""
        return wall if wall < self.change_at + self.change_by else wall - self.change_by

    def local(self, passed: int) -> str:
        """What the clock on the wall shows, as RKSV writes it: "2026-05-04T10:17:30"."""
        wall = passed if passed < self.change_at else passed + self.change_by
        return f"{self.text}{wall // HOUR:02d}:{wall // 60 % 60:02d}:{wall % 60:02d}"

    def zone(self, passed: int) -> str:
        """The offset then: "+02:00"."""
        offset = self.offset if passed < self.change_at else self.offset + self.change_by
        return f"+{offset // HOUR:02d}:{offset // 60 % 60:02d}"


@lru_cache(maxsize=8192)
def local_day(day: date) -> LocalDay:
    """The facts of one day."""
    begins = datetime(day.year, day.month, day.day, tzinfo=VIENNA)
    after = day + timedelta(days=1)
    ends = datetime(after.year, after.month, after.day, tzinfo=VIENNA)
    midnight, length = int(begins.timestamp()), int(ends.timestamp() - begins.timestamp())
    offset = _seconds(begins)
    change_by = _seconds(ends) - offset
    # Clocks are changed at 01:00 UTC.
    change_at = HOUR - midnight % 86_400 + 86_400 if change_by else length + 1
    return LocalDay(midnight, length, change_at, change_by, offset, f"{day.isoformat()}T")


def day_at(moment: float) -> date:
    """The local day of a moment in unix seconds."""
    return datetime.fromtimestamp(moment, VIENNA).date()


def passed_at(moment: float) -> tuple[date, int]:
    """The local day of a moment in unix seconds, and the whole seconds passed in it."""
    day = day_at(moment)
    return day, int(moment) - local_day(day).midnight


def moment_of(text: str, *, fold: int = 0) -> float:
    """Unix seconds of an ISO 8601 date or time; without an offset it is local. ValueError if it is neither."""
    parsed = datetime.fromisoformat(text)
    return (parsed if parsed.tzinfo else parsed.replace(tzinfo=VIENNA, fold=fold)).timestamp()


def days_between(first: date, last: date) -> list[date]:
    """The days from `first` to `last`, both included."""
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]


def _seconds(moment: datetime) -> int:
    offset = moment.utcoffset()
    assert offset is not None
    return int(offset.total_seconds())
