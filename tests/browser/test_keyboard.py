"""Everything by keyboard: skip link, search, cards, menus, dialogs, and focus that goes where the work goes on."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from fiscal.demo.rows import fixed_id

pytestmark = pytest.mark.browser

SHOP = f"/o/{fixed_id('organization', 'customer-0')}/"
FOCUSED = """() => {
    const here = document.activeElement, style = getComputedStyle(here);
    return {text: here.innerText || here.value || here.getAttribute("aria-label") || "", name: here.name || "",
            ring: parseFloat(style.outlineWidth) >= 2 && style.outlineStyle !== "none" || style.boxShadow !== "none"};
}"""


def test_the_first_tab_skips_to_the_content_and_slash_goes_to_the_search(sign_in):
    page = sign_in()
    page.goto("/organizations/")
    page.keyboard.press("Tab")
    assert page.evaluate(FOCUSED)["text"] == "Skip to content"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.matches('[data-search]')")
    page.keyboard.type("Steinbach")
    page.keyboard.press("Enter")
    expect(page).to_have_url("/organizations/?q=Steinbach")
    expect(page.locator("tbody tr").first).to_contain_text("Steinbach")


def test_the_wizard_is_answered_with_tab_arrows_and_enter(sign_in):
    page = sign_in()
    page.goto("/organizations/new/")
    page.focus("#main")
    tab_to(page, "model")
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("radio", name="Holding with branches")).to_be_checked()
    assert page.evaluate(
        "getComputedStyle(document.activeElement.closest('.k-choice')).borderColor"
        " !== getComputedStyle(document.querySelector('.k-choice:not(:has(:checked))')).borderColor"
    )
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Place")).to_be_visible()
    expect(page.get_by_text("Which organization provisions the holding?")).to_be_visible()

    page.goto(page.url.replace("place", "facts"))
    page.get_by_role("button", name="Continue").focus()
    page.keyboard.press("Enter")
    summary = page.locator(".k-summary")
    expect(summary).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_label("Name", exact=True)).to_be_focused()
    assert page.get_by_label("Name", exact=True).get_attribute("aria-invalid") == "true"


def test_menus_and_dialogs_close_with_escape_and_give_focus_back(sign_in):
    page = sign_in()
    page.goto(SHOP)
    for menu in page.locator("details[data-menu] > summary").all():
        menu.focus()
        page.keyboard.press("Enter")
        expect(menu.locator("..")).to_have_attribute("open", "")
        page.keyboard.press("Tab")
        assert page.evaluate(FOCUSED)["ring"]
        page.keyboard.press("Escape")
        expect(menu.locator("..")).not_to_have_attribute("open", "")
        expect(menu).to_be_focused()

    page.focus("#main")
    page.keyboard.press("?")
    dialog = page.get_by_role("dialog", name="Keys")
    expect(dialog).to_be_visible()
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    assert page.evaluate("document.activeElement.id") == "main"


def test_a_question_opens_as_a_dialog_and_leaves_everything_as_it_was(sign_in):
    page = sign_in()
    page.goto(f"{SHOP}keys/{fixed_id('key', 'customer-0')}/")
    opener = page.get_by_role("link", name="Disable")
    opener.focus()
    page.keyboard.press("Enter")
    dialog = page.locator("#dialog")
    expect(dialog).to_be_visible()
    expect(dialog.get_by_role("heading")).to_be_focused()
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(opener).to_be_focused()


def test_focus_can_be_seen_wherever_it_goes(sign_in):
    page = sign_in()
    page.goto("/organizations/")
    unseen = []
    for _ in range(30):
        page.keyboard.press("Tab")
        if not (here := page.evaluate(FOCUSED))["ring"]:
            unseen.append(here["text"])
    assert unseen == []


def tab_to(page: Page, name: str) -> None:
    """Press Tab until the control of that name has the focus."""
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate(FOCUSED)["name"] == name:
            return
    raise AssertionError(f"Tab never reaches {name}")
