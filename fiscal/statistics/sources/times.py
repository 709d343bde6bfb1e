"""Moments of receipts: with an offset or as the clock on the wall showed them, on days of 23, 24 and 25 hours."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo


class WallClock:
    """Makes moments of naive local times, receipt after receipt in the order in which they were made.

    The rule for the hour that autumn doubles: times are taken for the first of the two hours until one is earlier than
    its predecessor within the doubled hour; from then on they are of the second. Both lie on the same local day, so no
    sum depends on it. A time in the hour that spring leaves out is taken as if the clock had not been changed yet.
    """

    def __init__(self, zone: ZoneInfo) -> None:
        self._zone = zone
        self._latest: datetime | None = None
        self._fold = 0

    def moment(self, wall: datetime) -> datetime:
        """The moment in UTC at which the clock showed `wall` (naive)."""
        first, second = (wall.replace(tzinfo=self._zone, fold=fold) for fold in (0, 1))
        if first.utcoffset() == second.utcoffset():
            return first.astimezone(UTC)
        if first.utcoffset() < second.utcoffset():  # type: ignore[operator]
            return first.astimezone(UTC)  # the hour that spring leaves out
        if self._latest is None or self._latest.date() != wall.date():
            self._fold = 0
        elif wall < self._latest:
            self._fold = 1
        self._latest = wall
        return (second if self._fold else first).astimezone(UTC)

    def is_doubled(self, wall: datetime) -> bool:
        """Whether the clock shows this time twice."""
        first, second = (wall.replace(tzinfo=self._zone, fold=fold).utcoffset() for fold in (0, 1))
        return first is not None and second is not None and first > second


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """The beginning of a local day."""
    return datetime.combine(day, time(), tzinfo=zone)


def day_after(day: date) -> date:
    """The next day."""
    return day + timedelta(days=1)
