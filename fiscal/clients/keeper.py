"""Keeps a credential's access token for all workers: sealed in its row, renewed by one of them at a time."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from django.db.models import Q
from django.utils import timezone

from fiscal.models import Credential
from fiscal.providers.tokens import Token
from fiscal.vault import CannotOpen, seal, unseal

LOGIN_LEASE = timedelta(seconds=30)
PATIENCE, PAUSE = 10.0, 0.1


class DatabaseKeeper:
    """A `fiscal.providers.tokens.Keeper` on a Credential row."""

    def __init__(self, credential: Credential) -> None:
        self._rows = Credential.objects.filter(pk=credential.pk)
        self._place = credential.place("token")

    def load(self) -> Token | None:
        sealed = self._rows.values_list("token_sealed", flat=True).first()
        if not sealed:
            return None
        try:
            return Token.from_dict(json.loads(unseal(sealed, self._place)))
        except (CannotOpen, TypeError):
            return None  # sealed with a key that is gone, or by another version: log in again

    def store(self, token: Token) -> None:
        self._rows.update(token_sealed=seal(json.dumps(token.to_dict()), self._place))

    @contextmanager
    def single_flight(self) -> Iterator[bool]:
        if self._take():
            try:
                yield True
            finally:
                self._rows.update(login_lease_until=None)
            return
        self._wait()
        yield False

    def _take(self) -> bool:
        now = timezone.now()
        free = self._rows.filter(Q(login_lease_until=None) | Q(login_lease_until__lte=now))
        return free.update(login_lease_until=now + LOGIN_LEASE) == 1

    def _wait(self) -> None:
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            time.sleep(PAUSE)
            lease = self._rows.values_list("login_lease_until", flat=True).first()
            if lease is None or lease <= timezone.now():
                return
