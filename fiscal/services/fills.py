"""Reading sales: what people start, pause and cancel, and what the system does by itself."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from fiscal.choices import BackfillState, ConnectionKind, ConnectionStatus
from fiscal.models import Backfill, Connection
from fiscal.services.imports import forget_files
from fiscal.statistics import deferred, raw_pages, rollup, schedule, settle
from fiscal.statistics.partitions import drop_expired, keep_partitions
from fiscal.statistics.sources import source_for
from fiscal.statistics.windows import ONE
from organizations.access import Reach
from organizations.audit import record
from organizations.choices import Level, Scope, Verb
from organizations.rules import RulesBroken

EARLIEST = date(2015, 1, 1)
"""Neither country had signed or electronic receipts before."""


class BackfillRefused(RulesBroken):
    """Past sales cannot be read as asked; errors by field."""


@transaction.atomic(durable=True)
def start_backfill(reach: Reach, connection_id: UUID, *, first_day: date, register_id: UUID | None = None) -> Backfill:
    """Read past sales from `first_day` on, newest first, of one register or of all of the connection.

    Raises BackfillRefused, NotAuthorized, Connection.DoesNotExist, Register.DoesNotExist.
    """
    reach.require(Scope.INTEGRATIONS, Level.MANAGE)
    connection = _connection(reach, connection_id)
    register = connection.registers.get(public_id=register_id) if register_id else None
    last_day = timezone.localdate() - ONE
    if connection.kind == ConnectionKind.FILES:
        raise BackfillRefused({"first_day": _("This source has no key. Upload its files instead.")})
    if not EARLIEST <= first_day <= last_day:
        raise BackfillRefused({"first_day": _("Choose a day between 1 January 2015 and yesterday.")})
    others = connection.backfills.filter(state__in=[BackfillState.RUNNING, BackfillState.PAUSED])
    if others.filter(register=register).exists():
        raise BackfillRefused(
            {"first_day": _("Past sales are being read already. Cancel that first, or wait for its end.")}
        )
    backfill = Backfill.objects.create(
        connection=connection,
        register=register,
        first_day=first_day,
        last_day=last_day,
        next_day=last_day,
        started_by=reach.actor,
    )
    record(
        reach,
        Verb.BACKFILL_STARTED,
        connection,
        after={"first_day": first_day.isoformat(), "register": str(register or "")},
    )
    _make_due(connection)
    return backfill


@transaction.atomic(durable=True)
def pause_backfill(reach: Reach, public_id: UUID) -> Backfill:
    """Let it rest after the window in hand. Raises NotAuthorized, Backfill.DoesNotExist."""
    return _move(reach, public_id, Verb.BACKFILL_PAUSED, BackfillState.PAUSED, only_from=[BackfillState.RUNNING])


@transaction.atomic(durable=True)
def resume_backfill(reach: Reach, public_id: UUID) -> Backfill:
    """Let it go on where it was. Raises NotAuthorized, Backfill.DoesNotExist."""
    backfill = _move(reach, public_id, Verb.BACKFILL_RESUMED, BackfillState.RUNNING, only_from=[BackfillState.PAUSED])
    _make_due(backfill.connection)
    return backfill


@transaction.atomic(durable=True)
def cancel_backfill(reach: Reach, public_id: UUID) -> Backfill:
    """End it for good; what was read stays. Raises NotAuthorized, Backfill.DoesNotExist."""
    live = [BackfillState.RUNNING, BackfillState.PAUSED]
    return _move(reach, public_id, Verb.BACKFILL_CANCELLED, BackfillState.CANCELLED, only_from=live)


@transaction.atomic(durable=True)
def read_now(reach: Reach, connection_id: UUID) -> Connection:
    """Make a connection due now. One that waits for a person, or for its licence, stays so: try it instead.

    Raises NotAuthorized, Connection.DoesNotExist.
    """
    reach.require(Scope.INTEGRATIONS, Level.MANAGE)
    connection = _connection(reach, connection_id)
    _make_due(connection)
    return connection


def _connection(reach: Reach, public_id: UUID) -> Connection:
    """Locked, so that of two who start at once the second finds what the first has begun."""
    rows = Connection.objects.select_for_update().exclude(status=ConnectionStatus.REVOKED)
    return rows.get(public_id=public_id, organization=reach.organization)


def _make_due(connection: Connection) -> None:
    rows = Connection.objects.filter(pk=connection.pk, status=ConnectionStatus.ACTIVE)
    rows.filter(due_at__gt=timezone.now()).update(due_at=timezone.now())


def _move(
    reach: Reach, public_id: UUID, verb: Verb, state: BackfillState, *, only_from: list[BackfillState]
) -> Backfill:
    """Change its state, on record. Safe to press twice: what is there already is not recorded again."""
    reach.require(Scope.INTEGRATIONS, Level.MANAGE)
    rows = Backfill.objects.select_related("connection").select_for_update(of=("self",))
    backfill = rows.get(public_id=public_id, connection__organization=reach.organization)
    if backfill.state in only_from:
        before, backfill.state = backfill.state, state
        if state == BackfillState.CANCELLED:
            backfill.ended_at = timezone.now()
        backfill.save(update_fields=["state", "ended_at"])
        record(reach, verb, backfill.connection, before={"state": before}, after={"state": state})
    return backfill


# --- the system's own work -------------------------------------------------------------------------------------------


def read_connection(
    connection_id: int, *, clock: Callable[[], datetime] = timezone.now, stop: Callable[[], bool] = bool
) -> bool:
    """Give a connection its turn, if it is due and nobody else reads from it. True if it was."""
    took = schedule.take_turn(connection_id, source_for, clock=clock, stop=stop)
    if took:
        rollup.roll_up(now=clock())
    return took


def due_connections(*, now: datetime, limit: int = 200) -> list[int]:
    """Connections to read from now, those waiting longest first. No message is needed to find them."""
    return schedule.due(now, limit=limit)


def roll_up_due(*, now: datetime) -> None:
    """Roll up what no fill has: registers that moved, methods that were mapped, sales that became fiscal, dead workers."""
    settle.close_orphans(now=now)
    deferred.note_pending(now=now)
    deferred.settle_deliveries(now=now)
    rollup.roll_up(now=now)


def keep_statistics(*, now: datetime) -> None:
    """Make partitions ahead, and drop what was kept long enough: raw pages, windows, receipts, files that nobody applied."""
    keep_partitions(now=now)
    raw_pages.drop_old(now=now)
    schedule.drop_old_windows(now=now)
    drop_expired(now=now)
    forget_files(now=now)
