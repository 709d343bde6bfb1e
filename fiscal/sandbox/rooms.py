"""What a provider's room must offer to the building, and what the building hands to it with each call."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from fiscal.sandbox.web import Reply, Request


@dataclass
class Call:
    """One request inside a room.

    now:        unix seconds by the sandbox's clock
    rules:      the room's assumed values, as they are set now
    hide:       seconds for which a new object stays out of lists (a scripted fault), None otherwise
    token_life: most seconds a token may live (a scripted fault), None otherwise
    effects:    what the room changed, in words for the ledger
    around:     options of the scripted faults that happen inside the room, by kind
    """

    db: sqlite3.Connection
    request: Request
    now: float
    rules: Any
    hide: float | None = None
    token_life: float | None = None
    effects: list[str] = field(default_factory=list)
    around: Mapping[str, dict[str, Any]] = field(default_factory=dict)

    def changed(self, words: str) -> None:
        """Note what was really changed."""
        self.effects.append(words)

    def scripted(self, kind: str) -> dict[str, Any] | None:
        """The options of a scripted fault that happens inside the room, None when there is none."""
        return self.around.get(kind)

    @property
    def visible_at(self) -> float:
        """From when on a thing made now shows in lists."""
        return self.now + (self.hide or 0)


@dataclass(frozen=True)
class Assumption:
    """A value of a contract, and how sure it is: recorded, documented, client-confirmed or assumed.

    `rule` names the switch of the sandbox that changes an assumed value, if there is one.
    """

    subject: str
    value: str
    mark: str
    rule: str | None = None


@dataclass(frozen=True)
class Room:
    """One provider: its name, where its interface begins, its tables, and how it answers.

    answer:     does one call; raises Refusal for what the provider refuses
    credential: the API key that a request carries ("" if none), for the ledger and for limits
    headers:    what every answer of this provider carries
    rules:      reads the assumed values that can be switched
    """

    name: str
    title: str
    base: str
    schema: str
    rules: Callable[[sqlite3.Connection], Any]
    assumptions: Sequence[Assumption]
    answer: Callable[[Call], Reply]
    credential: Callable[[sqlite3.Connection, Request], str]
    headers: Mapping[str, str]
