"""Every page, both themes, wide and narrow: nothing that axe finds, nothing that overflows, one heading, a title."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from fiscal.demo.people import HOLDING, POS, SHOP, WHITE_LABEL
from fiscal.demo.rows import fixed_id
from tests.browser.conftest import findings

pytestmark = pytest.mark.browser

WHAT_WIDTH_CHANGES = ["color-contrast", "target-size", "scrollable-region-focusable", "region", "heading-order"]
WIDE, NARROW = {"width": 1440, "height": 900}, {"width": 390, "height": 844}


def at(slug: str, rest: str = "") -> str:
    """The address of an organization of the demo world, or of a page of it."""
    return f"/o/{fixed_id('organization', slug)}/{rest}"


SHOP_KEY = at("customer-0", f"keys/{fixed_id('key', 'customer-0')}/")
CREDENTIAL = at("kassenwerk", f"credentials/{fixed_id('credential', 'kassenwerk', 'TEST')}/")
SOURCE = at("kassenwerk", f"connections/{fixed_id('connection', 'Kassenwerk customers')}/")
TILL = at("kassenwerk", f"registers/{fixed_id('register', '1', 'Schank')}/")
CHAIN = at("kassenwerk", f"verification/{fixed_id('register', '1', 'Schank')}/")
DEVICES = fixed_id("register", "99000200990", "All devices of Ostermann Bozen")
DEVICE_MAKING = at("branch-10", f"registers/{DEVICES}/make/")  # a button with a long name
PROVISIONED = fixed_id("organization", "ostermann")
SIGNED_OUT = [
    "/accounts/login/",
    "/accounts/signup/",
    "/accounts/password/reset/",
    "/accounts/password/reset/done/",
    "/accounts/confirm-email/",
    "/invitations/open/",
    "/styleguide/",
]
PAGES = {
    POS.email: [
        "/",
        "/organizations/",
        "/organizations/?phase=DRIFTED",
        "/organizations/?phase=MOVING",
        "/organizations/?q=a&country=AUT&mode=LIVE&sort=-town&rows=25&page=1",
        "/organizations/?q=nothing+is+called+this",
        at("kassenwerk"),
        at("customer-0"),
        at("customer-2"),
        at("customer-2", "drift/"),
        at("customer-2", "drift/keep/"),
        at("customer-3"),
        at("ostermann"),
        at("customer-0", "edit/"),
        at("ostermann", "delegation/"),
        at("ostermann", "nothing/here/"),  # an error page while acting
        *(at("kassenwerk", f"people/{page}/") for page in ("invitations", "invitations/new", "handover")),
        at("kassenwerk", "delegations/"),
        *(at("kassenwerk", f"delegations/{PROVISIONED}/{page}") for page in ("", "ask/", "give-up/")),
        at("customer-3", "live/"),
        at("customer-3", "retire/"),
        at("customer-0", "retire/"),
        at("customer-0", "logo/"),
        at("customer-0", "activity/"),
        at("customer-0", "activity/?area=KEYS&person=system&from=2026-01-01&result=DONE"),
        "/activity/",
        "/organizations/new/",
        f"/organizations/new/?parent={fixed_id('organization', 'ostermann')}",
        "/keys/",
        "/keys/?q=nothing+is+called+this",
        at("customer-0", "keys/"),
        at("customer-20", "keys/"),
        at("customer-0", "keys/new/"),
        SHOP_KEY,
        f"{SHOP_KEY}reveal/",
        f"{SHOP_KEY}disable/",
        f"{SHOP_KEY}replace/",
        at("customer-0", "billing/"),
        at("kassenwerk", "billing/"),
        at("customer-0", "billing/change/"),
        at("customer-0", "billing/addresses/new/"),
        at("kassenwerk", "credentials/"),
        at("kassenwerk", "credentials/new/"),
        f"{CREDENTIAL}replace/",
        f"{CREDENTIAL}remove/",
        "/registers/",
        "/registers/?q=nothing+is+called+this&state=incomplete",
        "/connections/",
        "/connections/?q=nothing+is+called+this&licence=ending",
        at("kassenwerk", "registers/"),
        at("kassenwerk", "shops/"),
        at("kassenwerk", "shops/new/"),
        at("kassenwerk", "payment-methods/"),
        at("kassenwerk", "connections/"),
        at("kassenwerk", "connections/new/"),
        *(at("customer-0", f"connections/new/{source}/") for source in ("account", "register", "key", "files")),
        SOURCE,
        *(f"{SOURCE}{action}/" for action in ("describe", "replace", "backfill", "remove")),
        TILL,
        f"{TILL}edit/",
        f"{TILL}move/",
        f"{TILL}make/",
        at("kassenwerk", "receipts/"),
        at("kassenwerk", "receipts/?number=nothing+is+called+this&kind=SALE&from=2026-01-01"),
        at("kassenwerk", "verification/"),
        at("kassenwerk", "verification/?state=found"),
        at("kassenwerk", "verification/file/"),
        *(f"{CHAIN}{page}" for page in ("", "keys/", "export/")),
        "/people/",
        "/people/?q=nothing+is+called+this",
        *(at("kassenwerk", page) for page in ("people/", "people/grants/new/", "people/grants/several/", "roles/")),
        *(at("kassenwerk", page) for page in ("roles/new/", "teams/", "teams/new/", "groups/", "groups/new/")),
        at("customer-0", "people/"),
        at("customer-0", "people/?q=nothing+is+called+this"),
        "/connect/",
        "/mirror/",
        "/mirror/retry/",
        "/accounts/email/",
        "/accounts/password/change/",
        "/accounts/logout/",
        "/nothing/here/",
    ],
    WHITE_LABEL.email: [at("weisslabel"), at("weisslabel", "delegation/"), at("label-customer-0")],
    HOLDING.email: ["/", "/statistics/reports/", at("ostermann"), at("branch-0"), DEVICE_MAKING],
    SHOP.email: ["/", "/organizations/", at("customer-0"), at("customer-0", "people/"), at("kassenwerk")],
}


def test_pages_before_sign_in_are_in_order(page: Page, complaints):
    in_order(page, SIGNED_OUT, complaints)


@pytest.mark.parametrize("email", PAGES)
def test_pages_of_a_person_are_in_order(email, sign_in, complaints):
    in_order(sign_in(email), PAGES[email], complaints)


def test_the_steps_of_the_wizard_are_in_order(sign_in, complaints):
    page = sign_in()
    page.goto("/organizations/new/")
    page.get_by_role("radio", name="Holding with branches").check()
    page.get_by_role("button", name="Continue").click()
    draft = page.url.removesuffix("place/")
    in_order(page, [f"{draft}{step}/" for step in ("model", "place", "facts", "billing", "key")], complaints)
    for step in ("place", "facts"):  # asked to go on with nothing answered: 422 with what is missing
        page.goto(f"{draft}{step}/")
        page.get_by_role("button", name="Continue").click()
        assert findings(page) == [], f"{step} with errors"
        assert page.locator(".k-summary").count() == 1, step


def in_order(page: Page, addresses: list[str], complaints: list[str]) -> None:
    """Look at each page and name everything that is wrong with any of them."""
    faults = [fault for address in addresses for fault in faults_of(page, address, complaints)]
    assert not faults, "\n".join(faults)


def faults_of(page: Page, address: str, complaints: list[str]) -> list[str]:
    """What is wrong with the page at the address, in words."""
    complaints.clear()
    page.set_viewport_size(WIDE)
    page.emulate_media(color_scheme="light", reduced_motion="reduce")  # colours must not be under way when axe looks
    page.goto(address)
    found = [f"axe, light: {finding}" for finding in findings(page)]
    page.emulate_media(color_scheme="dark")
    found += [f"axe, dark: {finding}" for finding in findings(page, only=["color-contrast"])]
    page.emulate_media(color_scheme="light")
    page.set_viewport_size(NARROW)
    found += [f"axe, narrow: {finding}" for finding in findings(page, only=WHAT_WIDTH_CHANGES)]
    if (width := page.evaluate("document.scrollingElement.scrollWidth")) > NARROW["width"]:
        found.append(f"{width} pixels wide on a narrow screen")
    if (headings := page.locator("h1").count()) != 1:
        found.append(f"{headings} first headings")
    if not page.title().removesuffix("Kontor").strip(" ·"):
        found.append("no title")
    found += [words for words in complaints if "server responded with a status of 4" not in words]
    return [f"{address}: {fault}" for fault in found]
