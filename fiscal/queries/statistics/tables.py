"""The tables that leave the house: columns, and rows of typed cells. Their headers are documented and stay as they are.

docs/statistics-files.md lists each column; the importer reads the same headers back.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NamedTuple


class Cell(StrEnum):
    """What a column holds. MONEY: cents; QUANTITY: thousandths; RATE: hundredths of a percent; all integers.

    TEXT was written by somebody else; a WORD is ours (an id, a code), and needs no care.
    """

    TEXT = "text"
    WORD = "word"
    DAY = "day"
    MOMENT = "moment"
    COUNT = "count"
    MONEY = "money"
    QUANTITY = "quantity"
    RATE = "rate"


class Column(NamedTuple):
    """A header, which never changes, and the kind of its cells. An empty cell is None."""

    name: str
    cell: Cell


Row = Iterable[Any]


@dataclass(frozen=True)
class Table:
    """A file to be: `name` without ending, columns, and rows that are read while they are written."""

    name: str
    columns: tuple[Column, ...]
    rows: Callable[[], Iterator[Row]]


def columns(**named: Cell) -> tuple[Column, ...]:
    return tuple(Column(name, cell) for name, cell in named.items())


DAILY_TOTALS = columns(
    day=Cell.DAY,
    currency=Cell.WORD,
    state=Cell.WORD,
    sales_count=Cell.COUNT,
    sales=Cell.MONEY,
    voids_count=Cell.COUNT,
    voids=Cell.MONEY,
    returns_count=Cell.COUNT,
    returns=Cell.MONEY,
    net_turnover=Cell.MONEY,
    average_basket=Cell.MONEY,
    uncollected=Cell.MONEY,
    registers=Cell.COUNT,
    registers_filled=Cell.COUNT,
    registers_incomplete=Cell.COUNT,
    as_of=Cell.MOMENT,
)
"""“Daily totals” (DataCash: Aggregati giornalieri): a row for each day of the span, filled or not."""

STATISTICS = columns(
    day=Cell.DAY,
    organization=Cell.TEXT,
    organization_id=Cell.WORD,
    register=Cell.TEXT,
    register_id=Cell.WORD,
    country=Cell.WORD,
    currency=Cell.WORD,
    section=Cell.WORD,
    key=Cell.TEXT,
    detail=Cell.WORD,
    vat_rate=Cell.RATE,
    count=Cell.COUNT,
    quantity=Cell.QUANTITY,
    amount=Cell.MONEY,
    net=Cell.MONEY,
    tax=Cell.MONEY,
    uncollected=Cell.MONEY,
)
"""“Export statistics” (DataCash: Esporta statistiche): day × register × kind, payment method, VAT rate, article."""

PAYMENTS = columns(
    category=Cell.WORD, method=Cell.TEXT, currency=Cell.WORD, amount=Cell.MONEY, amount_before=Cell.MONEY
)
VAT = columns(
    country=Cell.WORD,
    code=Cell.TEXT,
    vat_rate=Cell.RATE,
    currency=Cell.WORD,
    gross=Cell.MONEY,
    net=Cell.MONEY,
    tax=Cell.MONEY,
    gross_before=Cell.MONEY,
)
ARTICLES = columns(article=Cell.TEXT, quantity=Cell.QUANTITY, currency=Cell.WORD, amount=Cell.MONEY)
BRANCHES = columns(
    organization=Cell.TEXT,
    organization_id=Cell.WORD,
    country=Cell.WORD,
    day=Cell.DAY,
    currency=Cell.WORD,
    net_turnover=Cell.MONEY,
    register_days=Cell.COUNT,
)


class Section(StrEnum):
    """The blocks of STATISTICS, in the order of the charts."""

    KIND = "KIND"
    PAYMENT = "PAYMENT"
    VAT = "VAT"
    ARTICLE = "ARTICLE"
