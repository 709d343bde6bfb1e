"""Sets the sandbox's stage over HTTP, as a person would in fiskaly's dashboard."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlencode, urlsplit
from urllib.request import Request, urlopen

from django.conf import settings

LOOPBACK = ("127.0.0.1", "localhost", "::1")
CHUNK = 2_000


class NoSandbox(Exception):
    """The provider's address is not a sandbox of ours, so nothing is staged there."""


def make(items: list[dict[str, Any]]) -> list[Any]:
    """Make organizations and keys in the sandbox, in order; gives what it answered. Raises NoSandbox."""
    made: list[Any] = []
    for start in range(0, len(items), CHUNK):
        made += tell("batch", items[start : start + CHUNK])["made"]
    return made


def tell(handle: str, body: Any) -> Any:
    """POST to one of the sandbox's handles for programs. Raises NoSandbox, urllib.error.URLError."""
    return _answer(Request(_address(handle), json.dumps(body).encode(), {"Content-Type": "application/json"}))  # noqa: S310


def ask(handle: str, **query: object) -> Any:
    """GET from one of the sandbox's handles for programs. Raises NoSandbox, urllib.error.URLError."""
    return _answer(Request(f"{_address(handle)}?{urlencode(query)}"))  # noqa: S310


def _address(handle: str) -> str:
    address = urlsplit(settings.MANAGEMENT_URL)
    if address.hostname not in LOOPBACK or address.scheme != "http":
        raise NoSandbox(f"{address.hostname} is not a sandbox on this machine")
    return f"http://{address.netloc}/_control/{handle}"


def _answer(request: Request) -> Any:
    with urlopen(request, timeout=60) as answer:  # noqa: S310  # nosec B310 - loopback http only, `_address` has checked
        return json.load(answer)
