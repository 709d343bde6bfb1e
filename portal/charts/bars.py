"""Bars over time: takings against the days compared with, or in detail with voids and returns below the line."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from fiscal.queries.statistics.words import amount, money
from portal.charts.buckets import Bucket
from portal.charts.scale import Axis, axis

HEIGHT = 208
HEAD = 20
"""Room above the highest bar for words."""


@dataclass(frozen=True)
class Room:
    """How much fits: bars, words below them, figures above them, and how broad a pair of bars may be, in percent."""

    name: str
    bars: int
    labels: int
    figures: int
    broadest: float


WIDE = Room("wide", bars=100, labels=8, figures=7, broadest=9)
NARROW = Room("narrow", bars=32, labels=4, figures=3, broadest=24)


@dataclass(frozen=True)
class Mark:
    """A rectangle: x and width in percent, y and height in pixels. `look` is its class, `fill` a pattern's name."""

    x: str
    width: str
    y: float
    height: float
    look: str
    fill: str = ""


@dataclass(frozen=True)
class Word:
    """A text at x percent, y pixels."""

    x: str
    y: float
    text: str
    anchor: str = "middle"
    look: str = ""


@dataclass
class Slot:
    """What is drawn for one bucket, and its words for who points at it."""

    title: str
    marks: list[Mark] = field(default_factory=list)


@dataclass
class BarChart:
    """Everything that the template writes down. `parts`: what the legend has to explain."""

    room: Room
    per: str
    axis: Axis
    zero: float
    ticks: list[tuple[float, str]]
    """Pixels from the top, and the amount that stands there."""
    slots: list[Slot]
    words: list[Word]
    gaps: list[Mark]
    parts: set[str]
    cut: list[str]
    detail: bool = False
    height: int = HEIGHT + HEAD + 22
    bottom: int = HEIGHT + HEAD

    @property
    def gutter(self) -> int:
        """Room for the words of the scale, in pixels."""
        return 2 + 7 * max(len(words) for _y, words in self.ticks)


def bar_chart(found: list[Bucket], room: Room, currency: str, *, detail: bool = False) -> BarChart:
    """The chart of these buckets in this much room."""
    scale = axis(_values(found, detail=detail), HEIGHT)
    chart = BarChart(
        room=room,
        per=found[0].unit.per(),
        axis=scale,
        zero=scale.y(0) + HEAD,
        ticks=[(scale.y(tick) + HEAD, amount(tick, 0)) for tick in scale.ticks],
        slots=[],
        words=_labels(found, room),
        gaps=[],
        parts=set(),
        cut=[],
        detail=detail,
    )
    for n, bucket in enumerate(found):
        place = _Place(n, len(found), room)
        _draw(chart, bucket, place, currency, detail=detail)
    _draw_gaps(chart, found)
    return chart


@dataclass(frozen=True)
class _Place:
    """Where the bars of one bucket stand, in percent."""

    number: int
    of: int
    room: Room

    @property
    def width(self) -> float:
        return min(80 / self.of, self.room.broadest)

    @property
    def centre(self) -> float:
        return 100 * (self.number + 0.5) / self.of

    def part(self, start: float, end: float) -> tuple[str, str]:
        """x and width of a share of the bars' own width."""
        left = self.centre - self.width / 2
        return f"{left + start * self.width:.3f}%", f"{(end - start) * self.width:.3f}%"


def _values(found: list[Bucket], *, detail: bool) -> list[int]:
    if detail:
        return [v for b in found for v in (b.figures.sales, b.figures.voids + b.figures.returns)]
    return [v for b in found for v in (b.now, b.before) if v is not None]


def _draw(chart: BarChart, bucket: Bucket, place: _Place, currency: str, *, detail: bool) -> None:
    slot = Slot(_title(bucket, currency, detail=detail))
    chart.slots.append(slot)
    if detail:
        _draw_detail(chart, slot, bucket, place)
    else:
        _draw_takings(chart, slot, bucket, place)
    if bucket.now is None:
        return
    value = bucket.figures.sales if detail else bucket.now
    if bucket.troubled:
        x, width = place.part(0 if detail or bucket.before is None else 0.5, 1)
        top = min(chart.axis.y(value) + HEAD, chart.zero)
        slot.marks.append(Mark(x, width, top - 12, 10, "k-gap"))
        chart.parts.add("incomplete")
    if chart.axis.cuts(value):
        chart.cut.append(f"{bucket.words}: {money(value, currency)}")
    if place.of <= place.room.figures and not chart.axis.cuts(value):
        at = place.centre if detail or bucket.before is None else place.centre + place.width / 4
        top = chart.axis.y(value) + HEAD + (14 if value < 0 else -16 if bucket.troubled else -5)
        chart.words.append(Word(f"{at:.3f}%", top, amount(value, 0), look="k-figure"))


