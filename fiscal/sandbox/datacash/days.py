"""Days and times as the provider writes them: local to Europe/Rome, DST nights included."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

ROME = ZoneInfo("Europe/Rome")


@lru_cache(maxsize=4096)
def midnight(day: date) -> int:
    """Unix seconds of the first moment of a local day."""
    return int(datetime(day.year, day.month, day.day, tzinfo=ROME).timestamp())


def at(day: date, wall: int) -> int:
    """Unix seconds of a wall clock time, given in seconds after midnight (86,400 and more: the day after)."""
    later, seconds = divmod(wall, 86_400)
    day += timedelta(days=later)
    hour, rest = divmod(seconds, 3600)
    return int(datetime(day.year, day.month, day.day, hour, rest // 60, rest % 60, tzinfo=ROME).timestamp())


def day_of(moment: float) -> date:
    """The local day of a moment."""
    return datetime.fromtimestamp(moment, ROME).date()


def stamp(moment: float) -> str:
    """dd/mm/yyyy HH:MM:SS, the form of `data` in lists."""
    return f"{datetime.fromtimestamp(moment, ROME):%d/%m/%Y %H:%M:%S}"


def span(start: date, end: date) -> Iterator[date]:
    """Every day from `start` to `end`, both included."""
    for number in range((end - start).days + 1):
        yield start + timedelta(days=number)


def written(day: date) -> str:
    """dd/mm/yyyy."""
    return f"{day:%d/%m/%Y}"


def read(value: object) -> date:
    """A day from a date or an ISO text; ValueError for anything else."""
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    if not isinstance(value, str):
        raise ValueError(f"{value!r} is no date: write it as 2026-11-30.")
    return date.fromisoformat(value)


def months_later(day: date, months: int) -> date:
    """The same day some months later, or the last day of that month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    first_after = date(year + month // 11, (month + 1) % 12 + 1, 1)
    return min(date(year, month + 1, 1) + timedelta(days=day.day - 1), first_after - timedelta(days=1))
