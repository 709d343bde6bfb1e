"""What moves while people look at it: phases, a provider that is away, sessions that end, two tabs, filters."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from fiscal.demo.rows import fixed_id
from tests.browser.wizard import press
from tests.house.living import within

pytestmark = pytest.mark.browser

PROBED = 60  # seconds; the provider is probed every 30 s while it is away
FAILURES = 5  # after so many in a row the provider counts as away


def shop(n: int) -> str:
    return f"/o/{fixed_id('organization', f'customer-{n}')}/"


def rename(page: Page, n: int, name: str) -> None:
    page.goto(f"{shop(n)}edit/")
    page.get_by_label("Display name").fill(name)
    press(page, "Save")
    expect(page.get_by_role("heading", level=1)).to_contain_text(name)


def phase(page: Page, words: str, *, timeout: int = 10_000) -> None:
    """Wait until the phase card and the badge in the head say so, without a reload."""
    expect(page.locator("#progress .k-badge").first).to_contain_text(words, timeout=timeout)
    expect(page.locator("#phase-badge")).to_contain_text(words)


def test_the_phase_follows_the_worker_and_then_rests(sign_in, complaints):
    page = sign_in()
    rename(page, 10, "Renamed under way")
    phase(page, "In step")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.wait_for_timeout(6_000)
    assert asked == []
    assert complaints == []


def test_an_edit_made_while_the_provider_is_away_arrives_by_itself(sign_in, provider):
    page = sign_in()
    provider.tell("faults", {"kind": "connect_refused", "times": None})
    edited = {f"Renamed in the dark {n}": page.context.new_page() for n in range(11, 11 + FAILURES)}
    for n, (name, tab) in enumerate(edited.items(), 11):
        rename(tab, n, name)
        expect(tab.locator("#progress")).to_contain_text("Last confirmed")
        tab.evaluate("window.notReloaded = true")
    # The first ones that met nobody are retrying; those after them wait for the probe, and are not even sent.
    expect(next(iter(edited.values())).locator("#progress .k-badge").first).to_contain_text("Retrying", timeout=30_000)
    expect(tab.locator("#progress .k-badge").first).to_contain_text(re.compile("Retrying|Waiting"))
    page.goto("/")
    expect(page.locator("main")).to_contain_text(re.compile("provider has not answered since|provider does not answer"))
    expect(page.locator("main")).to_contain_text("fiskaly does not answer")

    provider.tell("faults/clear", {})
    name = within(PROBED, lambda: next((name for name in edited if displayed(provider, name)), ""), "the first edit")
    phase(edited[name], "In step")
    assert edited[name].evaluate("window.notReloaded")


def displayed(provider, name: str) -> bool:
    return any(found.get("display_name") == name for found in provider.ask("objects.json?kind=organization")["objects"])


def test_a_session_that_ended_under_a_fragment_sends_the_whole_page_to_sign_in_and_back(sign_in, page):
    page = sign_in()
    page.goto("/organizations/?country=DEU")
    page.context.clear_cookies(name="sessionid")
    page.locator(".k-tabs").get_by_role("link", name="In step").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")
    page.fill("input[name=login]", "pos@demo.example")
    page.keyboard.press("Enter")
    page.fill("input[name=password]", "kontor demo house")
    page.keyboard.press("Enter")
    expect(page).to_have_url("/organizations/?country=DEU")


def test_a_double_click_sends_once(sign_in, page):
    sign_in()
    page.goto(f"{shop(16)}edit/")
    page.get_by_label("Display name").fill("Clicked twice")
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
    page.get_by_role("button", name="Save").dblclick()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Clicked twice")
    assert len(sent) == 1


def test_two_tabs_that_edit_the_same_lose_nothing(sign_in, page):
    sign_in()
    page.goto(f"{shop(17)}edit/")
    other = page.context.new_page()
    rename(other, 17, "Of the other tab")
    page.get_by_label("Display name").fill("Of this tab")
    page.get_by_label("Town").fill("Steyr")
    press(page, "Save")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Changed meanwhile")
    row = page.get_by_role("row", name="Display name")
    expect(row).to_contain_text("Of this tab")
    expect(row).to_contain_text("Of the other tab")
    row.get_by_role("radio", name="Of the other tab").check()
    press(page, "Save the chosen values")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Of the other tab")
    expect(page.locator("main")).to_contain_text("Steyr")


def test_each_filter_is_one_entry_of_the_history_and_back_restores_the_list(sign_in, page):
    sign_in()
    page.goto("/organizations/")
    started = page.evaluate("history.length")
    everything = page.locator("main h1 + *, .k-page-head").first.inner_text()
    page.locator("summary", has_text="Filter").click()
    page.get_by_label("Country", exact=True).select_option("DEU")
    press(page, "Show")
    expect(page).to_have_url(re.compile("country=DEU"))
    page.locator("#organizations-q").fill("a")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("q=a"))
    assert page.evaluate("history.length") == started + 2
    page.go_back()
    expect(page).to_have_url(re.compile("country=DEU"))
    expect(page.locator("#organizations-q")).to_have_value("")
    expect(page.locator("tbody tr").first).to_contain_text("DEU")
    page.go_back()
    expect(page.locator("main")).to_contain_text(everything)
    expect(page.get_by_role("searchbox").first).to_be_visible()
