"""An account with one bakery, an invented clock, and callers with an account token and a register token."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests

from fiscal.sandbox.app import Sandbox
from fiscal.sandbox.kassandro.stage import Stage
from fiscal.sandbox.loopback import LoopbackAdapter

HOST = "http://sandbox.test"
API = f"{HOST}/kassandro/api"
AFTERNOON = datetime(2026, 9, 10, 15, 0, tzinfo=UTC).timestamp()  # a Thursday, 17:00 in Vienna


class Clock:
    """A clock that moves only when told."""

    def __init__(self) -> None:
        self.now = AFTERNOON

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


@dataclass
class Shop:
    """One account with a bakery that opened in August."""

    sandbox: Sandbox
    clock: Clock
    account: int
    register: int
    key: str
    session: requests.Session
    tokens: dict[int | None, str] = field(default_factory=dict)

    @property
    def stage(self) -> Stage:
        return self.sandbox.kassandro

    def token(self, register: int | None = None) -> str:
        """An account token, or one of a register."""
        if register not in self.tokens:
            kind = "account" if register is None else "cashregister"
            body = {"apiKey": self.key} if register is None else {"apiKey": self.key, "cashRegisterId": register}
            answer = self.session.post(f"{API}/token/{kind}", json=body)
            assert answer.status_code == 200, answer.text
            self.tokens[register] = answer.json()["token"]
        return self.tokens[register]

    def later(self, **time: float) -> None:
        """Let time pass (as for a timedelta) and take new tokens from then on."""
        self.clock.now += timedelta(**time).total_seconds()
        self.tokens.clear()

    def call(self, method: str, path: str, *, register: int | None = None, **options: Any) -> requests.Response:
        """Call the interface with an account token, or with the token of a register."""
        headers = {"kassandra-token": self.token(register)} | options.pop("headers", {})
        options.setdefault("timeout", (5, 10))
        return self.session.request(method, f"{API}{path}", headers=headers, **options)

    def get(self, path: str, *, register: int | None = None, **params: Any) -> Any:
        """The JSON of a reading that goes well."""
        answer = self.call("GET", path, register=register, params=params)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def all(self, first: str, last: str, *, limit: int = 1000, **options: Any) -> list[dict[str, Any]]:
        """Every receipt of a window, page by page."""
        found: list[dict[str, Any]] = []
        while True:
            page = self.get("/receipts", dateFrom=first, dateTo=last, limit=limit, offset=len(found), **options)
            found += page
            if len(page) < limit:
                return found


@pytest.fixture
def shop() -> Iterator[Shop]:
    clock = Clock()
    sandbox = Sandbox(clock=clock)
    stage = sandbox.kassandro
    account = stage.make_account("Bäckerei Huber")["id"]
    register = stage.make_register(account, "Kassa SD", profile="bakery", opened_on="2026-08-03")["id"]
    session = requests.Session()
    session.mount(HOST, LoopbackAdapter(sandbox, sleep=clock.sleep))
    yield Shop(sandbox, clock, account, register, stage.make_api_key(account), session)
    sandbox.close()
