"""What a checked file would do, in the future tense."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from fiscal.choices import FillSource, FillState, ReceiptKind
from fiscal.models import FileImport
from fiscal.queries.statistics.words import money, pieces
from fiscal.statistics.files.content import Content
from fiscal.statistics.uploads.counting import KINDS, MOST_NAMED, DayCount, count_days
from fiscal.statistics.uploads.plan import WRITTEN, DayPlan, Deed, Detail, digest_of
from fiscal.statistics.uploads.proposal import propose, span_of
from fiscal.statistics.uploads.spans import SpanLine, compare_span

MOST_SHOWN = 400
TONES = {Deed.FILL: "ok", Deed.REPLACE: "warn", Deed.ADD: "info", Deed.SAME: "neutral", Deed.LEAVE: "neutral"}
ICONS = {Deed.FILL: "plus", Deed.REPLACE: "refresh", Deed.ADD: "plus", Deed.SAME: "check", Deed.LEAVE: "player-pause"}


@dataclass(frozen=True)
class DayLine:
    """One day. Cents; `held` and `difference` are None for a day that is not filled."""

    day: date
    deed: str
    deed_words: str
    tone: str
    icon: str
    reason: str
    documents: int
    told: int
    held: int | None
    difference: int | None


class SpanShown(NamedTuple):
    """A sum over the span in words; `held` is '' if nothing of it is held."""

    what: str
    name: str
    told: str
    held: str
    agrees: bool


@dataclass(frozen=True)
class Preview:
    """What applying would do. `expected` is sent back, so that what is applied is what was shown."""

    days: list[DayLine]
    more: int
    summary: list[str]
    notes: list[str]
    span: list[SpanShown]
    turnover: int
    held: int | None
    writes: bool
    expected: str


@dataclass(frozen=True)
class CountLine:
    """One day of the counter. `counts`: (counted, held) by kind, in the order of the columns; held None if not filled."""

    day: date
    counts: list[tuple[int, int | None]]
    state: str
    tone: str
    icon: str
    missing_here: list[str]
    missing_there: list[str]


@dataclass(frozen=True)
class CountPreview:
    """The counter compared: days that differ first."""

    kinds: list[str]
    days: list[CountLine]
    more: int
    summary: list[str]
    notes: list[str]


def preview(row: FileImport, content: Content) -> Preview:
    """The preview of a file that fills days."""
    plans = propose(row, content)
    return Preview(
        days=[_line(one) for one in plans[:MOST_SHOWN]],
        more=max(len(plans) - MOST_SHOWN, 0),
        summary=_summary(plans),
        notes=_notes(row, plans, content),
        span=[_shown(line, row) for line in compare_span(row.register, content.span, span_of(row))],
        turnover=sum(one.figures.net for one in plans),
        held=sum(one.held.net for one in plans) if any(one.held.state for one in plans) else None,
        writes=any(one.deed in WRITTEN for one in plans),
        expected=digest_of(plans),
    )


def _shown(line: SpanLine, row: FileImport) -> SpanShown:
    def words(value: int | None) -> str:
        if value is None:
            return ""
        return pieces(value) if line.detail == Detail.ARTICLES else money(value, row.register.currency)

    return SpanShown(str(line.detail.label), line.name, words(line.told), words(line.held), line.agrees)


def _line(one: DayPlan) -> DayLine:
    return DayLine(
        day=one.day,
        deed=one.deed.value,
        deed_words=str(one.deed.label),
        tone=TONES[one.deed],
        icon=ICONS[one.deed],
        reason=_reason(one),
        documents=one.figures.documents,
        told=one.figures.net,
        held=one.held.net if one.held.state else None,
        difference=one.difference,
    )


def _reason(one: DayPlan) -> str:
    if one.deed == Deed.ADD:
        return ", ".join(str(detail.label) for detail in one.details)
    if one.deed == Deed.REPLACE:
        return _("it came from a file before")
    if one.deed == Deed.LEAVE and one.held.state == FillState.STARTED:
        return _("it is being read at this moment")
    if one.deed == Deed.LEAVE:
        return _("its receipts say otherwise, and they count")
    if one.deed == Deed.FILL and one.held.source == FillSource.RECEIPTS and one.held.state != FillState.STARTED:
        return _("the provider has no receipts of it")
    return ""


def _summary(plans: list[DayPlan]) -> list[str]:
    days = Counter(one.deed for one in plans)
    words = {
        Deed.FILL: ngettext("%(n)d day will be filled.", "%(n)d days will be filled.", days[Deed.FILL]),
        Deed.REPLACE: ngettext("%(n)d day will be replaced.", "%(n)d days will be replaced.", days[Deed.REPLACE]),
        Deed.ADD: ngettext("%(n)d day will get details.", "%(n)d days will get details.", days[Deed.ADD]),
        Deed.SAME: ngettext("%(n)d day says the same already.", "%(n)d days say the same already.", days[Deed.SAME]),
        Deed.LEAVE: ngettext(
            "%(n)d day will be left as it is.", "%(n)d days will be left as they are.", days[Deed.LEAVE]
        ),
    }
    return [text % {"n": days[deed]} for deed, text in words.items() if days[deed]]


def _notes(row: FileImport, plans: list[DayPlan], content: Content) -> list[str]:
    notes = []
    told = {one.day for one in plans} | set(content.unfilled)
    if silent := sum(day not in told for day in span_of(row).days()):
        words = ngettext(
            "%(n)d day of the span is not in the file. It is left as it is.",
            "%(n)d days of the span are not in the file. They are left as they are.",
            silent,
        )
        notes.append(words % {"n": silent})
    if content.unfilled:
        words = ngettext(
            "The file calls %(n)d day not filled.", "The file calls %(n)d days not filled.", len(content.unfilled)
        )
        notes.append(words % {"n": len(content.unfilled)})
    if any(_hides_voids(one) for one in plans):
        notes.append(
            _(
                "The file tells how many voids and returns there were, but not their amounts: the net turnover of a day "
                "stands under its sales. “Esporta statistiche” as one long table tells them apart."
            )
        )
    if content.span:
        notes.append(
            _(
                "Payments, VAT rates and articles are sums over the whole span here. They are compared below and not stored: "
                "nothing says how they spread over the days. A file of one day, or “Aggregati giornalieri”, tells them by day."
            )
        )
    return notes


def _hides_voids(one: DayPlan) -> bool:
    """Whether totals are written that have voids or returns without their amounts."""
    cancelled = {ReceiptKind.VOID, ReceiptKind.RETURN} & one.figures.kinds.keys()
    return one.deed in {Deed.FILL, Deed.REPLACE} and not one.figures.split_kinds and bool(cancelled)


def count_preview(row: FileImport, content: Content) -> CountPreview:
    """The preview of the counter's file."""
    lines = count_days(row.register.connection, content.documents, span_of(row))
    used = [kind for kind in KINDS if any(line.counted[kind] or line.held[kind] for line in lines)]
    shown = sorted(lines, key=lambda line: (not line.filled or line.agrees, line.day))
    return CountPreview(
        kinds=[str(kind.label) for kind in used],
        days=[_count_line(line, used) for line in shown[:MOST_SHOWN]],
        more=max(len(shown) - MOST_SHOWN, 0),
        summary=_count_summary(lines),
        notes=_count_notes(row, content),
    )


