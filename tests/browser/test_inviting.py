"""The story of somebody who is let in: invited, signed up, acting for a customer, and shut out at the next request."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page, expect

from fiscal.demo.people import DEMO_PASSWORD, HOLDING, POS
from fiscal.demo.rows import fixed_id
from tests.browser.wizard import press
from tests.house.living import Launched, within

pytestmark = pytest.mark.browser

EMAIL, PASSWORD = "nina@neu.example", "a password of ninas own"
MAKER, HOLDING_PLACE = fixed_id("organization", "kassenwerk"), fixed_id("organization", "ostermann")


def test_somebody_is_invited_signs_up_acts_for_a_customer_and_is_shut_out(
    page: Page, browser: Browser, house: Launched, base_url: str, sign_in: Callable[..., Page]
) -> None:
    sign_in(POS.email)
    invite(page, base_url)
    nina = browser.new_context(base_url=base_url).new_page()
    sign_up_by(nina, link_in_the_mail(house))
    act_for_the_holding(nina, base_url)

    owner = owner_of_the_holding(browser, base_url)
    decide(owner, "Nothing")
    nina.reload()

    expect(nina.get_by_role("heading", level=1)).to_have_text("Not here")
    expect(nina.locator(".k-acting")).to_have_count(0)
    decide(owner, "Full")  # the demo world stands as it did
    nina.reload()
    expect(nina.locator(".k-acting")).to_be_visible()


def invite(page: Page, base_url: str) -> None:
    page.goto(f"{base_url}/o/{MAKER}/people/invitations/new/")
    page.get_by_label("E-mail address").fill(EMAIL)
    page.get_by_role("radio", name=re.compile("^Viewer")).check()
    press(page, "Send the invitation")
    expect(page.get_by_role("row", name=re.compile(EMAIL))).to_be_visible()


def link_in_the_mail(house: Launched) -> str:
    """The embedded house writes its mails to its log: the worker was rung for, or found it within its slot."""

    def look() -> str:
        found = re.findall(r"/invitations/[\w-]{40,}/", house.log())
        return found[-1] if found else ""

    return within(40, look, "the mail of the invitation")


def sign_up_by(nina: Page, link: str) -> None:
    nina.goto(link)
    expect(nina).to_have_url(re.compile(r"/invitations/open/$"))
    expect(nina.get_by_role("heading", level=1)).to_have_text("Petra Kassner invites you")
    nina.get_by_role("link", name="Sign up").click()
    expect(nina.get_by_label("Email")).to_have_value(EMAIL)
    nina.locator("input[name=password1]").fill(PASSWORD)
    nina.locator("input[name=password2]").fill(PASSWORD)
    press(nina, "Sign up")
    press(nina, "Accept")
    expect(nina.get_by_role("heading", level=1)).to_have_text("Kassenwerk GmbH")


def act_for_the_holding(nina: Page, base_url: str) -> None:
    nina.goto(f"{base_url}/organizations/?parent={MAKER}")
    nina.get_by_role("link", name="Act for Modehaus Ostermann AG").click()
    banner = nina.get_by_role("complementary", name="Acting for another organization")
    expect(banner).to_contain_text("You act for Modehaus Ostermann AG")
    nina.get_by_role("link", name="Leave Modehaus Ostermann AG").click()
    expect(banner).to_have_count(0)
    nina.go_back()
    expect(banner).to_be_visible()


def owner_of_the_holding(browser: Browser, base_url: str) -> Page:
    owner = browser.new_context(base_url=base_url).new_page()
    owner.goto("/accounts/login/")
    owner.fill("input[name=login]", HOLDING.email)
    owner.keyboard.press("Enter")
    owner.fill("input[name=password]", DEMO_PASSWORD)
    owner.keyboard.press("Enter")
    expect(owner).to_have_url(f"{base_url}/")
    return owner


def decide(owner: Page, preset: str) -> None:
    owner.goto(f"/o/{HOLDING_PLACE}/delegation/")
    owner.get_by_role("radio", name=re.compile(f"^{preset}")).check()
    owner.get_by_label("Type Modehaus Ostermann AG").fill("Modehaus Ostermann AG")
    owner.get_by_label("Reason").fill("The contract ended")
    press(owner, "Change the delegation of Modehaus Ostermann AG")
    expect(owner.get_by_text("Saved: it holds from now on.")).to_be_visible()
