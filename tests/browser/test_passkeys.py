"""Passkeys, with Chromium's own authenticator: add one, sign out, sign in with it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from fiscal.demo.people import HOLDING
from tests.browser.conftest import findings

pytestmark = pytest.mark.browser


@pytest.fixture
def authenticator(page: Page) -> Iterator[None]:
    """A device that has a passkey store and recognises its person."""
    tools = page.context.new_cdp_session(page)
    tools.send("WebAuthn.enable")
    device = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    tools.send("WebAuthn.addVirtualAuthenticator", {"options": device})
    yield
    tools.send("WebAuthn.disable")


def sign_out(page: Page) -> None:
    page.locator("summary.k-person").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


def test_a_passkey_is_added_and_then_signs_in_alone(page, sign_in, authenticator, complaints, base_url):
    # The device answers at once, so the field's own offer waits until it is wanted. Signing out clears what is kept.
    page.add_init_script(
        "localStorage.offer || (PublicKeyCredential.isConditionalMediationAvailable = async () => false)"
    )
    sign_in()
    page.goto("/account/")
    page.get_by_role("link", name="Add a passkey").click()
    page.get_by_label("Name").fill("Test device")
    page.get_by_role("button", name="Add the passkey").click()
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()
    page.get_by_role("link", name="I have kept them").click()
    expect(page.locator("b", has_text="Test device")).to_be_visible()

    sign_out(page)
    page.goto("/accounts/login/?next=/keys/")
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page).to_have_url(f"{base_url}/keys/")

    sign_out(page)
    page.evaluate("localStorage.offer = 'yes'")
    page.goto("/accounts/login/?next=/organizations/")
    expect(page).to_have_url(f"{base_url}/organizations/")

    page.goto("/account/")
    page.get_by_role("link", name="Remove Test device").click()
    page.get_by_role("button", name="Remove the passkey").click()
    expect(page.get_by_text("None yet. A passkey")).to_be_visible()
    assert complaints == []


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 390, 1440])
def test_the_pages_of_signing_in_are_accessible_at_every_width(sign_in, page, theme, width, base_url):
    page.set_viewport_size({"width": width, "height": 800})
    page.emulate_media(color_scheme=theme)
    page.goto("/accounts/login/")
    assert findings(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    sign_in(HOLDING.email)
    for path in ("/account/", "/account/second-factor/", "/accounts/2fa/app/add/", "/accounts/2fa/passkeys/add/"):
        page.goto(path)
        assert findings(page) == [], path
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
