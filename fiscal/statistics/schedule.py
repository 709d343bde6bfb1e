"""A connection's turn: its registers, those waited for longest first, as far as the time of one turn goes; then backfills;
and if there is nothing else, settled days.

Work is fair between connections because a turn is short and ends between two windows: what is left comes with the next
turn, after everybody else who is due. The database says what is left; nothing is remembered between two turns.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from fiscal.choices import ConnectionStatus, WindowState
from fiscal.models import Connection, FillDay, Register, Window
from fiscal.providers.errors import ProviderError, Throttled, Unauthorized, Unreachable, Untrusted
from fiscal.statistics import backfill, catalogue, known, settled, strays
from fiscal.statistics.checkpoints import reached
from fiscal.statistics.compare import differing_days
from fiscal.statistics.fill import finish_windows, read_span
from fiscal.statistics.lease import READABLE, LeaseLost, behind, free, take
from fiscal.statistics.plan import Deed, Known, Step, steps
from fiscal.statistics.reader import OutOfTime, Reader
from fiscal.statistics.sources import Source
from fiscal.statistics.windows import Span, cut, runs

log = logging.getLogger(__name__)

FEW_BEHIND = 20
TURN = 20.0
"""Seconds after which a turn begins nothing new."""

_FOR_ALL = (Unreachable, Throttled, Unauthorized, Untrusted)
"""Errors that concern every register of the connection. Others may concern one of them only."""

SourceFor = Callable[[Connection], Source]


def due(now: datetime, *, limit: int) -> list[int]:
    """Connections to read from now, those waiting longest first; of those that are behind only as many as can be served.

    So a thousand customers that have just been connected do not stand in the way of one who has been read all along.
    """
    waiting = Connection.objects.filter(READABLE, free(now), due_at__lte=now).order_by("due_at", "pk")
    quick = waiting.exclude(behind(now)).values_list("pk", flat=True)[:limit]
    return [*quick, *waiting.filter(behind(now)).values_list("pk", flat=True)[: min(limit, FEW_BEHIND)]]


def take_turn(
    connection_id: int, source_for: SourceFor, *, clock: Callable[[], datetime], stop: Callable[[], bool] = bool
) -> bool:
    """Give a connection its turn if it is due and nobody else has it. True if this call did something.

    A provider's error never leaves this function: it decides when the next turn is. An error of our own does so too, and
    is logged.
    """
    lease = take(connection_id, now=clock())
    if lease is None:
        return False
    reached("after-lease")
    ends = time.monotonic() + TURN
    finished, error = False, None
    try:
        connection = Connection.objects.get(pk=connection_id)
        reader = Reader(lease, source_for(connection), clock, lambda: stop() or time.monotonic() > ends)
        error = _read(reader, connection)
        finished = error is None
    except OutOfTime:
        pass
    except LeaseLost:
        log.warning("the lease on connection %s was lost; its new holder goes on", connection_id)
        return True
    except ProviderError as failure:
        error = failure
    except Exception as failure:
        log.exception("reading from connection %s failed", connection_id)
        error = failure
    reached("before-release")
    lease.release(now=clock(), finished=finished, error=error)
    return True


def _read(reader: Reader, connection: Connection) -> Exception | None:
    """Everything that is due, as far as the time goes. Gives the last error that concerned single registers only."""
    catalogue.refresh(reader, connection)
    failed: Exception | None = None
    registers = list(connection.registers.filter(gone_at=None).order_by("pk"))
    if registers:
        now = reader.clock()
        days = known.load(connection, registers, reader.source, now)
        for register in _longest_waiting(registers, days):
            reader.pause()
            try:
                _read_register(reader, register, days[register.pk])
            except _FOR_ALL:
                raise
            except ProviderError as error:
                if not Connection.objects.filter(pk=connection.pk, status=ConnectionStatus.ACTIVE).exists():
                    raise
                failed = error
    backfill.work_off(reader, connection)
    if failed is None:
        _look_back(reader, connection)
    return failed


def _look_back(reader: Reader, connection: Connection) -> None:
    """The least of all work. What concerns one register only delays nothing: its days come again some night."""
    try:
        settled.look_back(reader, connection)
    except _FOR_ALL:
        raise
    except ProviderError as error:
        log.warning("settled days of connection %s could not be read again: %s", connection.pk, error)


def _longest_waiting(registers: Sequence[Register], days: dict[int, Known]) -> list[Register]:
    """Those whose today was read longest ago first; those that were never read before all."""

    def read_at(register: Register) -> float:
        row = days[register.pk].days.get(days[register.pk].today)
        return row.as_of.timestamp() if row else 0.0

    return sorted(registers, key=read_at)


def _read_register(reader: Reader, register: Register, days: Known) -> None:
    if finish_windows(reader, register):
        days = known.load(register.connection, [register], reader.source, reader.clock())[register.pk]
    for step in steps(days, reader.clock()):
        reader.pause()
        _do(reader, register, days, step)


def _do(reader: Reader, register: Register, days: Known, step: Step) -> None:
    if step.deed is Deed.READ:
        for span in runs([day for day in step.span.days() if (register.pk, day) not in reader.read]):
            read_span(reader, register, span)
        return
    begun = reader.clock()
    differing = differing_days(reader.source, register, step.span)
    for span in cut(runs(differing), reader.source.longest_days):
        read_span(reader, register, span)
    if step.nightly:
        strays.look(reader, register, days.today)
        _note_compared(reader, register, step.span, begun)
    elif not differing and step.span.last == days.today:
        # Nothing has come since: that too is known as of now.
        FillDay.objects.filter(register=register, day=days.today).update(as_of=begun)
    return


def _note_compared(reader: Reader, register: Register, span: Span, begun: datetime) -> None:
    """A window that was compared by count only: no walks, no pages."""
    reader.lease.hold(now=reader.clock())
    Window.objects.create(
        connection_id=register.connection_id,
        register=register,
        first_day=span.first,
        last_day=span.last,
        state=WindowState.DONE,
        started_at=begun,
        ended_at=reader.clock(),
    )


def drop_old_windows(*, now: datetime) -> int:
    """Drop windows that ended 30 days ago. Gives how many."""
    return Window.objects.filter(ended_at__lt=now - timedelta(days=30)).delete()[0]
