"""What both readers of rows give, and how a row that cannot be read is told."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from fiscal.providers.redaction import redact
from fiscal.statistics.shapes import Page, Quarantined, SourceReceipt
from fiscal.statistics.sources.people import without_people


class Unreadable(Exception):
    """A row is not what it should be. Its text says which part, never what stood there."""


@dataclass(frozen=True)
class RowsRead:
    """Rows as far as they could be read. `sent[n]` is what `receipts[n]` was read from.

    `tamed` takes people's names out of one of them; `unread`: the others, without such names.
    """

    tamed: Callable[[dict[str, Any]], dict[str, Any]]
    receipts: list[SourceReceipt] = field(default_factory=list)
    sent: list[dict[str, Any]] = field(default_factory=list, repr=False)
    quarantined: list[Quarantined] = field(default_factory=list)
    unread: list[dict[str, Any]] = field(default_factory=list)

    @property
    def raws(self) -> list[dict[str, Any]]:
        """The rows that receipts were read from, without people's names."""
        return [self.tamed(row) for row in self.sent]

    def page(self, first_day: date, last_day: date, *, last: bool, seen: set[str] | None = None) -> Page:
        """A page of these days alone. Of a key that comes twice, the later row counts; of one in `seen`, none.

        What could not be read is kept raw as well: a wrong guess about a field is then corrected without another pull.
        """
        chosen: dict[str, int] = {}
        for index, receipt in enumerate(self.receipts):
            if first_day <= receipt.day <= last_day and (seen is None or receipt.key not in seen):
                chosen[receipt.key] = index
        if seen is not None:
            seen.update(chosen)

        def raws() -> list[dict[str, Any]]:
            return [*[self.tamed(self.sent[index]) for index in chosen.values()], *self.unread]

        return Page([self.receipts[index] for index in chosen.values()], raws, last, self.quarantined)


def shown(row: Any, known: frozenset[str]) -> str:
    """The beginning of a row that cannot be read, fit to be stored: no names, no secrets."""
    return redact(json.dumps(without_people(row, known), ensure_ascii=False)[:2_000])
