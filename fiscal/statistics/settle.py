"""The end of a window, in one transaction: removals, the state of its days, their roll-ups. Nobody sees it half done."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import Count

from fiscal.choices import FillSource, FillState, ReceiptKind, WindowState
from fiscal.models import DirtyDay, FillDay, Receipt, Register, Window
from fiscal.statistics.checkpoints import reached
from fiscal.statistics.ingest import mark_dirty
from fiscal.statistics.reader import Reader
from fiscal.statistics.rollup import recompute_days
from fiscal.statistics.sentences import HOLDS_OTHERS, SHOWS_NOTHING
from fiscal.statistics.windows import Span, local_day

log = logging.getLogger(__name__)

CHUNK = 1_000
_SAID = "state source receipts counted as_of closed_at recomputed_at incomplete_since".split()


@dataclass
class Verdict:
    """What the walks over a window came to.

    `counted`: by the provider, None if it does not count. `moving`: the count changed while it was walked. `seen`:
    hashes of (day, key) of a read so certain that what is not among them is no longer there; None: not that certain.
    """

    as_of: datetime
    counted: int | None
    complete: bool
    moving: bool
    seen: set[int] | None
    words: str


def settle(reader: Reader, register: Register, window: Window, verdict: Verdict) -> None:
    """End a window. Raises LeaseLost, and ProviderError while it asks whether removals are credible."""
    span = Span(window.first_day, window.last_day)
    gone = _gone(register, span, verdict)
    if gone and not verdict.seen and not _still_sees(reader, register, span, gone):
        # A key that suddenly shows nothing at all never counts as deletion.
        verdict.complete, gone = False, []
        verdict.words = SHOWS_NOTHING
    with transaction.atomic():
        now = reader.clock()
        reader.lease.hold(now=now)
        _remove(register, gone, now=now)
        _end(register, span, verdict, now=now)
        Window.objects.filter(pk=window.pk).update(
            state=WindowState.DONE if verdict.complete else WindowState.INCOMPLETE,
            counted=verdict.counted,
            ended_at=now,
            error_text=verdict.words,
        )
        reached("in-settle")
    if verdict.words:
        log.warning("window %s of register %s is incomplete: %s", span, register.pk, verdict.words)


def _gone(register: Register, span: Span, verdict: Verdict) -> list[tuple[int, date]]:
    """Receipts that we hold and that a complete, verified read did not show."""
    if verdict.seen is None or not verdict.complete:
        return []
    # A pending sale is in no list: it ends with the document that it becomes (`deferred`).
    held = Receipt.objects.filter(register=register, day__range=span, removed_at=None).exclude(kind=ReceiptKind.PENDING)
    if held.count() == len(verdict.seen):
        return []
    rows = held.values_list("pk", "day", "key").iterator(chunk_size=CHUNK)
    return [(pk, day) for pk, day, key in rows if hash((day, key)) not in verdict.seen]


def _still_sees(reader: Reader, register: Register, span: Span, gone: list[tuple[int, date]]) -> bool:
    """Whether the provider still shows receipts of the last other day on which it had any.

    If there is no other day, a single receipt may be gone, but not several.
    """
    others = register.fill_days.exclude(day__range=span).filter(receipts__gt=0)
    day = others.order_by("-day").values_list("day", flat=True).first()
    if day is None:
        return len(gone) == 1
    counted = reader.source.count(register, day, day)
    if counted is None:
        return any(page.receipts for page in reader.source.pages(register, day, day))
    return counted > 0


def _remove(register: Register, gone: list[tuple[int, date]], *, now: datetime) -> None:
    for start in range(0, len(gone), CHUNK):
        some = gone[start : start + CHUNK]
        days = [day for _, day in some]
        rows = Receipt.objects.filter(pk__in=[pk for pk, _ in some], day__range=(min(days), max(days)))
        rows.update(removed_at=now)
    mark_dirty(register.pk, {day for _, day in gone}, now=now)


def _end(register: Register, span: Span, verdict: Verdict, *, now: datetime) -> None:
    """Say of each day how complete it is, and roll up those whose receipts changed."""
    dirty = DirtyDay.objects.filter(register=register, day__range=span)
    changed = set(dirty.select_for_update().order_by("day").values_list("day", flat=True))
    dirty.filter(day__in=changed).delete()
    held = _held_by_day(register, span)
    if verdict.counted is not None and sum(held.values()) != verdict.counted:
        verdict.complete = False
        verdict.words = verdict.words or HOLDS_OTHERS % {
            "counted": verdict.counted,
            "held": sum(held.values()),
        }
    _mark_days(register, span, verdict, held, changed, now=now)
    recompute_days([(register.pk, day) for day in sorted(changed)], now=now)


def _held_by_day(register: Register, span: Span) -> dict[date, int]:
    rows = Receipt.objects.filter(register=register, day__range=span, removed_at=None).order_by()
    rows = rows.exclude(kind=ReceiptKind.PENDING)
    return dict(rows.values_list("day").annotate(n=Count("pk")))


def _mark_days(
    register: Register, span: Span, verdict: Verdict, held: dict[date, int], changed: set[date], *, now: datetime
) -> None:
    rows = {row.day: row for row in register.fill_days.filter(day__range=span)}
    today = local_day(now, register.zone)
    kept = []
    for day in span.days():
        row = rows.get(day) or FillDay(register=register, day=day)
        if row.source == FillSource.FILE and day not in held:
            continue  # an uploaded file knows more than a provider that has nothing
        row.source, row.receipts, row.as_of = FillSource.RECEIPTS, held.get(day, 0), verdict.as_of
        row.counted = _counted(verdict, row.receipts, alone=span.length == 1)
        if row.closed_at is not None and day in changed:
            row.recomputed_at = now
        row.state = _state(verdict, is_past=day < today)
        row.incomplete_since = (row.incomplete_since or now) if row.state == FillState.INCOMPLETE else None
        if row.state == FillState.DONE:
            row.closed_at = row.closed_at or now
        kept.append(row)
    FillDay.objects.bulk_create(
        [_copy(row) for row in kept], update_conflicts=True, unique_fields=["register", "day"], update_fields=_SAID
    )


def _copy(row: FillDay) -> FillDay:
    """The row without its id: the upsert finds it by register and day."""
    row.pk = None
    return row


def _counted(verdict: Verdict, receipts: int, *, alone: bool) -> int | None:
    if verdict.counted is None or alone:
        return verdict.counted
    return receipts if verdict.complete else None


def _state(verdict: Verdict, *, is_past: bool) -> FillState:
    if is_past:
        return FillState.DONE if verdict.complete else FillState.INCOMPLETE
    return FillState.OPEN if verdict.complete or verdict.moving else FillState.INCOMPLETE


def close_orphans(*, now: datetime) -> int:
    """End windows of connections that are not read from any more, so that they hold nothing back. Gives how many.

    Days that were complete and have changed since are then incomplete, and shown so.
    """
    orphans = Window.objects.filter(state=WindowState.STARTED).exclude(connection__status="ACTIVE")
    orphans = orphans.exclude(connection__lease_until__gt=now)
    for window in orphans:
        days = DirtyDay.objects.filter(register=window.register_id, day__range=(window.first_day, window.last_day))
        with transaction.atomic():
            rows = FillDay.objects.filter(register=window.register_id, day__in=days.values("day"))
            rows.filter(state=FillState.DONE).update(state=FillState.INCOMPLETE, incomplete_since=now)
            Window.objects.filter(pk=window.pk).update(state=WindowState.FAILED, ended_at=now)
    return len(orphans)
