"""What stands before every call: one circuit per provider and one request budget per credential, across processes.

Both live in the database, so they hold whatever happens to the broker. A call in calm times costs two small reads.
"""

from __future__ import annotations

import random
import time
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from fiscal.choices import CredentialStatus, ErrorCode
from fiscal.clients import pace
from fiscal.models import Credential, Mirror, ProviderState
from fiscal.providers.errors import (
    LONGEST_WAIT,
    Forbidden,
    ProviderError,
    Throttled,
    Unauthorized,
    Unreachable,
    Untrusted,
)

PROVIDER = "management"
OPENS_AFTER, PROBE_EVERY = 5, timedelta(seconds=30)
MOST_PATIENCE = 30.0
NOTE_EVERY = timedelta(seconds=10)
LONGEST_NAP = 2.0
CALM_FOR = timedelta(seconds=0.25)
PAUSES_AFTER = 2
PAUSED_FOR = 300.0

_SHARED = ("status", "auth_failures", "accepted_at", "not_before", "interval", "next_slot_at", "passed")


@dataclass(frozen=True)
class Calm:
    """What was read a moment ago, when nothing stood in the way of a call: no failure, no pause, no pace."""

    state: ProviderState | None
    row: Credential
    at: datetime

    def is_fresh(self, now: datetime) -> bool:
        return abs(now - self.at) < CALM_FOR


_calm: dict[int, Calm] = {}
"""By credential, in this process. What another process learns is known here a quarter of a second later."""


def _is_calm(state: ProviderState | None, row: Credential) -> bool:
    untroubled = state is not None and state.failures == 0 and not row.auth_failures
    return untroubled and not row.not_before and not row.interval and not settings.MANAGEMENT_RATE


class DatabaseGate:
    """A `fiscal.providers.gate.Gate` on the rows of one credential and its provider.

    It belongs to the key that `credential` held when it was read: what becomes of that key says nothing about one that
    was put in its place meanwhile.
    """

    def __init__(self, credential: Credential) -> None:
        self._pk = credential.pk
        self._rows = Credential.objects.filter(pk=credential.pk)
        self._same_key = self._rows.filter(secret_sealed=credential.secret_sealed)
        self._seen: Credential | None = None
        self._state: ProviderState | None = None
        self._entered = timezone.now()

    def enter(self) -> None:
        now = timezone.now()
        if (calm := _calm.get(self._pk)) and calm.is_fresh(now):
            self._state, self._seen, self._entered = calm.state, calm.row, now
            return
        self._state = _state()
        _refuse_while_open(self._state, now)
        row = self._seen = self._read()
        if row.status != CredentialStatus.ACTIVE:
            raise Unauthorized("The credential is not in use.", sent=False, retry_after=PAUSED_FOR)
        self._wait_for_turn(row)
        # Last, so that a probe of an open circuit is never spent on a call that is not made.
        _take_probe(self._state, timezone.now())
        self._entered = timezone.now()
        if _is_calm(self._state, row):
            _calm[self._pk] = Calm(self._state, row, self._entered)

    def passed(self) -> None:
        now = timezone.now()
        _reached(self._state, now)
        row = self._seen or self._read()
        fields: dict[str, object] = {}
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
            return _missed(now, error)
        if not error.sent:
            return None  # our own refusal says nothing about the provider
        _reached(self._state, now)
        if isinstance(error, Unauthorized):
            self._rejected(now, error)
        elif isinstance(error, Throttled):
            self._slow_down(now, error)
        elif not isinstance(error, Forbidden):
            self._same_key.filter(auth_failures__gt=0).update(auth_failures=0)
        return None

    def _read(self) -> Credential:
        return self._rows.only(*_SHARED).get()

    # --- budget ----------------------------------------------------------------------------------------------------

    def _wait_for_turn(self, row: Credential) -> None:
        """Take the next free moment and sleep until then. Raises Throttled if it is too far away to sleep."""
        while True:
            now = timezone.now()
            interval = max(row.interval, 1 / settings.MANAGEMENT_RATE if settings.MANAGEMENT_RATE else 0)
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
            row = self._rows.select_for_update().only(*_SHARED).get()
            # Requests under way together are told off together: the first of them has slowed down for all.
            known = row.not_before is not None and row.not_before > self._entered
            interval, wait = (row.interval, 0.0) if known else pace.slower(row.interval, row.passed)
            wait = min(LONGEST_WAIT, max(wait, error.retry_after or 0.0) * random.uniform(1, 1.1))  # noqa: S311
            until = max(now + timedelta(seconds=wait), row.not_before or now)
            self._rows.update(interval=interval, passed=0, not_before=until, next_slot_at=until)

    # --- acceptance --------------------------------------------------------------------------------------------------

    def _rejected(self, now: datetime, error: ProviderError) -> None:
        """Count a rejected login; the second in a row pauses the credential, once, for all its objects."""
        self._same_key.update(auth_failures=F("auth_failures") + 1, token_sealed="")
        self._same_key.filter(auth_failures__gte=PAUSES_AFTER, status=CredentialStatus.ACTIVE).update(
            status=CredentialStatus.PAUSED, status_reason=error.message, status_since=now
        )


