"""Keeps the access token of a credential or connection for all workers: sealed in its row, renewed by one at a time."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q
from django.utils import timezone

from fiscal.models import Connection, Credential
from fiscal.providers.tokens import Token
from fiscal.vault import CannotOpen, seal, unseal

LOGIN_LEASE = timedelta(seconds=35)
"""Longer than the two calls of a login (refresh token, then key and secret) can take."""
PAUSES, PAUSE = 50, 0.1
"""How often and how long (seconds) to wait for somebody's login. A worker asks for its turn three times; after that its
object waits, and the worker is free for others."""


class DatabaseKeeper:
    """A `fiscal.providers.tokens.Keeper` on the row of a credential or connection.

    It belongs to the key that `row` held when it was read: a token of that key is not stored beside another one.
    """

    def __init__(self, row: Credential | Connection) -> None:
        self._rows: Any = type(row).objects.filter(pk=row.pk)
        self._same_key = self._rows.filter(secret_sealed=row.secret_sealed)
        self._place = row.place("token")

    def load(self) -> Token | None:
        sealed = self._rows.values_list("token_sealed", flat=True).first()
        if not sealed:
            return None
        try:
            return Token.from_dict(json.loads(unseal(sealed, self._place)))
        except (CannotOpen, TypeError):
            return None  # sealed with a key that is gone, or by another version: log in again

    def store(self, token: Token) -> None:
        self._same_key.update(token_sealed=seal(json.dumps(token.to_dict()), self._place))

    @contextmanager
    def single_flight(self) -> Iterator[bool]:
        lease = self._take()
        if lease is None:
            self._wait()
            yield False
            return
        try:
            yield True
        finally:
            # Only our own lease: if it ended meanwhile, the next one is somebody else's.
            self._rows.filter(login_lease_until=lease).update(login_lease_until=None)

    def _take(self) -> datetime | None:
        now = timezone.now()
        free = self._rows.filter(Q(login_lease_until=None) | Q(login_lease_until__lte=now))
        return now + LOGIN_LEASE if free.update(login_lease_until=now + LOGIN_LEASE) else None

    def _wait(self) -> None:
        for _ in range(PAUSES):
            time.sleep(PAUSE)
            lease = self._rows.values_list("login_lease_until", flat=True).first()
            if lease is None or lease <= timezone.now():
                return
