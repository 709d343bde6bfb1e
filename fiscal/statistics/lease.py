"""One worker reads from a connection at a time. Every write of a fill is fenced by the lease's token."""

from __future__ import annotations

import random
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db.models import Q

from fiscal.choices import ConnectionKind, ConnectionStatus
from fiscal.models import Connection
from fiscal.providers.errors import ProviderError
from fiscal.statistics.sentences import OWN_FAULT

LEASE = timedelta(seconds=180)
"""Longer than any call: a worker that is still at work renews it with every page."""
FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=15), timedelta(hours=1)
LONGEST_PAUSE = timedelta(seconds=60)
INTERNAL_WAIT = timedelta(hours=1)
BEHIND, MOST_BEHIND = timedelta(minutes=15), 2
"""A connection that has not come to an end for so long is behind: it is slow, or has much to read. At most so many of
them are read from at once, however many workers there are: the others' turns never wait for theirs."""

READABLE = Q(status__in=[ConnectionStatus.ACTIVE, ConnectionStatus.PAUSED]) & ~Q(kind=ConnectionKind.FILES)
"""What a machine may read from. A paused one is probed when it is due; its gate says whether it works again."""


class LeaseLost(Exception):
    """Somebody else reads from the connection by now, or a person stopped it: nothing more may be written."""


def free(now: datetime) -> Q:
    """Connections that nobody reads from at this moment."""
    return Q(lease_until=None) | Q(lease_until__lte=now)


def behind(now: datetime) -> Q:
    """Connections that have not come to an end for long, or never."""
    return Q(read_at=None) | Q(read_at__lt=now - BEHIND)


def take(connection_id: int, *, now: datetime) -> Lease | None:
    """Take a connection if it is due and free. None if it is not, or if it has to wait for others that are behind too."""
    token = uuid.uuid4()
    rows = Connection.objects.filter(READABLE, free(now), pk=connection_id, due_at__lte=now)
    if rows.filter(behind(now)).exists():
        others = Connection.objects.filter(behind(now), lease_until__gt=now)
        if others.count() >= MOST_BEHIND:
            return None
    if not rows.update(lease_until=now + LEASE, lease_token=token):
        return None
    return Lease(connection_id, token, now)


@dataclass
class Lease:
    """The right to read from a connection and to write what was read."""

    connection_id: int
    token: UUID
    begun: datetime

    def hold(self, *, now: datetime) -> None:
        """Renew it. First in every transaction of a fill: it also keeps others out until the commit. Raises LeaseLost."""
        rows = Connection.objects.filter(READABLE, pk=self.connection_id, lease_token=self.token)
        if not rows.update(lease_until=now + LEASE):
            raise LeaseLost

    def release(self, *, now: datetime, finished: bool, error: Exception | None = None) -> None:
        """Give it back and say when it is the connection's turn again. Does nothing if it was lost.

        A connection whose gate has paused or stopped it keeps the moment that the gate has set, if that is still to come:
        a probe that told nothing about the licence is no reason to probe without end.
        """
        mine = Connection.objects.filter(pk=self.connection_id, lease_token=self.token)
        row = mine.only("tries", "status", "due_at").first()
        if row is None:
            return
        free_again: dict[str, object] = {"lease_until": None, "lease_token": None}
        if error is not None:
            free_again |= {"tries": row.tries + 1, "error_text": _words(error)}
        elif finished:
            free_again |= {"tries": 0, "error_text": "", "read_at": now}
        if row.status == ConnectionStatus.ACTIVE or row.due_at <= now:
            free_again["due_at"] = now + self._pause(row.tries, now, finished=finished, error=error)
        mine.update(**free_again)

    def _pause(self, tries: int, now: datetime, *, finished: bool, error: Exception | None) -> timedelta:
        if isinstance(error, ProviderError):
            return _backed_off(tries, error)
        if error is not None:
            return INTERNAL_WAIT
        if finished:
            return timedelta(minutes=settings.READ_MINUTES) * random.uniform(0.9, 1.0)  # noqa: S311 - spreads the load
        # There is more to read: others first, and the slower this one is, the more of them.
        return min(3 * (now - self.begun), LONGEST_PAUSE)


def _backed_off(tries: int, error: ProviderError) -> timedelta:
    """Full jitter, doubling up to an hour; never before the moment the provider asks for."""
    most = min(FIRST_WAIT * 2 ** min(tries, 10), LONGEST_WAIT)
    asked = timedelta(seconds=error.retry_after or 0)
    return asked + max(FIRST_WAIT / 3, most * random.random())  # noqa: S311 - jitter, not a secret


def _words(error: Exception) -> str:
    """What is stored and shown: the provider's redacted words; of a fault of our own only its kind."""
    if isinstance(error, ProviderError):
        return str(error)[:500]
    return OWN_FAULT % {"kind": type(error).__name__}
