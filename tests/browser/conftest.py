"""A whole house (web, worker, broker, sandbox, demo world) and a real Chromium before it."""

from __future__ import annotations

import json
import shutil
import signal
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import ConsoleMessage, Page, expect

from fiscal.demo.people import DEMO_PASSWORD, POS
from tests.house.living import Launched, launch

OVERTAKEN = ("htmx:sendAbort", "htmx:afterRequest")  # htmx's words for a request that the person did not wait for
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args):
    return {**browser_type_launch_args, "executable_path": shutil.which("chromium"), "args": QUIET}


@pytest.fixture(scope="session")
def house(tmp_path_factory) -> Iterator[Launched]:
    """One house for all browser tests, on ports of its own."""
    launched = launch(tmp_path_factory.mktemp("house") / "data")
    try:
        launched.wait_until_open()
        yield launched
    finally:
        launched.process.send_signal(signal.SIGTERM)
        launched.process.wait(30)


@pytest.fixture(scope="session")
def base_url(house) -> str:
    return f"http://localhost:{house.port}"


class Provider:
    """The running sandbox, as tests and people reach it."""

    def __init__(self, port: int) -> None:
        self.root = f"http://127.0.0.1:{port}"

    def ask(self, handle: str) -> Any:
        with urllib.request.urlopen(f"{self.root}/_control/{handle}", timeout=10) as answer:
            return json.load(answer)

    def tell(self, handle: str, body: Any) -> Any:
        request = urllib.request.Request(
            f"{self.root}/_control/{handle}",
            data=json.dumps(body).encode(),
            headers={"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=10) as answer:
            return json.load(answer)

    def named(self, name: str) -> list[dict[str, Any]]:
        return [found for found in self.ask("objects.json?kind=organization")["objects"] if found["name"] == name]


@pytest.fixture
def provider(house) -> Iterator[Provider]:
    sandbox = Provider(house.sandbox_port)
    yield sandbox
    sandbox.tell("faults/clear", {})


@pytest.fixture
def complaints(page: Page) -> list[str]:
    """What the browser complained about: CSP violations, script errors."""
    heard: list[str] = []

    def listen(message: ConsoleMessage) -> None:
        if message.type == "error" and not message.text.startswith(OVERTAKEN):
            heard.append(message.text)

    page.on("console", listen)
    page.on("pageerror", lambda error: heard.append(str(error)))
    return heard


@pytest.fixture
def sign_in(page: Page, base_url: str) -> Callable[..., Page]:
    def enter(email: str = POS.email) -> Page:
        page.goto(f"{base_url}/accounts/login/")
        page.fill("input[name=login]", email)
        page.keyboard.press("Enter")
        page.fill("input[name=password]", DEMO_PASSWORD)
        page.keyboard.press("Enter")
        expect(page).to_have_url(f"{base_url}/")
        return page

    return enter


def findings(page: Page, *, only: Sequence[str] = ()) -> list[tuple[str, list[str]]]:
    """What axe finds on the page as it stands, by all its rules or by some: rule and the elements."""
    if page.evaluate("typeof axe === 'undefined'"):
        page.evaluate(AXE_SCRIPT)
    rules = (
        {"runOnly": {"type": "rule", "values": list(only)}} if only else {"rules": {"target-size": {"enabled": True}}}
    )
    result = page.evaluate("rules => axe.run({...rules, resultTypes: ['violations']})", rules)
    return [(found["id"], [node["target"][0] for node in found["nodes"]][:5]) for found in result["violations"]]