def _count_line(line: DayCount, kinds: list[ReceiptKind]) -> CountLine:
    state, tone, icon = _("agrees"), "ok", "check"
    if not line.filled:
        state, tone, icon = _("not filled here"), "neutral", "clock"
    elif not line.agrees:
        state, tone, icon = _("differs"), "warn", "alert-triangle"
    return CountLine(
        day=line.day,
        counts=[(line.counted[kind], line.held[kind] if line.filled else None) for kind in kinds],
        state=state,
        tone=tone,
        icon=icon,
        missing_here=line.missing_here[:MOST_NAMED],
        missing_there=line.missing_there[:MOST_NAMED],
    )


def _count_summary(lines: list[DayCount]) -> list[str]:
    differ = sum(line.filled and not line.agrees for line in lines)
    agree = sum(line.filled and line.agrees for line in lines)
    unfilled = sum(not line.filled for line in lines)
    texts = (
        (differ, ngettext("%(n)d day differs.", "%(n)d days differ.", differ)),
        (agree, ngettext("%(n)d day agrees.", "%(n)d days agree.", agree)),
        (unfilled, ngettext("%(n)d day is not filled here.", "%(n)d days are not filled here.", unfilled)),
    )
    return [text % {"n": n} for n, text in texts if n]


def _count_notes(row: FileImport, content: Content) -> list[str]:
    notes = [
        _(
            "The counter has no amounts: it fills no day. It tells which days are complete, and days that differ will be "
            "shown as incomplete."
        )
    ]
    registers = row.register.connection.registers.count()
    if registers > 1:
        words = _(
            "It counts all %(n)d devices of %(name)s together, so it is compared with their sum, and no day of a single "
            "device will be marked."
        )
        notes.append(words % {"n": registers, "name": row.register.connection.name})
    if content.elsewhere:
        words = _("%(n)d documents of other partite IVA are left out.")
        notes.append(words % {"n": content.elsewhere})
    return notes
