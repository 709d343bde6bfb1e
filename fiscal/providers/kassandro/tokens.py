"""Kassandro's tokens: made of an API key at one of two endpoints, for an account or for one register.

The paper names neither paths nor bodies nor a token's life (contract "Kassandro", headings 1 and 2): the path is a
setting, and whoever gets a token without a life keeps it until it is refused.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from fiscal.providers.http import Answer, Door
from fiscal.providers.kassandro.envelopes import COUNT, garbled, object_of
from fiscal.providers.tokens import Keeper, SharedTokens, Token

TOKENS = ("token", "accessToken", "access_token")
LIVES = ("expiresIn", "expires_in")
UNTIL_REFUSED = 3650 * 86_400.0


class KassandroTokens(SharedTokens):
    """The tokens of one API key. `cash_register_id`: for the token of one register made with an account's key."""

    def __init__(
        self,
        door: Door,
        path: str,
        api_key: str,
        keeper: Keeper,
        *,
        cash_register_id: int | None = None,
        now: Callable[[], float] = time.time,
    ) -> None:
        super().__init__(keeper, now=now)
        self._door = door
        self._path = path
        self._body: dict[str, str | int] = {"apiKey": api_key}
        if cash_register_id is not None:
            self._body["cashRegisterId"] = cash_register_id

    @property
    def secrets(self) -> tuple[str, ...]:
        """The API key."""
        return (str(self._body["apiKey"]),)

    def _log_in(self, old: Token | None) -> Token:
        known = (old.access_token,) if old else ()
        answer = self._door.call("POST", self._path, json=self._body, harmless=True, secrets=known)
        now = self._now()
        return Token(_token_in(answer), expires_at=now + _life_in(answer), obtained_at=now)


def _token_in(answer: Answer) -> str:
    body = object_of(answer)
    found = [body[name] for name in TOKENS if isinstance(body.get(name), str)]
    if len(found) != 1 or not found[0].isascii() or not found[0].isprintable() or not found[0].strip():
        raise garbled(answer, "a log-in gave no token")
    token: str = found[0]
    return token


def _life_in(answer: Answer) -> float:
    """Seconds that the token lives; without a word about it, until it is refused."""
    for name in LIVES:
        value = answer.body.get(name)
        if isinstance(value, str) and COUNT.fullmatch(value) and int(value):
            return float(value)
    return UNTIL_REFUSED