def _eased(row: Credential) -> dict[str, object]:
    factor = pace.easing(row.passed)
    if row.interval * factor < pace.FIRST_INTERVAL / 10:
        return {"passed": 0, "interval": 0}
    return {"passed": F("passed") + 1, **({"interval": F("interval") * factor} if factor < 1 else {})}


# --- circuit ---------------------------------------------------------------------------------------------------------


def _state() -> ProviderState | None:
    return ProviderState.objects.filter(name=PROVIDER).first()


def _is_open(state: ProviderState | None) -> bool:
    return state is not None and state.failures >= OPENS_AFTER


def _refuse_while_open(state: ProviderState | None, now: datetime) -> None:
    """Raise Unreachable while the circuit is open and its next probe is not due."""
    if state and _is_open(state) and state.probe_at and state.probe_at > now:
        raise _silent((state.probe_at - now).total_seconds())


def _take_probe(state: ProviderState | None, now: datetime) -> None:
    """While the circuit is open, let one call through every 30 seconds. Raises Unreachable for the others."""
    if state is None or not _is_open(state):
        return
    free = ProviderState.objects.filter(Q(probe_at=None) | Q(probe_at__lte=now), pk=state.pk)
    if not free.update(probe_at=now + PROBE_EVERY):
        raise _silent(PROBE_EVERY.total_seconds())


def _silent(wait: float) -> Unreachable:
    """The refusal while the circuit is open. Who gets it may wait for longer than the next probe, so that a long queue
    does not come back for every one: when a probe is answered, all of them are due at once.
    """
    words = "The provider does not answer; Kontor probes it every 30 seconds."
    return Unreachable(words, retry_after=wait + random.uniform(1, MOST_PATIENCE), sent=False)  # noqa: S311


def _reached(state: ProviderState | None, now: datetime) -> None:
    """Note that the provider answered; after an outage, everything that waited for it is due at once.

    `state` is what was read before the call. If failures were counted since, the next call notes them away.
    """
    if state and state.failures == 0 and state.reached_at and state.reached_at > now - NOTE_EVERY:
        return
    if state is None:
        ProviderState.objects.get_or_create(name=PROVIDER)
    rows = ProviderState.objects.filter(name=PROVIDER)
    if rows.filter(failures__gte=OPENS_AFTER).update(failures=0, probe_at=None, reached_at=now):
        Mirror.objects.filter(error_code=ErrorCode.UNREACHABLE, due_at__gt=now, lease_token=None).update(due_at=now)
    else:
        rows.filter(failures__lt=OPENS_AFTER).update(failures=0, probe_at=None, reached_at=now)


def _missed(now: datetime, error: ProviderError) -> None:
    """Count a call that met nobody.

    While the circuit is open, the object that was the probe is no more to blame than the others: it comes back for one
    of the next probes instead of after its own, ever longer delay. So the end of an outage is noticed within a minute,
    and who comes back at random cannot stand before the others for good.
    """
    state, _created = ProviderState.objects.get_or_create(name=PROVIDER)
    rows = ProviderState.objects.filter(pk=state.pk)
    rows.update(failures=F("failures") + 1, failed_at=now, last_error=error.message)
    if rows.filter(failures__gte=OPENS_AFTER).update(probe_at=now + PROBE_EVERY):
        error.retry_after = PROBE_EVERY.total_seconds() * random.uniform(1, 2)  # noqa: S311
