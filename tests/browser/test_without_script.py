"""Without JavaScript everything works as plain pages; only the live phase needs a reload."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.wizard import answer_up_to_the_plan, press

pytestmark = pytest.mark.browser

NAME = "Café Ohne Skript"


@pytest.fixture
def browser_context_args(browser_context_args):
    return {**browser_context_args, "java_script_enabled": False}


def test_a_customer_with_a_key_is_created_without_script(sign_in, provider):
    page = sign_in()
    page.goto("/organizations/")
    page.get_by_role("link", name="Next page").click()
    expect(page.locator(".k-pager")).to_contain_text("Page 2")
    page.locator("summary", has_text="Filter").click()
    page.get_by_label("Country", exact=True).select_option("DEU")
    press(page, "Show")
    expect(page.locator("tbody tr").first).to_contain_text("DEU")
    expect(page.locator(".k-chip")).to_contain_text("DEU")

    page.get_by_role("link", name="New organization").click()
    answer_up_to_the_plan(page, NAME, key_name="till-1")
    press(page, f"Create {NAME} in TEST")
    for _ in range(20):
        if "What happened" in page.locator("#creation").inner_text():
            break
        page.wait_for_timeout(500)
        page.reload()
    expect(page.locator("#creation")).to_contain_text("In step")

    page.get_by_role("link", name="Show the key").click()
    press(page, "Show now")
    secret = page.get_by_label("API secret", exact=True).input_value()
    assert len(secret) > 20
    page.get_by_role("link", name="I have saved it").click()
    assert secret not in page.content()
    assert len(provider.named(NAME)) == 1
