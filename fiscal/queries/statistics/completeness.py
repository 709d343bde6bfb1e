"""How complete the figures are: days filled, incomplete, not filled and still open, each with its "as of".

"—" is not filled, 0 is filled and empty, *incomplete* is where count and rows disagree (contract "Statistics", heading 1).
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from django.db.models import Count, Min, Q

from fiscal.choices import FillState
from fiscal.models import FillDay
from fiscal.queries.statistics.selection import Selection, standing
from fiscal.queries.statistics.span import Span
from fiscal.queries.statistics.standing import Standing


class DayState(StrEnum):
    """One day over all registers of a selection, worst first."""

    MISSING = "missing"
    PARTLY = "partly"
    INCOMPLETE = "incomplete"
    OPEN = "open"
    COMPLETE = "complete"
    NOBODY = "nobody"


@dataclass
class DayFill:
    """Registers of one day: how many stood there, and how far each was read."""

    expected: int = 0
    done: int = 0
    incomplete: int = 0
    open: int = 0
    as_of: datetime | None = None

    @property
    def filled(self) -> int:
        return self.done + self.incomplete + self.open

    @property
    def missing(self) -> int:
        return max(self.expected - self.filled, 0)

    @property
    def state(self) -> DayState:
        """MISSING: nothing of it is filled; PARTLY: of some registers; NOBODY: no register stood there."""
        if not self.filled:
            return DayState.MISSING if self.expected else DayState.NOBODY
        if self.missing:
            return DayState.PARTLY
        if self.incomplete:
            return DayState.INCOMPLETE
        return DayState.OPEN if self.open else DayState.COMPLETE

    @property
    def comparable(self) -> bool:
        """Whether it can be set against another day: filled to its end, or nobody sold."""
        return self.state in {DayState.COMPLETE, DayState.NOBODY}


@dataclass(frozen=True)
class Coverage:
    """The fill of every day of a span, in order."""

    days: dict[date, DayFill]
    unsettled_from: date

    @property
    def counts(self) -> Counter[str]:
        """Register days: `expected`, `done`, `incomplete`, `open`, `missing`."""
        total: Counter[str] = Counter()
        for fill in self.days.values():
            total.update({name: getattr(fill, name) for name in ("expected", "done", "incomplete", "open", "missing")})
        return total

    @property
    def as_of(self) -> datetime | None:
        """The oldest reading of what may still change; of a span that is settled, its oldest reading at all."""
        moving = [fill.as_of for day, fill in self.days.items() if day >= self.unsettled_from and fill.as_of]
        return min(moving or [fill.as_of for fill in self.days.values() if fill.as_of], default=None)

    @property
    def settled(self) -> bool:
        """Whether no day of it will be read again."""
        return all(day < self.unsettled_from for day in self.days)

    @property
    def any_filled(self) -> bool:
        return any(fill.filled for fill in self.days.values())

    def in_state(self, *states: DayState) -> list[date]:
        return [day for day, fill in self.days.items() if fill.state in states]


def coverage(selection: Selection, stands: Standing) -> tuple[Coverage, Coverage | None]:
    """Of the span, and of what it is compared with: one query for both."""
    spans = [selection.span, selection.before] if selection.before else [selection.span]
    both = [_expected(stands, span) for span in spans]
    counts = {
        state: Count("pk", filter=Q(state=state)) for state in (FillState.DONE, FillState.INCOMPLETE, FillState.OPEN)
    }
    rows = (
        FillDay.objects.filter(selection.days(), _standing_in(selection))
        .order_by()
        .values_list("day")
        .annotate(done=counts[FillState.DONE], incomplete=counts[FillState.INCOMPLETE], still=counts[FillState.OPEN])
        .annotate(read=Min("as_of"))
    )
    for day, done, incomplete, still, as_of in rows:
        for days in both:
            if fill := days.get(day):
                fill.done, fill.incomplete, fill.open, fill.as_of = done, incomplete, still, as_of
    now, *before = [Coverage(days, selection.unsettled_from) for days in both]
    return now, before[0] if before else None


def _expected(stands: Standing, span: Span) -> dict[date, DayFill]:
    return {day: DayFill(expected=count) for day, count in stands.expected(span).items()}


def _standing_in(selection: Selection) -> Q:
    """Fill days of registers that stood in the place on that day."""
    place, prefix = selection.place, "register__placements__"
    where: dict[str, object] = {}
    if place.shop is not None:
        where["shop"] = place.shop
    if place.register is not None:
        where["register"] = place.register
    found = standing(prefix, **where) & place.within(f"{prefix}organization")
    return found & Q(register__currency=selection.currency) if selection.currency else found
