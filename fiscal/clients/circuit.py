"""One circuit per provider: it opens after failures in a row, and lets one probe through every 30 seconds."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

from django.db.models import F, Q

from fiscal.choices import ConnectionStatus, ErrorCode
from fiscal.models import Connection, Mirror, ProviderState
from fiscal.providers.errors import ProviderError, Unreachable

MANAGEMENT = "management"
OPENS_AFTER, PROBE_EVERY = 5, timedelta(seconds=30)
MOST_PATIENCE = 30.0
NOTE_EVERY = timedelta(seconds=10)


def state_of(provider: str) -> ProviderState | None:
    """The provider's row; None before its first call."""
    return ProviderState.objects.filter(name=provider).first()


def refuse_while_open(state: ProviderState | None, now: datetime) -> None:
    """Raise Unreachable while the circuit is open and its next probe is not due."""
    if state and _is_open(state) and state.probe_at and state.probe_at > now:
        raise _silent((state.probe_at - now).total_seconds())


def take_probe(state: ProviderState | None, now: datetime) -> None:
    """While the circuit is open, let one call through every 30 seconds. Raises Unreachable for the others."""
    if state is None or not _is_open(state):
        return
    free = ProviderState.objects.filter(Q(probe_at=None) | Q(probe_at__lte=now), pk=state.pk)
    if not free.update(probe_at=now + PROBE_EVERY):
        raise _silent(PROBE_EVERY.total_seconds())


def reached(provider: str, state: ProviderState | None, now: datetime) -> None:
    """Note that the provider answered; after an outage, everything that waited for it is due at once.

    `state` is what was read before the call. If failures were counted since, the next call notes them away.
    """
    if state and state.failures == 0 and state.reached_at and state.reached_at > now - NOTE_EVERY:
        return
    if state is None:
        ProviderState.objects.get_or_create(name=provider)
    rows = ProviderState.objects.filter(name=provider)
    if rows.filter(failures__gte=OPENS_AFTER).update(failures=0, probe_at=None, reached_at=now):
        _call_back(provider, now)
    else:
        rows.filter(failures__lt=OPENS_AFTER).update(failures=0, probe_at=None, reached_at=now)


def missed(provider: str, now: datetime, error: ProviderError) -> None:
    """Count a call that met nobody.

    While the circuit is open, the object that was the probe is no more to blame than the others: it comes back for one
    of the next probes instead of after its own, ever longer delay. So the end of an outage is noticed within a minute,
    and who comes back at random cannot stand before the others for good.
    """
    state, _created = ProviderState.objects.get_or_create(name=provider)
    rows = ProviderState.objects.filter(pk=state.pk)
    rows.update(failures=F("failures") + 1, failed_at=now, last_error=error.message)
    if rows.filter(failures__gte=OPENS_AFTER).update(probe_at=now + PROBE_EVERY):
        error.retry_after = PROBE_EVERY.total_seconds() * random.uniform(1, 2)  # noqa: S311


def _is_open(state: ProviderState | None) -> bool:
    return state is not None and state.failures >= OPENS_AFTER


def _silent(wait: float) -> Unreachable:
    """The refusal while the circuit is open. Who gets it may wait for longer than the next probe, so that a long queue
    does not come back for every one: when a probe is answered, all of them are due at once.
    """
    words = "The provider does not answer; Kontor probes it every 30 seconds."
    return Unreachable(words, retry_after=wait + random.uniform(1, MOST_PATIENCE), sent=False)  # noqa: S311


def _call_back(provider: str, now: datetime) -> None:
    """An outage is over: what waited for its end is due."""
    if provider == MANAGEMENT:
        Mirror.objects.filter(error_code=ErrorCode.UNREACHABLE, due_at__gt=now, lease_token=None).update(due_at=now)
        return
    waiting = Connection.objects.filter(provider=provider, status=ConnectionStatus.ACTIVE, tries__gt=0)
    waiting.filter(due_at__gt=now, lease_token=None).update(due_at=now)
