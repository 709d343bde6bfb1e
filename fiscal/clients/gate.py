"""What stands before every call: one circuit per provider and one request budget per credential, across processes.

Both live in the database, so they hold whatever happens to the broker. A call in calm times costs two small reads.
"""

from __future__ import annotations

import random
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from fiscal.clients import circuit, pace
from fiscal.clients.standing import KeyStanding, SourceStanding, Standing
from fiscal.models import Connection, Credential, ProviderState
from fiscal.providers.errors import (
    LONGEST_WAIT,
    Forbidden,
    ProviderError,
    Throttled,
    Unauthorized,
    Unreachable,
    Untrusted,
)

LONGEST_NAP = 2.0
CALM_FOR = timedelta(seconds=0.25)
NOTE_EVERY = circuit.NOTE_EVERY

_SHARED = ("auth_failures", "accepted_at", "not_before", "interval", "next_slot_at", "passed")

Row = Credential | Connection


@dataclass(frozen=True)
class Calm:
    """What was read a moment ago, when nothing stood in the way of a call: no failure, no pause, no pace."""

    state: ProviderState | None
    row: Row
    at: datetime

    def is_fresh(self, now: datetime) -> bool:
        return abs(now - self.at) < CALM_FOR


_calm: dict[tuple[str, int], Calm] = {}
"""By provider and row, in this process. What another process learns is known here a quarter of a second later."""


class DatabaseGate:
    """A `fiscal.providers.gate.Gate` on the rows of one credential or connection and its provider.

    It belongs to the key that `row` held when it was read: what becomes of that key says nothing about one that was
    put in its place meanwhile. `by_person`: somebody asks for a try of a connection that is paused or stopped.
    """

    def __init__(self, row: Row, *, by_person: bool = False) -> None:
        self._standing: Standing
        if isinstance(row, Connection):
            self._standing = SourceStanding(row.provider, by_person=by_person)
        else:
            self._standing = KeyStanding()
        self._id = (self._standing.provider, row.pk)
        self._rows: Any = type(row).objects.filter(pk=row.pk)
        self._same_key = self._rows.filter(secret_sealed=row.secret_sealed)
        self._fields = (*_SHARED, *self._standing.fields)
        self._seen: Row | None = None
        self._state: ProviderState | None = None
        self._entered = timezone.now()

    def enter(self) -> None:
        now = timezone.now()
        if (calm := _calm.get(self._id)) and calm.is_fresh(now):
            self._state, self._seen, self._entered = calm.state, calm.row, now
            return
        self._state = circuit.state_of(self._standing.provider)
        circuit.refuse_while_open(self._state, now)
        row = self._seen = self._read()
        self._standing.check(row, now)
        self._wait_for_turn(row)
        # Last, so that a probe of an open circuit is never spent on a call that is not made.
        circuit.take_probe(self._state, timezone.now())
        self._entered = timezone.now()
        if self._is_calm(row):
            _calm[self._id] = Calm(self._state, row, self._entered)

    def passed(self) -> None:
        now = timezone.now()
        circuit.reached(self._standing.provider, self._state, now)
        row = self._seen or self._read()
        fields: dict[str, object] = {**self._standing.accepted(row, now)}
        if row.auth_failures:
            fields["auth_failures"] = 0
        if row.accepted_at is None or row.accepted_at < now - NOTE_EVERY:
            fields["accepted_at"] = now
        if row.interval:
            fields |= _eased(row)
        if fields:
            self._same_key.update(**fields)

    def failed(self, error: ProviderError) -> None:
        now = timezone.now()
        _calm.clear()
        if isinstance(error, Unreachable | Untrusted):
            return circuit.missed(self._standing.provider, now, error)
        if not error.sent:
            return None  # our own refusal says nothing about the provider
        circuit.reached(self._standing.provider, self._state, now)
        if isinstance(error, Throttled):
            self._slow_down(now, error)
            return None
        self._standing.rejected(self._same_key, error, now)
        if not isinstance(error, Unauthorized | Forbidden):
            self._same_key.filter(auth_failures__gt=0).update(auth_failures=0)
        return None

    def _read(self) -> Row:
        row: Row = self._rows.only(*self._fields).get()
        return row

    def _is_calm(self, row: Row) -> bool:
        untroubled = self._state is not None and self._state.failures == 0 and not row.auth_failures
        unhurried = not row.not_before and not row.interval and not self._standing.rate()
        return untroubled and unhurried and row.status == "ACTIVE"

    # --- budget ----------------------------------------------------------------------------------------------------

    def _wait_for_turn(self, row: Row) -> None:
        """Take the next free moment and sleep until then. Raises Throttled if it is too far away to sleep."""
        rate = self._standing.rate()
        while True:
            now = timezone.now()
            interval = max(row.interval, 1 / rate if rate else 0)
            turn = max(now, row.not_before or now, (row.next_slot_at or now) if interval else now)
            wait = (turn - now).total_seconds()
            if wait > LONGEST_NAP:
                asked = row.not_before and row.not_before > now
                words = "The provider asked to slow down." if asked else "Other requests of this credential come first."
                raise Throttled(words, retry_after=wait, sent=False)
            free = self._rows.filter(next_slot_at=row.next_slot_at, not_before=row.not_before)
            if not interval or free.update(next_slot_at=turn + timedelta(seconds=interval)):
                break
            row = self._read()
        if wait > 0:
            time.sleep(wait)

    def _slow_down(self, now: datetime, error: ProviderError) -> None:
        with transaction.atomic():
            row = self._rows.select_for_update().only(*self._fields).get()
            # Requests under way together are told off together: the first of them has slowed down for all.
            known = row.not_before is not None and row.not_before > self._entered
            interval, wait = (row.interval, 0.0) if known else pace.slower(row.interval, row.passed)
            wait = min(LONGEST_WAIT, max(wait, error.retry_after or 0.0) * random.uniform(1, 1.1))  # noqa: S311
            until = max(now + timedelta(seconds=wait), row.not_before or now)
            self._rows.update(interval=interval, passed=0, not_before=until, next_slot_at=until)


def _eased(row: Row) -> dict[str, object]:
    factor = pace.easing(row.passed)
    if row.interval * factor < pace.FIRST_INTERVAL / 10:
        return {"passed": 0, "interval": 0}
    return {"passed": F("passed") + 1, **({"interval": F("interval") * factor} if factor < 1 else {})}
