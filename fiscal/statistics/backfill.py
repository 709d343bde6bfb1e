"""Reads years of past days, newest first, in whatever time a connection's turn has left."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from fiscal.choices import BackfillState, FillState
from fiscal.models import Backfill, Connection, Register
from fiscal.statistics.fill import read_span
from fiscal.statistics.plan import gaps_in
from fiscal.statistics.reader import Reader
from fiscal.statistics.windows import ONE, Span, cut, runs


def work_off(reader: Reader, connection: Connection) -> None:
    """Go on with every running backfill of the connection. Raises OutOfTime between two windows."""
    for backfill in connection.backfills.filter(state=BackfillState.RUNNING).order_by("pk"):
        while span := _next(backfill, reader.source.longest_days):
            for register in _registers(backfill):
                for piece in reversed(cut(runs(_unfilled(register, span)), reader.source.longest_days)):
                    reader.pause()
                    read_span(reader, register, piece)
                    _reach_back(register, piece.first)
            if not _advance(backfill, span.first - ONE):
                break  # paused or cancelled meanwhile
        else:
            _finish(backfill, reader)


def _reach_back(register: Register, day: date) -> None:
    """Days before the first known place belong to it (`Places`): what was read of them counts as filled there."""
    first = register.placements.order_by("from_day").first()
    if first is not None and first.from_day > day:
        register.placements.filter(pk=first.pk, from_day=first.from_day).update(from_day=day)


def _next(backfill: Backfill, longest: int) -> Span | None:
    """The newest days that are still to be read; None: it is done."""
    if backfill.next_day < backfill.first_day:
        return None
    return Span(max(backfill.first_day, backfill.next_day - timedelta(days=longest - 1)), backfill.next_day)


def _registers(backfill: Backfill) -> Sequence[Register]:
    if backfill.register is not None:
        return [backfill.register]
    return list(backfill.connection.registers.filter(gone_at=None).order_by("pk"))


def _unfilled(register: Register, span: Span) -> list[date]:
    """Days that were never read to their end. Incomplete ones are tried again by the connection's usual turns."""
    read = register.fill_days.filter(day__range=span).exclude(state=FillState.STARTED)
    missing = gaps_in(span, read.values_list("day", flat=True))
    return [day for day in missing if register.counts_from is None or day >= register.counts_from]


def _advance(backfill: Backfill, next_day: date) -> bool:
    rows = Backfill.objects.filter(pk=backfill.pk, state=BackfillState.RUNNING, next_day=backfill.next_day)
    backfill.next_day = next_day
    return bool(rows.update(next_day=next_day))


def _finish(backfill: Backfill, reader: Reader) -> None:
    """From now on its days belong to what the register has to have: a gap in them is filled by itself."""
    for register in _registers(backfill):
        first = max(backfill.first_day, register.counts_from or backfill.first_day)
        if register.read_from is None or register.read_from > first:
            Register.objects.filter(pk=register.pk).update(read_from=first)
    running = Backfill.objects.filter(pk=backfill.pk, state=BackfillState.RUNNING)
    running.update(state=BackfillState.DONE, ended_at=reader.clock())
