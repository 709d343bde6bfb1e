"""The first story of the house: a customer is created, is at fiskaly at once, and its key is seen exactly once."""

from __future__ import annotations

import contextlib
import json
import time
import urllib.request
from collections.abc import Callable
from typing import TypeVar

import pytest
from playwright.sync_api import Error, Page, expect

from fiscal.demo.people import DEMO_PASSWORD, POS
from tests.browser.wizard import answer_up_to_the_plan, press

pytestmark = pytest.mark.browser

T = TypeVar("T")
NAME = "Gasthaus Morgenrot"
SOON = 5_000  # ms until all is in step, on a quiet machine


def test_a_customer_is_in_step_within_seconds_and_its_secret_is_seen_once(page: Page, base_url, provider, complaints):
    since = newest(provider)
    sign_in_with_the_keyboard(page, base_url)
    page.goto(f"{base_url}/organizations/new/")
    answer_up_to_the_plan(page, NAME, key_name="till-1")
    started = time.monotonic()
    press(page, f"Create {NAME} in TEST")
    expect(page.locator("#creation")).to_contain_text("What happened", timeout=SOON)
    print(f"\nIn step {time.monotonic() - started:.1f} s after pressing create")  # noqa: T201 - the number people ask for
    badges = page.locator("#creation .k-badge")
    assert [words.strip().split(" at ")[0] for words in badges.all_inner_texts()] == ["In step"] * badges.count()

    page.get_by_role("link", name="Show the key").click()
    press(page, "Show now")
    key, secret = page.get_by_label("API key", exact=True), page.get_by_label("API secret", exact=True)
    key, secret = key.input_value(), secret.input_value()
    assert log_in(provider, key, secret)["access_token_claims"]["env"] == "TEST"
    assert kept_by_the_browser(page, secret) == []
    assert complaints == []

    never_again(page, secret)
    assert what_was_made(provider, since) == ["api key", "organization"]
    made = provider.named(NAME)[0]
    above = provider.named("Kassenwerk GmbH")[0]
    assert made["managed_by_organization_id"] == above["_id"]
    assert made["billing_options"]["bill_to_organization"] == above["_id"]
    assert made["billing_options"]["withhold_billing"] is True
    assert made["metadata"]["kontor_id"]
    assert secret not in json.dumps(provider.ask(f"ledger.json?since={since}"))
    assert [heard for heard in complaints if "410" not in heard and "ERR_CACHE_MISS" not in heard] == []


def sign_in_with_the_keyboard(page: Page, base_url: str) -> None:
    page.goto(f"{base_url}/")
    for _ in range(9):
        if page.evaluate("document.activeElement.name") == "login":
            break
        page.keyboard.press("Tab")
    page.keyboard.type(POS.email)
    page.keyboard.press("Enter")
    expect(page.locator("input[name=password]")).to_be_focused()
    page.keyboard.type(DEMO_PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Work list")


def newest(provider) -> int:
    return max((entry["n"] for entry in provider.ask("ledger.json")["requests"]), default=0)


def what_was_made(provider, since: int) -> list[str]:
    entries = provider.ask(f"ledger.json?since={since}")["requests"]
    return sorted(entry["effect"].split(" created ")[0] for entry in entries if " created " in entry["effect"])


def log_in(provider, key: str, secret: str) -> dict:
    request = urllib.request.Request(
        f"{provider.root}/management/api/v0/auth",
        data=json.dumps({"api_key": key, "api_secret": secret}).encode(),
        headers={"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=10) as answer:
        return json.load(answer)


def steadily(page: Page, look: Callable[[], T]) -> T:
    """Look at a page that may still be on its way: Back and Forward answer before they have arrived."""
    for _ in range(50):
        page.wait_for_load_state()
        try:
            return look()
        except Error:
            page.wait_for_timeout(100)
    return look()


def kept_by_the_browser(page: Page, secret: str) -> list[str]:
    """Where the secret lies although nobody put it there on purpose."""
    places = page.evaluate(
        """async () => ({
            local: JSON.stringify(localStorage), session: JSON.stringify(sessionStorage), title: document.title,
            address: location.href, state: JSON.stringify(history.state), cookies: document.cookie,
            caches: JSON.stringify(await caches.keys()),
        })"""
    )
    return [place for place, content in places.items() if secret in (content or "")]


def forward_and_back(page: Page, secret: str) -> None:
    """To the page that showed the secret: the browser has not kept it, so it asks to send the form once more."""
    with contextlib.suppress(Error):
        page.go_forward()
    assert secret not in steadily(page, page.content)
    page.go_back()


def never_again(page: Page, secret: str) -> None:
    """Reload, Back, Forward, and the key's own page: the secret is in none of them."""
    revealed = page.url
    page.on("dialog", lambda dialog: dialog.accept())
    for go in (page.reload, page.go_back, lambda: forward_and_back(page, secret), lambda: page.goto(revealed)):
        go()
        assert secret not in steadily(page, page.content)
        assert steadily(page, lambda: kept_by_the_browser(page, secret)) == []
    expect(page.get_by_role("heading", level=1)).to_contain_text("is gone")
    page.get_by_role("link", name="To the key’s page").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("till-1")
    assert secret not in steadily(page, page.content)
