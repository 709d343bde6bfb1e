"""The order in which a register issued the receipts of an export.

An export is grouped by certificate. A register with several signature units has used them in turn, so its chain jumps
from group to group: the next receipt is the one, among the heads of all groups, that continues the chain.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from fiscal.statistics.rksv.chain import next_value, start_value
from fiscal.statistics.rksv.dep7 import DepGroup


class Glimpse(NamedTuple):
    """What a receipt says of its place, unjudged. Empty where it cannot be read."""

    register_id: str = ""
    previous: str = ""
    serial: str = ""
    number: str = ""
    at: str = ""

    @property
    def starts(self) -> bool:
        """Whether it begins a chain of its own."""
        return bool(self.register_id) and self.previous == start_value(self.register_id)


def glimpse(compact: str) -> Glimpse:
    """What a compact JWS says of itself in the fields that tell receipts apart."""
    part = compact.split(".")[1:2]
    try:
        fields = base64.urlsafe_b64decode("".join(part) + "==").decode().split("_")
    except (binascii.Error, ValueError):
        return Glimpse()
    return Glimpse(fields[2], fields[12], fields[11], fields[3], fields[4]) if len(fields) > 12 else Glimpse()


class _Cursor:
    """One group, and the receipt that comes next in it."""

    def __init__(self, place: int, group: DepGroup) -> None:
        self.place = place
        self._rest = iter(group.receipts)
        self.head = next(self._rest, None)

    def continues(self, chain: str) -> bool:
        return self.head is not None and glimpse(self.head).previous == chain

    def take(self) -> str:
        head, self.head = self.head, next(self._rest, None)
        assert head is not None
        return head


def in_chain_order(groups: Sequence[DepGroup]) -> Iterator[tuple[int, str]]:
    """(place of the group, compact JWS) of every receipt, each once.

    Where no head continues the chain it goes on in the same group, so that a break is found where it is.
    """
    cursors = [cursor for place, group in enumerate(groups) if (cursor := _Cursor(place, group)).head is not None]
    current = next((one for one in cursors if glimpse(one.head or "").starts), cursors[0] if cursors else None)
    while current is not None:
        compact = current.take()
        yield current.place, compact
        current = _next(cursors, current, next_value(compact))


def _next(cursors: list[_Cursor], current: _Cursor, chain: str) -> _Cursor | None:
    if current.head is not None and (len(cursors) == 1 or current.continues(chain)):
        return current
    cursors[:] = [one for one in cursors if one.head is not None]
    stay = current if current.head is not None else next(iter(cursors), None)
    return next((one for one in cursors if one.continues(chain)), stay)
