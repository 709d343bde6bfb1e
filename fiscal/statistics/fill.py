"""Reads one window of one register to its end and says of each of its days how complete it is.

A window is a row: while it is STARTED its days are held back from the roll-ups, and whoever finds it STARTED reads it
again from its beginning. Pages are committed one by one; what was written already is recognised and left alone. So a
death at any page costs time and nothing else.

Verified before believed (`hardness.md` A3, "Receipts"): what was read must be as many as the provider counts, before and
after; else it is walked again, three times at most; then the window is halved, down to single days, which are then shown
as incomplete.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime

from django.db import transaction
from django.db.models import F

from fiscal.choices import FillState, ReceiptKind, WindowState
from fiscal.models import FillDay, Receipt, Register, Window
from fiscal.providers.errors import ProviderError
from fiscal.statistics import raw_pages
from fiscal.statistics.ahead import ahead
from fiscal.statistics.checkpoints import reached
from fiscal.statistics.dialect import durable_with_the_next
from fiscal.statistics.ingest import Intake
from fiscal.statistics.reader import OutOfTime, Reader
from fiscal.statistics.sentences import SAME_PAGE, SHOWS_OTHERS, UNREADABLE
from fiscal.statistics.settle import Verdict, settle
from fiscal.statistics.shapes import Page, SourceReceipt
from fiscal.statistics.windows import Span, cut, halves, runs

log = logging.getLogger(__name__)

MOST_WALKS = 3
MOST_AT_ONCE = 20_000
"""A longer window is halved before it is walked, so that a turn never has much to do again."""
FEW = 200
"""A page with at most so many unknown receipts is asked whether they stood on another day before."""


@dataclass
class Walk:
    """What one walk over a window saw."""

    begun: datetime
    seen: set[int] = field(default_factory=set)
    """Hashes of (day, key): a million of them fit into 100 MB."""
    unreadable: list[str] = field(default_factory=list)
    goes_round: bool = False
    fresh: list[SourceReceipt] = field(default_factory=list)
    kept: bool = False

    def saw(self, receipts: Iterable[SourceReceipt]) -> set[int]:
        """Remember these; their hashes."""
        hashes = {hash((receipt.day, receipt.key)) for receipt in receipts}
        self.seen |= hashes
        return hashes


def read_span(reader: Reader, register: Register, span: Span) -> None:
    """Read a span to its end. Raises ProviderError, LeaseLost, OutOfTime; what is not done then is found STARTED."""
    _open(reader, register, [span])
    finish_windows(reader, register)
    while doubted := reader.doubts.pop(register.pk, None):
        _open(reader, register, cut(runs(doubted), reader.source.longest_days))
        finish_windows(reader, register)


def finish_windows(reader: Reader, register: Register) -> int:
    """Read every window of the register that is not at its end, oldest days first. Gives how many there were."""
    done = 0
    while window := register.windows.filter(state=WindowState.STARTED).order_by("first_day", "pk").first():
        reader.pause()
        try:
            _read(reader, register, window)
        except ProviderError as error:
            Window.objects.filter(pk=window.pk).update(error_text=str(error)[:500])
            raise
        done += 1
    return done


@transaction.atomic
def _open(reader: Reader, register: Register, spans: Iterable[Span]) -> None:
    """Begin windows; days that were never filled are marked as being filled."""
    now = reader.clock()
    reader.lease.hold(now=now)
    for first, last in spans:
        own = {"connection_id": register.connection_id, "register": register, "first_day": first, "last_day": last}
        Window.objects.create(**own, started_at=now)
        days = [
            FillDay(register=register, day=day, state=FillState.STARTED, as_of=now) for day in Span(first, last).days()
        ]
        FillDay.objects.bulk_create(days, ignore_conflicts=True)


@transaction.atomic
def _split(reader: Reader, register: Register, window: Window) -> None:
    """Two halves take the window's place in the same moment, so that its days stay held back."""
    _open(reader, register, halves(Span(window.first_day, window.last_day)))
    Window.objects.filter(pk=window.pk).delete()


def _read(reader: Reader, register: Register, window: Window) -> None:
    reached("after-window-opened")
    span = Span(window.first_day, window.last_day)
    before = reader.source.count(register, *span)
    reached("after-count")
    if span.length > 1 and (before or 0) > MOST_AT_ONCE:
        return _split(reader, register, window)
    try:
        verdict = _walk_until_sure(reader, register, window, before)
    except OutOfTime:
        if span.length > 1:
            _split(reader, register, window)
        raise
    if not verdict.complete and span.length > 1:
        return _split(reader, register, window)
    reached("before-settle")
    settle(reader, register, window, verdict)
    reader.read |= {(register.pk, day) for day in span.days()}
    reached("after-settle")
    return None


