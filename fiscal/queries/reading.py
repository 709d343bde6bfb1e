"""What is read from a source of sales: windows of days, and past sales on their way."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Min, Q
from django.utils.translation import gettext as _

from fiscal.choices import BackfillState, WindowState
from fiscal.models import Backfill, Connection, Register, Window
from fiscal.queries.people import known_people, name_of
from fiscal.statistics.sentences import in_words
from organizations.access import Reach
from organizations.choices import Scope

BACKFILLS_SHOWN = 5
WINDOW_TONES = {
    WindowState.STARTED: ("info", "loader-2"),
    WindowState.DONE: ("ok", "check"),
    WindowState.INCOMPLETE: ("warn", "alert-triangle"),
    WindowState.FAILED: ("bad", "x"),
}


@dataclass(frozen=True)
class WindowLine:
    """One span of days that was read. `counted` is None where the provider does not count.

    read: how many receipts; None: only their number was compared with the provider's, and nothing had to be read
    """

    register: str
    first_day: date
    last_day: date
    state: str
    tone: str
    icon: str
    read: int | None
    counted: int | None
    started_at: datetime
    ended_at: datetime | None
    error: str


@dataclass(frozen=True)
class BackfillLine:
    """Past sales being read, newest day first. `done` of `days` are read."""

    backfill_id: UUID
    register: str
    first_day: date
    last_day: date
    next_day: date
    done: int
    days: int
    state: str
    state_words: str
    started_by: str
    started_at: datetime
    ended_at: datetime | None

    @property
    def running(self) -> bool:
        return self.state == BackfillState.RUNNING

    @property
    def open(self) -> bool:
        return self.state in {BackfillState.RUNNING, BackfillState.PAUSED}


def window_lines(windows: Iterable[Window]) -> list[WindowLine]:
    """Windows with their registers, as lines."""
    return [_window_line(window) for window in windows]


def _window_line(window: Window) -> WindowLine:
    tone, icon = WINDOW_TONES[WindowState(window.state)]
    compared = window.state == WindowState.DONE and window.walks == 0
    return WindowLine(
        register=window.register.name if window.register else "",
        first_day=window.first_day,
        last_day=window.last_day,
        state=_("only compared by number") if compared else window.get_state_display(),
        tone=tone,
        icon=icon,
        read=None if compared else window.read,
        counted=window.counted,
        started_at=window.started_at,
        ended_at=window.ended_at,
        error=in_words(window.error_text),
    )


def backfill_lines(reach: Reach, row: Connection) -> list[BackfillLine]:
    """The newest ones of a connection that the caller found in reach, but for those of registers out of reach."""
    own = Q(register=None) | reach.tree(Scope.INTEGRATIONS, field="register__organization")
    rows = Backfill.objects.filter(own, connection=row).select_related("register", "started_by")
    found = list(rows[:BACKFILLS_SHOWN])
    known = known_people(reach.actor, [each.started_by_id for each in found])
    return [
        BackfillLine(
            backfill_id=each.public_id,
            register=each.register.name if each.register else "",
            first_day=each.first_day,
            last_day=each.last_day,
            next_day=each.next_day,
            done=(each.last_day - max(each.next_day, each.first_day)).days if each.next_day >= each.first_day else days,
            days=days,
            state=each.state,
            state_words=each.get_state_display(),
            started_by=name_of(each.started_by, known),
            started_at=each.started_at,
            ended_at=each.ended_at,
        )
        for each in found
        for days in [(each.last_day - each.first_day).days + 1]
    ]


def first_backfill_day(reach: Reach, connection_id: UUID) -> date | None:
    """The first day that was read so far, of all registers; None if none was."""
    reach.require(Scope.INTEGRATIONS)
    registers = Register.objects.filter(reach.tree(Scope.INTEGRATIONS), connection__public_id=connection_id)
    day: date | None = registers.aggregate(day=Min("fill_days__day"))["day"]
    return day


def known_backfill(reach: Reach, backfill_id: UUID) -> UUID | None:
    """The connection of a backfill of the organization reached; None if there is none."""
    reach.require(Scope.INTEGRATIONS)
    found = Backfill.objects.filter(connection__organization=reach.organization, public_id=backfill_id)
    return found.values_list("connection__public_id", flat=True).first()
