"""F55, F56: every receipt lies on exactly one local day, and the doubled hour follows a rule."""

# ruff: noqa: DTZ001 - what a clock on the wall shows has no zone

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from fiscal.statistics.sources.times import WallClock, day_after, midnight

ZONES = [ZoneInfo("Europe/Vienna"), ZoneInfo("Europe/Rome")]
AUTUMN, SPRING = datetime(2026, 10, 25).date(), datetime(2026, 3, 29).date()


def utc(day: int, hour: int, minute: int = 0, month: int = 10) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=UTC)


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize(("day", "hours"), [(AUTUMN, 25), (SPRING, 23), (datetime(2026, 6, 1).date(), 24)])
def test_days_have_23_24_or_25_hours(zone, day, hours):
    """Trap 19."""
    begins, ends = midnight(day, zone), midnight(day_after(day), zone)
    assert ends.astimezone(UTC) - begins.astimezone(UTC) == timedelta(hours=hours)


@pytest.mark.parametrize("zone", ZONES)
def test_the_doubled_hour_is_the_first_until_the_clock_goes_back(zone):
    clock = WallClock(zone)
    walls = [(1, 59), (2, 10), (2, 50), (2, 10), (2, 30), (3, 5)]
    moments = [clock.moment(datetime(2026, 10, 25, *wall)) for wall in walls]
    assert moments == [utc(24, 23, 59), utc(25, 0, 10), utc(25, 0, 50), utc(25, 1, 10), utc(25, 1, 30), utc(25, 2, 5)]
    assert {moment.astimezone(zone).date() for moment in moments} == {AUTUMN}


def test_the_same_time_twice_is_taken_for_the_first_hour():
    clock = WallClock(ZONES[0])
    assert clock.moment(datetime(2026, 10, 25, 2, 30)) == clock.moment(datetime(2026, 10, 25, 2, 30)) == utc(25, 0, 30)


def test_a_time_that_spring_leaves_out_stays_on_its_day():
    moment = WallClock(ZONES[0]).moment(datetime(2026, 3, 29, 2, 30))
    assert moment == utc(29, 1, 30, month=3)
    assert moment.astimezone(ZONES[0]).date() == SPRING


def test_only_one_hour_of_the_year_is_doubled():
    clock, start = WallClock(ZONES[0]), datetime(2026, 1, 1)
    doubled = [hour for hour in range(365 * 24) if clock.is_doubled(start + timedelta(hours=hour))]
    assert [start + timedelta(hours=hour) for hour in doubled] == [datetime(2026, 10, 25, 2)]
