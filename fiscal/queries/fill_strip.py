"""The state of one register's statistics over the last 92 days, day by day, in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from itertools import groupby

from django.conf import settings
from django.utils import timezone
from django.utils.dates import WEEKDAYS_ABBR
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from fiscal.choices import ConnectionKind, ConnectionStatus, FillSource, FillState
from fiscal.models import FillDay, Register
from fiscal.queries.registers import first_shown_day


class DayLook(StrEnum):
    """What a day looks like. PAUSED: not filled, because its connection is not being read."""

    FILLED = "filled"
    INCOMPLETE = "incomplete"
    MISSING = "missing"
    OPEN = "open"
    PAUSED = "paused"


@dataclass(frozen=True)
class StripDay:
    """One local day. `words` says all of it; `receipts` is None where the day is not filled."""

    day: date
    look: DayLook
    words: str
    receipts: int | None


@dataclass(frozen=True)
class StripRun:
    """Days of the same look after each other that are not simply filled."""

    first_day: date
    last_day: date
    look: DayLook
    words: str


@dataclass(frozen=True)
class FillStrip:
    """The days from the oldest on, how many there are of each look, and what is not as it should be, newest first."""

    days: Sequence[StripDay]
    counts: dict[str, int]
    gaps: Sequence[StripRun]
    as_of: datetime | None
    recomputed: int
    read_again: str
    """When days that are complete are read again, and so how late a change in them shows; '' where nothing is read."""

    @property
    def weekdays(self) -> list[str]:
        """The days of the week, short, Monday first."""
        return [str(WEEKDAYS_ABBR[n]) for n in range(7)]

    @property
    def offset(self) -> int:
        """How many places of the first week stay empty: 0 if the first day is a Monday."""
        return self.days[0].day.weekday() if self.days else 0


def fill_strip(register: Register, since: date | None = None) -> FillStrip:
    """The last 92 local days of a register, or as many as there are since its first day or `since`; `connection` is loaded."""
    first, today = first_shown_day(register, since), timezone.localdate(timezone=register.zone)
    rows = {row.day: row for row in FillDay.objects.filter(register=register, day__gte=first)}
    days = [
        _day(register, first + timedelta(days=n), rows.get(first + timedelta(days=n)), today)
        for n in range((today - first).days + 1)
    ]
    counts = {look.value: 0 for look in DayLook}
    for day in days:
        counts[day.look] += 1
    return FillStrip(
        days=days,
        counts=counts,
        gaps=_gaps(days),
        as_of=max((row.as_of for row in rows.values() if row.state != FillState.STARTED), default=None),
        recomputed=sum(row.recomputed_at is not None for row in rows.values()),
        read_again=_read_again(register),
    )


def _read_again(register: Register) -> str:
    connection = register.connection
    if register.gone_at or connection.kind == ConnectionKind.FILES or connection.status != ConnectionStatus.ACTIVE:
        return ""
    days = ngettext(
        "The last day is read again daily.", "The last %(n)d days are read again daily.", settings.REREAD_DAYS
    )
    if settings.REREAD_MONTHS:
        older = _(
            "Older ones follow at night, each after four weeks or later: what changes in them may show as late as that."
        )
    else:
        older = _("Older ones are not: what changes in them may never show.")
    return f"{days % {'n': settings.REREAD_DAYS}} {older}"


def _day(register: Register, day: date, row: FillDay | None, today: date) -> StripDay:
    if row is None or row.state == FillState.STARTED:
        look = DayLook.PAUSED if _was_paused(register, day) else DayLook.MISSING
        words = _("paused, not filled") if look == DayLook.PAUSED else _("not filled")
        if row is not None:
            words = _("being filled for the first time")
        return StripDay(day, look, words, None)
    if row.state == FillState.INCOMPLETE:
        words = _("incomplete: %(rows)d of %(counted)s receipts") % {
            "rows": row.receipts,
            "counted": "–" if row.counted is None else row.counted,
        }
        return StripDay(day, DayLook.INCOMPLETE, words, row.receipts)
    receipts = ngettext("%(n)d receipt", "%(n)d receipts", row.receipts) % {"n": row.receipts}
    if row.source == FillSource.FILE:
        receipts = _("%(receipts)s, from a file") % {"receipts": receipts}
    if row.state == FillState.OPEN or day == today:
        return StripDay(day, DayLook.OPEN, _("still open, %(receipts)s so far") % {"receipts": receipts}, row.receipts)
    words = _("filled, %(receipts)s") % {"receipts": receipts}
    if row.recomputed_at:
        words = _("%(words)s, changed afterwards") % {"words": words}
    return StripDay(day, DayLook.FILLED, words, row.receipts)


def _was_paused(register: Register, day: date) -> bool:
    connection = register.connection
    if connection.kind == ConnectionKind.FILES or connection.status == ConnectionStatus.ACTIVE:
        return False
    return day >= timezone.localtime(connection.status_since, register.zone).date()


def _gaps(days: Sequence[StripDay]) -> list[StripRun]:
    runs = []
    for look, group in groupby(days, key=lambda each: each.look):
        members = list(group)
        if look in {DayLook.FILLED, DayLook.OPEN}:
            continue
        words = members[0].words if len(members) == 1 else _run_words(look, len(members))
        runs.append(StripRun(members[0].day, members[-1].day, look, words))
    return runs[::-1]


def _run_words(look: DayLook, count: int) -> str:
    if look == DayLook.INCOMPLETE:
        return ngettext("%(n)d day incomplete", "%(n)d days incomplete", count) % {"n": count}
    if look == DayLook.PAUSED:
        return ngettext("%(n)d day paused, not filled", "%(n)d days paused, not filled", count) % {"n": count}
    return ngettext("%(n)d day not filled", "%(n)d days not filled", count) % {"n": count}
