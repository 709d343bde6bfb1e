"""What is known of a register's trade, and what follows from it for one day without writing the day's book.

Everything is a pure function of (trade, day): the same register sold the same on a day, whoever asks, whenever.
"""

from __future__ import annotations

import hashlib
from bisect import bisect_right
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import NamedTuple

from fiscal.sandbox.kassandro.days import HOUR, days_between, local_day

Span = tuple[date, date]
ONE_DAY, LONGEST_PAUSE = timedelta(days=1), timedelta(days=60)
MONTH_WALL, CLOSING_WALL = 23 * HOUR + 50 * 60, 23 * HOUR + 55 * 60


@dataclass(frozen=True)
class Profile:
    """A kind of shop.

    daily:  receipts on a usual day
    opens, closes: seconds by the clock on the wall
    week:   how busy it is from Monday to Sunday, in tenths; 0 is closed
    nights: has guests in the nights in which clocks are changed
    """

    daily: int
    opens: int
    closes: int
    week: tuple[int, int, int, int, int, int, int]
    nights: bool = False


PROFILES = {
    "bakery": Profile(60, 6 * HOUR, 18 * HOUR + 1800, (9, 9, 9, 10, 12, 14, 7)),
    "restaurant": Profile(45, 11 * HOUR, 23 * HOUR + 1800, (7, 7, 8, 9, 13, 15, 11), nights=True),
    "shop": Profile(35, 9 * HOUR, 18 * HOUR, (9, 8, 9, 10, 12, 16, 0)),
    "market": Profile(25, 7 * HOUR, 14 * HOUR, (0, 8, 8, 9, 12, 16, 5)),
}


@dataclass(frozen=True)
class Trade:
    """The facts that decide what a register sells.

    seed:     any text; two registers with the same seed and profile sell the same
    daily:    mean number of receipts on a usual day, None: as the profile has it
    region:   "AT", or "border" for Jungholz and Mittelberg (19 %)
    articles: how many generated articles widen the range
    closed:   spans of days (both ends included) without sales
    gaps:     spans of days in which the licence has lapsed: no sales, and the register is not to be seen
    failures: spans of local time in which the signature unit fails, as (day, wall seconds, day, wall seconds)
    """

    seed: str
    profile: str
    opened_on: date
    closed_on: date | None = None
    daily: int | None = None
    region: str = "AT"
    articles: int = 0
    closed: tuple[Span, ...] = ()
    gaps: tuple[Span, ...] = ()
    failures: tuple[tuple[date, int, date, int], ...] = ()


class Plan(NamedTuple):
    """What one day holds.

    sales:    receipts of the counter: sales, stornos, trainings, vouchers, withdrawals
    failure:  the unit fails from this sale to that one, None if it works
    resumes:  unit failures written into the trade end before the first or between the sales: wall seconds of each
    control:  the control receipts: start, opening (a null receipt), month, year, closing
    nightly:  guests when the clocks are changed
    """

    seed: int
    sales: int
    failure: tuple[int, int] | None
    resumes: tuple[int, ...]
    control: tuple[str, ...]
    nightly: int

    @property
    def size(self) -> int:
        """How many receipts the day has."""
        return self.sales + (self.failure is not None) + len(self.resumes) + len(self.control) + self.nightly


def plan(trade: Trade, day: date) -> Plan:
    """What one day holds; nothing before the register was opened, after it was closed, or without a licence."""
    if day < trade.opened_on or (trade.closed_on and day > trade.closed_on) or _within(trade.gaps, day):
        return Plan(0, 0, None, (), (), 0)
    digest = hashlib.blake2b(f"{trade.seed}|{trade.profile}|{day}".encode(), digest_size=16).digest()
    seed = int.from_bytes(digest, "big")
    sales, failure, nightly = 0, None, 0
    if sells(trade, day):
        profile = PROFILES[trade.profile]
        mean = trade.daily or profile.daily
        sales = max(1, mean * profile.week[day.weekday()] * (70 + digest[0] * 60 // 255) // 1000)
        nightly = 2 if profile.nights and local_day(day).change_by else 0
        if not trade.failures and digest[1] < 6 and sales > 8:  # a connection is lost about once in six weeks
            first = 1 + digest[2] * (sales - 6) // 256
            failure = (first, first + 1 + digest[3] % 4)
    return Plan(seed, sales, failure, _resumes(trade, day), _control(trade, day, digest[4] < 80 and sales > 0), nightly)


def sells(trade: Trade, day: date) -> bool:
    """Whether the shop is open."""
    if day < trade.opened_on or (trade.closed_on and day > trade.closed_on):
        return False
    if not PROFILES[trade.profile].week[day.weekday()]:
        return False
    return not _within(trade.closed, day) and not _within(trade.gaps, day)


def in_gap(trade: Trade, day: date) -> bool:
    """Whether the licence has lapsed on a day."""
    return _within(trade.gaps, day)


class Numbering:
    """How many receipts a register had before each day: receipt numbers run on from the first."""

    def __init__(self, trade: Trade) -> None:
        self.trade = trade
        self._before = [0]  # at the beginning of the nth day

    def before(self, day: date) -> int:
        """Receipts on all days before `day`."""
        wanted = max(0, (day - self.trade.opened_on).days)
        while len(self._before) <= wanted:
            latest = self.trade.opened_on + timedelta(days=len(self._before) - 1)
            self._before.append(self._before[-1] + plan(self.trade, latest).size)
        return self._before[wanted]

    def count(self, day: date) -> int:
        """Receipts of one day."""
        return self.before(day + ONE_DAY) - self.before(day)

    def day_of(self, position: int, last: date) -> date | None:
        """The day of the receipt with this position (0 is the first), if it is not after `last`."""
        if position < 0 or position >= self.before(last + ONE_DAY):
            return None
        return self.trade.opened_on + timedelta(days=bisect_right(self._before, position) - 1)


@lru_cache(maxsize=2048)
def numbering(trade: Trade) -> Numbering:
    """The numbering of one trade, shared by all who ask."""
    return Numbering(trade)


def _control(trade: Trade, day: date, opening: bool) -> tuple[str, ...]:
    control = ["start"] if day == trade.opened_on else []
    if opening:
        control.append("opening")
    if (day + ONE_DAY).day == 1:
        if day.month == 12:
            control.append("year")
        elif any(sells(trade, other) for other in days_between(day.replace(day=1), day)):
            control.append("month")
    if day == trade.closed_on:
        control.append("closing")
    return tuple(control)


def _resumes(trade: Trade, day: date) -> tuple[int, ...]:
    """Wall seconds of the collective receipts of a day: the unit works again, noticed on the first day that sells."""
    if not trade.failures or not sells(trade, day):
        return ()
    ended = [(ends, wall) for _, _, ends, wall in trade.failures if timedelta() <= day - ends <= LONGEST_PAUSE]
    missed = [
        ends for ends, _ in ended if ends < day and not any(sells(trade, d) for d in days_between(ends, day)[:-1])
    ]
    return tuple(sorted([wall for ends, wall in ended if ends == day] + [0] * len(missed)))


def _within(spans: tuple[Span, ...], day: date) -> bool:
    return any(first <= day <= last for first, last in spans)