def _draw_takings(chart: BarChart, slot: Slot, bucket: Bucket, place: _Place) -> None:
    paired = bucket.before is not None
    if bucket.before is not None:
        slot.marks.append(_bar(chart, bucket.before, *place.part(0, 0.46), "k-before"))
        chart.parts.add("before")
    if bucket.now is None:
        return
    x, width = place.part(0.52 if paired else 0, 1)
    look, fill, part = _sold_look(bucket, "now")
    slot.marks.append(_bar(chart, bucket.now, x, width, look, fill))
    chart.parts.add(part)
    _break(chart, slot, bucket.now, x, width)


def _draw_detail(chart: BarChart, slot: Slot, bucket: Bucket, place: _Place) -> None:
    """Sales above the line; below it voids, and returns under them."""
    x, width = place.part(0, 1)
    figures = bucket.figures
    if bucket.now is None:
        return
    look, fill, part = _sold_look(bucket, "sales")
    slot.marks.append(_bar(chart, figures.sales, x, width, look, fill))
    chart.parts.add(part)
    reached = 0
    for name, value, fill in (("voids", figures.voids, "voids"), ("returns", figures.returns, "returns")):
        if not value:
            continue
        top, end = chart.axis.y(reached) + HEAD, chart.axis.y(reached + value) + HEAD
        slot.marks.append(Mark(x, width, min(top, end) + 1, max(abs(end - top) - 1, 1), f"k-{name}", fill))
        chart.parts.add(name)
        reached += value
    _break(chart, slot, figures.sales, x, width)


def _sold_look(bucket: Bucket, settled: str) -> tuple[str, str, str]:
    """Class, pattern and part of the legend: hatched while late receipts may still change it."""
    return ("k-unsettled", "hatch", "unsettled") if bucket.unsettled else ("k-f1", "", settled)


def _bar(chart: BarChart, value: int, x: str, width: str, look: str, fill: str = "") -> Mark:
    """A bar from zero; of a known zero a line, so that it is not taken for unknown."""
    top, zero = chart.axis.y(value) + HEAD, chart.zero
    return Mark(x, width, min(top, zero) if top != zero else zero - 1, max(abs(zero - top), 1), look, fill)


def _break(chart: BarChart, slot: Slot, value: int, x: str, width: str) -> None:
    """Two gaps through a bar that goes on beyond the scale."""
    if not chart.axis.cuts(value):
        return
    edge = HEAD if value > 0 else chart.bottom - 24
    slot.marks += [Mark(x, width, edge + y, 3, "k-break") for y in (10, 18)]
    chart.parts.add("cut")


def _draw_gaps(chart: BarChart, found: list[Bucket]) -> None:
    """A dashed box with words over each run of buckets of which nothing is filled."""
    run: list[int] = []
    for n, bucket in enumerate([*found, None]):
        if bucket is not None and bucket.missing:
            run.append(n)
            continue
        if run:
            left, width = 100 * run[0] / len(found), 100 * len(run) / len(found)
            chart.gaps.append(Mark(f"{left:.3f}%", f"{width:.3f}%", HEAD, max(chart.zero - HEAD, 24), "k-gap"))
            chart.parts.add("missing")
            if width >= (9 if chart.room.name == WIDE.name else 26):
                chart.words.append(Word(f"{left + width / 2:.3f}%", HEAD + 20, _("not filled"), look="k-warned"))
        run = []


def _labels(found: list[Bucket], room: Room) -> list[Word]:
    """Words below the line, as many as fit; the first and the last keep within the chart."""
    fit = room.labels - 1 if found[0].year else room.labels
    step = -(-len(found) // fit)
    words = []
    for n in range(0, len(found), step):
        centre = 100 * (n + 0.5) / len(found)
        anchor = "start" if centre < 4 else "end" if centre > 96 else "middle"
        x = {"start": 100 * n / len(found), "end": 100 * (n + 1) / len(found)}.get(anchor, centre)
        words.append(Word(f"{x:.3f}%", HEIGHT + HEAD + 17, found[n].label, anchor))
    return words


def _title(bucket: Bucket, currency: str, *, detail: bool) -> str:
    """What one bar says in words."""
    if bucket.nobody:
        return f"{bucket.words}: {_('no register')}"
    if bucket.now is None:
        return f"{bucket.words}: {_('not filled')}"
    told = [money(bucket.now, currency)]
    if detail:
        figures = bucket.figures
        told += [
            f"{_('sales')} {money(figures.sales, currency)}",
            f"{_('voids')} {money(figures.voids, currency)}",
            f"{_('returns')} {money(figures.returns, currency)}",
        ]
    elif bucket.before is not None:
        told.append(f"{_('before')} {money(bucket.before, currency)}")
    if bucket.troubled:
        told.append(_("incomplete"))
    if bucket.unsettled:
        told.append(_("not settled"))
    return f"{bucket.words}: {', '.join(told)}"
