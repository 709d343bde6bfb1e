"""The order in which a register issued the receipts of a day.

The times alone do not say it: two receipts may share a second, and the autumn hour comes twice. The chain does: each
receipt carries a piece of the hash of the one before it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from fiscal.choices import ReceiptKind
from fiscal.statistics.rksv.chain import next_value
from fiscal.statistics.rksv.order import glimpse


class Issued(NamedTuple):
    """A synced receipt, as far as its code is verified."""

    number: str
    kind: str
    jws: str


def begins_a_chain(receipt: Issued) -> bool:
    """Whether it is, or should be, a register's first."""
    return receipt.kind == ReceiptKind.START or glimpse(receipt.jws).starts


def in_issue_order(receipts: Sequence[Issued], chain: str, strays: Sequence[Issued] = ()) -> Iterator[Issued]:
    """The receipts of a day, given in order of time, each once. `chain`: what the next one must carry, '' at the very start.

    Where none continues the chain it goes on with the earliest, so that a break is found where it is. `strays` are
    receipts of impossible days: taken where they continue the chain, otherwise not at all.
    """
    waiting = dict(enumerate(receipts))
    places: dict[str, list[int]] = defaultdict(list)
    for number, one in waiting.items():
        places[glimpse(one.jws).previous].append(number)
    lost = {glimpse(stray.jws).previous: stray for stray in strays}
    while waiting:
        place = _continuing(waiting, places.get(chain, ())) if chain else _start(waiting)
        if place is None and chain in lost:
            receipt = lost.pop(chain)
        else:
            receipt = waiting.pop(next(iter(waiting)) if place is None else place)
        yield receipt
        chain = next_value(receipt.jws)


def _continuing(waiting: dict[int, Issued], places: Sequence[int]) -> int | None:
    return next((place for place in places if place in waiting), None)


def _start(waiting: dict[int, Issued]) -> int | None:
    """The first receipt by its code; where no code says so, by its kind."""
    by_code = (place for place, receipt in waiting.items() if glimpse(receipt.jws).starts)
    by_kind = (place for place, receipt in waiting.items() if begins_a_chain(receipt))
    return next(by_code, next(by_kind, None))
