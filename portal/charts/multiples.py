"""Small multiples: the same chart for each branch, on one scale."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from fiscal.queries.statistics import Branch, Statistics, change
from fiscal.queries.statistics.words import amount, day_words, money, percent
from portal.charts.bars import Mark
from portal.charts.buckets import Bucket, plain_buckets
from portal.charts.scale import Axis, axis

HEIGHT, MOST = 88, 31


@dataclass(frozen=True)
class Multiple:
    """One branch."""

    public_id: str
    name: str
    country_code: str
    total: str
    change: str
    tone: str
    marks: list[Mark]
    zero: float
    words: str
    warned: bool
    title: str

    @property
    def key(self) -> str:
        """What tells its pattern from those of the others."""
        return f"branch-{self.public_id[:8]}"


@dataclass(frozen=True)
class Multiples:
    """The branches of one page, and the scale that they share."""

    branches: list[Multiple]
    low: str
    high: str
    per: str
    height: int = HEIGHT


def multiples(found: Statistics) -> Multiples | None:
    """None where there is only one organization."""
    page = found.branches
    if page is None:
        return None
    bars = [plain_buckets(found.selection.span, MOST, _net(branch)) for branch in page.branches]
    scale = axis([bucket.now for row in bars for bucket in row if bucket.now is not None], HEIGHT, steps=2)
    drawn = [_multiple(found, branch, row, scale) for branch, row in zip(page.branches, bars, strict=True)]
    per = bars[0][0].unit.per() if bars else ""
    return Multiples(drawn, amount(scale.low, 0), amount(scale.high, 0), per)


def growth(found: Statistics, branch: Branch) -> float | None:
    """The branch's change in percent, over the days that can be compared fairly for it too."""
    pairs = [
        (day, then) for day, then in found.days.pairs if branch.filled.get(day, 0) == branch.filled.get(then, 0) != 0
    ]
    return change(branch.days, branch.before, pairs, found.selection.span).percent


def _net(branch: Branch) -> Callable[[date], int | None]:
    def net(day: date) -> int | None:
        if day in branch.days:
            return branch.days[day]
        return 0 if branch.filled.get(day) else None

    return net


def _multiple(found: Statistics, branch: Branch, bars: list[Bucket], scale: Axis) -> Multiple:
    grown = growth(found, branch)
    words, warned = _filled_words(found, branch)
    total = money(branch.total, found.currency)
    return Multiple(
        public_id=str(branch.public_id),
        name=branch.name,
        country_code=branch.country_code,
        total=total,
        change="" if grown is None else percent(grown, sign=True),
        tone="" if grown is None or round(grown, 1) == 0 else "ok" if grown > 0 else "bad",
        marks=[mark for n, bucket in enumerate(bars) for mark in _marks(found, bucket, n, len(bars), scale)],
        zero=scale.y(0),
        words=words,
        warned=warned,
        title=f"{branch.name}: {total}, {words}",
    )


def _marks(found: Statistics, bucket: Bucket, n: int, of: int, scale: Axis) -> list[Mark]:
    width = min(100 / of, 14)
    x, broad = f"{100 * (n + 0.5) / of - width / 2:.2f}%", f"{width * 0.78:.2f}%"
    zero = scale.y(0)
    if bucket.now is None:
        return [Mark(x, broad, 2, max(zero - 2, 8), "k-gap")]
    top = scale.y(bucket.now)
    unsettled = bucket.last >= found.selection.unsettled_from
    look, fill = ("k-unsettled", "hatch") if unsettled else ("k-f1", "")
    marks = [Mark(x, broad, min(top, zero) if top != zero else zero - 1, max(abs(zero - top), 1), look, fill)]
    return [*marks, Mark(x, broad, 8, 3, "k-break")] if scale.cuts(bucket.now) else marks


def _filled_words(found: Statistics, branch: Branch) -> tuple[str, bool]:
    """How complete the branch's days are, and whether that needs saying aloud."""
    expected = [day for day, fill in found.days.coverage.days.items() if fill.expected]
    missing = [day for day in expected if not branch.filled.get(day)]
    bad = [day for day in branch.trouble if day in found.selection.span]
    if expected and len(missing) == len(expected):
        return _("not filled"), True
    if missing:
        words = ngettext("%(n)d day not filled", "%(n)d days not filled", len(missing)) % {"n": len(missing)}
        return f"{words} ({day_words(missing[0])})" if len(missing) == 1 else words, True
    if bad:
        return ngettext("%(n)d day incomplete", "%(n)d days incomplete", len(bad)) % {"n": len(bad)}, True
    return _("complete"), False
