"""Access tokens: one login per credential, shared by all workers.

fiskaly's `POST /auth` hands out the same cached token again and is limited to a few calls a minute, so a token is kept
until shortly before it dies, and only one worker at a time may ask for another.
"""

from __future__ import annotations

import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import asdict, dataclass, field
from typing import Any, Protocol

from fiscal.providers.errors import Garbled, Refused, Throttled, Unauthorized
from fiscal.providers.http import Door
from fiscal.providers.payloads import AuthPayload, read

_ROUNDS = 3
_CLOCKS_AGREE = 30.0  # seconds


@dataclass(frozen=True)
class Token:
    """A login at the provider. All moments are unix seconds of our own clock.

    `obtained_at`: when it was handed out, which may be long after it was made. Only fiskaly has refresh tokens, and
    says in whose name a token works.
    """

    access_token: str = field(repr=False)
    refresh_token: str = field(default="", repr=False)
    expires_at: float = 0.0
    refresh_expires_at: float = 0.0
    env: str = ""
    organization_id: str = ""
    obtained_at: float = 0.0

    def to_dict(self) -> dict[str, Any]:
        """For a keeper to store. Holds both tokens in the clear: encrypt it."""
        return asdict(self)

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> Token:
        """The reverse of `to_dict`. Raises TypeError when fields are missing or unknown."""
        return cls(**stored)


class Keeper(Protocol):
    """Where the token of one credential is kept, for all workers."""

    def load(self) -> Token | None:
        """The token stored last, dead or alive."""

    def store(self, token: Token) -> None:
        """Replace the stored token."""

    def single_flight(self) -> AbstractContextManager[bool]:
        """True: you alone may log in until the block ends. False: somebody else just did, load again."""


class MemoryKeeper:
    """Keeps the token in this process: for tests, and for trying out a credential."""

    def __init__(self) -> None:
        self._token: Token | None = None
        self._lock = threading.Lock()

    def load(self) -> Token | None:
        """The token stored last."""
        return self._token

    def store(self, token: Token) -> None:
        """Replace the stored token."""
        self._token = token

    @contextmanager
    def single_flight(self) -> Iterator[bool]:
        """One thread after the other; who comes later finds the token of who came first."""
        with self._lock:
            yield True


class SharedTokens(ABC):
    """The tokens of one credential. `margin`: seconds before its death at which a token is no longer used."""

    def __init__(self, keeper: Keeper, *, now: Callable[[], float] = time.time, margin: float = 60.0) -> None:
        self._keeper = keeper
        self._now = now
        self._margin = margin
        self._token: Token | None = None

    @property
    def secrets(self) -> tuple[str, ...]:
        """What tokens are made of: an answer might repeat it, and no error may."""
        return ()

    def bearer(self) -> Token:
        """A token that lives, from the keeper or by a login.

        Raises Unauthorized for wrong credentials, and every other ProviderError; never with an unknown outcome.
        """
        token = self._token
        if token is None or not self._usable(token):
            token = self._keeper.load()
        if token is None or not self._usable(token):
            token = self._next(token)
        self._token = token
        return token

    def renew(self, stale: Token) -> Token:
        """Another token than `stale`, which the provider did not accept: the keeper's, or by a login."""
        token = self._keeper.load()
        if token is None or not self._replaces(token, stale):
            token = self._next(stale)
        self._token = token
        return token

    def _usable(self, token: Token) -> bool:
        # A login may hand out a token with less life than the margin: it is used until it dies, or we would never
        # stop asking for a better one.
        short_lived = token.expires_at - token.obtained_at <= self._margin
        return self._now() < token.expires_at - (0.0 if short_lived else self._margin)

    def _replaces(self, token: Token, stale: Token | None) -> bool:
        is_another = stale is None or (token.access_token, token.obtained_at) != (stale.access_token, stale.obtained_at)
        return is_another and self._usable(token)

    def _next(self, stale: Token | None) -> Token:
        for _ in range(_ROUNDS):
            with self._keeper.single_flight() as mine:
                held = self._keeper.load()
                if held is not None and self._replaces(held, stale):
                    return held
                if mine:
                    token = self._log_in(held or stale)
                    self._keeper.store(token)
                    return token
        raise Throttled("Other workers are logging in with this credential.", retry_after=5.0, sent=False)

    @abstractmethod
    def _log_in(self, old: Token | None) -> Token:
        """Ask the provider for a token. `old`: the one to be replaced."""


class Tokens(SharedTokens):
    """The tokens of one credential of fiskaly's products: an API key with its secret."""

    def __init__(
        self,
        door: Door,
        key: str,
        secret: str,
        keeper: Keeper,
        *,
        now: Callable[[], float] = time.time,
        margin: float = 60.0,
    ) -> None:
        super().__init__(keeper, now=now, margin=margin)
        self._door = door
        self._key = key
        self._secret = secret

    def _log_in(self, old: Token | None) -> Token:
        if old is not None and old.refresh_token and self._now() < old.refresh_expires_at - self._margin:
            try:
                return self._ask({"refresh_token": old.refresh_token})
            except (Unauthorized, Refused):
                pass  # a refresh token may be withdrawn before its time; key and secret have the last word
        return self._ask({"api_key": self._key, "api_secret": self._secret})

    def _ask(self, body: dict[str, str]) -> Token:
        answer = self._door.call("POST", "/auth", json=body, harmless=True)
        payload = read(AuthPayload, answer)
        asked_at = self._now()
        skew = _skew(payload, asked_at)
        token = Token(
            access_token=payload.access_token.get_secret_value(),
            refresh_token=payload.refresh_token.get_secret_value() if payload.refresh_token else "",
            expires_at=payload.access_token_expires_at + skew,
            refresh_expires_at=(payload.refresh_token_expires_at or 0) + skew,
            env=payload.access_token_claims.env,
            organization_id=payload.access_token_claims.organization_id,
            obtained_at=asked_at,
        )
        if token.expires_at <= asked_at:
            message = "The provider handed out an access token that is already dead."
            raise Garbled(message, status=answer.status, request_id=answer.request_id)
        return token


def check(door: Door, key: str, secret: str) -> Token:
    """Log in once with a credential that a person typed in. Raises Unauthorized when it is wrong."""
    return Tokens(door, key, secret, MemoryKeeper()).bearer()


def _skew(payload: AuthPayload, now: float) -> float:
    """Seconds to add to the provider's moments: what our clock is ahead, when the remaining life tells us so."""
    if payload.access_token_expires_in is None:
        return 0.0
    ahead = now + payload.access_token_expires_in - payload.access_token_expires_at
    return ahead if abs(ahead) > _CLOCKS_AGREE else 0.0