def _walk_until_sure(reader: Reader, register: Register, window: Window, before: int | None) -> Verdict:
    span, intake = Span(window.first_day, window.last_day), Intake(register)
    previous: set[int] | None = None
    fresh: list[SourceReceipt] = []
    for _ in range(MOST_WALKS):
        walk = _walk(reader, intake, window, before)
        fresh += walk.fresh
        after = reader.source.count(register, *span)
        sure = before == after if after is not None else walk.seen == previous
        verdict = Verdict(
            as_of=walk.begun,
            counted=after,
            complete=not walk.unreadable
            and not walk.goes_round
            and before == after
            and after in {None, len(walk.seen)},
            moving=before != after,
            seen=walk.seen if sure else None,
            words=_words(walk, after),
        )
        if walk.unreadable or walk.goes_round:
            break
        # If it moved while it was walked, the right number may be the wrong receipts. Nobody counts: a second walk is only
        # needed to be sure that something is gone.
        if verdict.complete and (sure or (after is None and _held(register, span) == len(walk.seen))):
            break
        before, previous = after, walk.seen
    _doubt(reader, register, span, fresh)
    return verdict


def _walk(reader: Reader, intake: Intake, window: Window, counted: int | None) -> Walk:
    register, span = intake.register, Span(window.first_day, window.last_day)
    Window.objects.filter(pk=window.pk).update(walks=F("walks") + 1, pages=0, read=0)
    walk = Walk(reader.clock())
    last: set[int] = set()
    for page in ahead(reader.source.pages(register, *span, counted=counted)):
        reached("after-page-fetched")
        hashes = walk.saw(page.receipts)
        if hashes and hashes == last:
            walk.goes_round = True
            break
        last = hashes
        _take_in(reader, intake, window, walk, page)
        reached("after-page")
        if not page.last and span.length > 1:
            reader.pause()
    return walk


@transaction.atomic
def _take_in(reader: Reader, intake: Intake, window: Window, walk: Walk, page: Page) -> None:
    """Write one page: all of it, or nothing. A page that a crash loses is read again, as its window is still STARTED."""
    durable_with_the_next()
    now = reader.clock()
    reader.lease.hold(now=now)
    written = intake.write(page.receipts, now=now)
    if written.fresh or written.changed or page.quarantined:
        span = Span(window.first_day, window.last_day)
        raw_pages.keep(intake.register, span, page, first=not walk.kept, now=now)
        walk.kept = True
    if len(walk.fresh) <= FEW:
        walk.fresh += written.fresh
    walk.unreadable += [row.what for row in page.quarantined]
    Window.objects.filter(pk=window.pk).update(pages=F("pages") + 1, read=len(walk.seen))
    reached("in-page")


def _held(register: Register, span: Span) -> int:
    rows = Receipt.objects.filter(register=register, day__range=span, removed_at=None)
    return rows.exclude(kind=ReceiptKind.PENDING).count()


def _words(walk: Walk, counted: int | None) -> str:
    """Why a window is not complete, for people."""
    if walk.unreadable:
        return (UNREADABLE % {"n": len(walk.unreadable), "first": walk.unreadable[0]})[:500]
    if walk.goes_round:
        return SAME_PAGE
    if counted is not None and counted != len(walk.seen):
        return SHOWS_OTHERS % {"counted": counted, "shown": len(walk.seen)}
    return ""


def _doubt(reader: Reader, register: Register, span: Span, fresh: list[SourceReceipt]) -> None:
    """Remember days on which receipts that are new here stood before: they are read again in this turn.

    Only a read of that day can tell whether they moved, or whether the register has begun to count anew. A page full of
    unknown receipts is a first fill, and is not asked.
    """
    if not fresh or len(fresh) > FEW:
        return
    rows = Receipt.objects.filter(
        organization__in=register.placements.values("organization"),
        number__in=[receipt.number for receipt in fresh],
        register=register,
        key__in=[receipt.key for receipt in fresh],
        removed_at=None,
    )
    days: set[date] = set(rows.exclude(day__range=span).values_list("day", flat=True))
    if days:
        reader.doubts.setdefault(register.pk, set()).update(days)
