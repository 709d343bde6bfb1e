"""What a file says, in our own terms: figures of days, sums over its span, documents that were counted."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import NamedTuple

from fiscal.choices import FillState, ReceiptKind
from fiscal.statistics.turnover import TURNOVER


class KindSum(NamedTuple):
    """Documents of one kind: how many, cents with the sign that counts, cents of it that nobody paid yet."""

    number: int = 0
    total: int = 0
    uncollected: int = 0


class VatSum(NamedTuple):
    """Cents at one rate."""

    gross: int
    net: int
    tax: int


class Sold(NamedTuple):
    """Of one article: thousandths, and cents; None where the file tells quantities only."""

    quantity: int
    total: int | None


@dataclass
class DayFigures:
    """One day of one device. Splits are None where the file does not tell them.

    `split_kinds`: False where the file tells how many voids and returns there were, but not their amounts: the day's net
    turnover then stands under sales.
    """

    day: date
    kinds: dict[ReceiptKind, KindSum]
    state: FillState = FillState.DONE
    as_of: datetime | None = None
    split_kinds: bool = True
    payments: dict[str, int] | None = None
    vat: dict[tuple[str, int], VatSum] | None = None
    articles: dict[str, Sold] | None = None

    @property
    def net(self) -> int:
        """Net turnover in cents."""
        return sum(one.total for kind, one in self.kinds.items() if kind in TURNOVER)

    @property
    def documents(self) -> int:
        """How many documents the day had."""
        return sum(one.number for one in self.kinds.values())


@dataclass
class SpanFacts:
    """Sums over a span of more than one day. They are compared, and never spread over its days."""

    payments: dict[str, int] = field(default_factory=dict)
    vat: dict[tuple[str, int], int] = field(default_factory=dict)
    articles: dict[str, Sold] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.payments or self.vat or self.articles)


class CountedDocument(NamedTuple):
    """A row of the counter's file. It has no amount."""

    key: str
    number: str
    day: date
    kind: ReceiptKind
    vat_number: str


@dataclass
class Content:
    """All that a checked file says. `unfilled`: days that the file itself calls not filled."""

    days: list[DayFigures] = field(default_factory=list)
    span: SpanFacts = field(default_factory=SpanFacts)
    documents: list[CountedDocument] = field(default_factory=list)
    unfilled: list[date] = field(default_factory=list)
    elsewhere: int = 0
    """Documents of other partite IVA."""
