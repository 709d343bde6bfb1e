"""The only place that turns a stored credential and settings into a client."""

from __future__ import annotations

from functools import cache, lru_cache

from django.conf import settings

from fiscal.clients.gate import DatabaseGate
from fiscal.clients.keeper import DatabaseKeeper
from fiscal.clients.sources import datacash, kassandro, unstored_datacash, unstored_kassandro
from fiscal.models import Credential
from fiscal.providers.http import Door
from fiscal.providers.management import Management, check
from fiscal.providers.tokens import MemoryKeeper, Token, Tokens

__all__ = [
    "datacash",
    "kassandro",
    "management",
    "management_door",
    "try_credential",
    "unstored_datacash",
    "unstored_kassandro",
    "unstored_management",
]

CALL_DEADLINE = 14.0
"""Seconds a call may take in all. A pass changes something with at most four (call, log in with the refresh token, log in
with key and secret, call again), and its lease is 60 seconds."""


@cache
def management_door() -> Door:
    """The door to fiskaly Management, with its kept-alive connections: one per process."""
    return Door(settings.MANAGEMENT_URL, deadline=CALL_DEADLINE)


def management(credential: Credential) -> Management:
    """A client that acts with `credential`; token, budget and circuit are shared with all other workers."""
    door = management_door()
    return Management(door, _tokens(credential, credential.secret_sealed, door), DatabaseGate(credential))


@lru_cache(maxsize=256)
def _tokens(credential: Credential, secret_sealed: str, door: Door) -> Tokens:
    """The tokens of a credential, kept for the life of the process: opening the vault for each pass would cost more.

    Another secret in the same row is another credential.
    """
    return Tokens(door, credential.key(), credential.secret(), DatabaseKeeper(credential))


def try_credential(key: str, secret: str) -> Token:
    """Log in once with what a person typed. Raises fiscal.providers.errors.ProviderError."""
    return check(management_door(), key, secret)


def unstored_management(key: str, secret: str, token: Token) -> Management:
    """A client for a key that is not stored yet, to read whose it is. `token` is what `try_credential` gave."""
    keeper = MemoryKeeper()
    keeper.store(token)
    return Management(management_door(), Tokens(management_door(), key, secret, keeper))
