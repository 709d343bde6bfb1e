"""A building with one partner in it, an invented clock, and a caller."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
import requests

from fiscal.sandbox.app import Sandbox
from fiscal.sandbox.loopback import LoopbackAdapter

NOON = 1_795_262_400.0  # some noon in November 2026
HOST = "http://sandbox.test"


class Clock:
    """A clock that moves only when told."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


@dataclass
class Caller:
    """Calls Management v0 with one API key, logging in when first needed."""

    key: str
    secret: str
    host: str = HOST
    session: requests.Session = field(default_factory=requests.Session)

    def log_in(self) -> requests.Response:
        body = {"api_key": self.key, "api_secret": self.secret}
        answer = self.session.post(f"{self.host}/management/api/v0/auth", json=body, timeout=(5, 10))
        if answer.ok:
            self.session.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
        return answer

    def __call__(self, method: str, path: str, body: Any = None, **options: Any) -> requests.Response:
        if "Authorization" not in self.session.headers:
            self.log_in()
        options.setdefault("timeout", (5, 10))
        return self.session.request(
            method, f"{self.host}/management/api/v0{path}", json=body, allow_redirects=False, **options
        )


@dataclass
class World:
    """A partner's main organization in TEST and LIVE, with a key for each."""

    sandbox: Sandbox
    clock: Clock
    partner: dict[str, Any]
    test: Caller
    live: Caller
    caller: Callable[..., Caller]

    def company(self, **changes: Any) -> dict[str, Any]:
        """A body that is right for a managed organization of the partner; None leaves a field out."""
        body = {
            "name": "Gasthaus Post",
            "address_line1": "Hauptstraße 1",
            "zip": "-",
            "town": "Graz",
            "country_code": "AUT",
            "managed_by_organization_id": self.partner["_id"],
            **changes,
        }
        return {name: value for name, value in body.items() if value is not None}

    def managed(self, **changes: Any) -> dict[str, Any]:
        """A managed organization, made with the TEST key."""
        answer = self.test("POST", "/organizations", self.company(**changes))
        assert answer.status_code == 200, answer.text
        return answer.json()


@pytest.fixture
def world() -> Iterator[World]:
    clock = Clock()
    sandbox = Sandbox(clock=clock)

    def caller(organization_id: str, env: str, name: str = "main") -> Caller:
        made = Caller(*sandbox.make_api_key(organization_id, env, name))
        made.session.mount(HOST, LoopbackAdapter(sandbox, sleep=clock.sleep))
        return made

    partner = sandbox.make_organization("Kassen Nord GmbH")
    yield World(sandbox, clock, partner, caller(partner["_id"], "TEST"), caller(partner["_id"], "LIVE"), caller)
    sandbox.close()
