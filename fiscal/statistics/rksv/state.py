"""What a verification remembers between two runs, so that the next one looks at new receipts only."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from fiscal.statistics.rksv.rules.clock import Clock
from fiscal.statistics.rksv.rules.failure import Failure
from fiscal.statistics.rksv.rules.identity import Identity
from fiscal.statistics.rksv.rules.turnover import Turnover

VERSION = 1


class Coverage(NamedTuple):
    """How many receipts were looked at, and how closely. What was not checked is never counted as good.

    `signatures` and `counters` were checked, whatever came of it. Unsigned receipts have no signature to check; training
    receipts and cancellations no counter; neither has a receipt that could not be read (`unreadable`).
    """

    receipts: int = 0
    unreadable: int = 0
    unsigned: int = 0
    signatures: int = 0
    signatures_not_checked: int = 0
    counters: int = 0
    counters_not_checked: int = 0


_PARTS: dict[str, Any] = {
    "identity": Identity,
    "turnover": Turnover,
    "clock": Clock,
    "failure": Failure,
    "coverage": Coverage,
}


class VerifierState(NamedTuple):
    """One register up to some receipt. `chain`: what the next receipt must carry; empty before the first one.
    `start_seen`: False where the receipts begin later than the register.

    Holds no key and no amount but the turnover counter's value, which is the sum of the receipts.
    """

    chain: str = ""
    start_seen: bool = True
    last_number: str = ""
    last_at: str = ""
    identity: Identity = Identity()
    turnover: Turnover = Turnover()
    clock: Clock = Clock()
    failure: Failure = Failure()
    coverage: Coverage = Coverage()
    numbers: Mapping[str, list[int]] = MappingProxyType({})

    def as_json(self) -> dict[str, Any]:
        """Fit for `json.dumps` and a JSON column."""
        parts = {name: getattr(self, name)._asdict() for name in _PARTS}
        return {"version": VERSION, **self._asdict(), **parts, "numbers": dict(self.numbers)}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> VerifierState:
        """The inverse of `as_json`; nothing in it: nothing verified yet.

        ValueError for another version: then verify anew from the start.
        """
        if not data:
            return cls()
        if data.get("version") != VERSION:
            raise ValueError("This state was written by another version of the verification.")
        parts = {name: part(**data[name]) for name, part in _PARTS.items()}
        rest = {name: data[name] for name in ("chain", "start_seen", "last_number", "last_at", "numbers")}
        return cls(**rest, **parts)
