"""The wizard's steps as a person takes them, with or without script."""

from __future__ import annotations

from playwright.sync_api import Page

ADDRESS = {"address_line1": "Hauptstraße 1", "zip": "8010", "town": "Graz", "vat_id": "ATU69005015"}


def press(page: Page, words: str) -> None:
    """Press the button and wait for the page it leads to."""
    page.get_by_role("button", name=words, exact=True).click()


def answer_up_to_the_plan(page: Page, name: str, *, key_name: str) -> None:
    """A single customer in TEST below the only main organization, billed above and withheld; stops before creating."""
    page.get_by_role("radio", name="Single customer").check()
    press(page, "Continue")
    page.get_by_role("radio", name="Kassenwerk GmbH").check()
    page.get_by_role("radio", name="TEST For trying out").check()
    press(page, "Continue")
    page.get_by_label("Name", exact=True).fill(name)
    page.select_option("#id_country_code", "AUT")
    for field, value in ADDRESS.items():
        page.fill(f"#id_{field}", value)
    press(page, "Continue")
    page.get_by_role("radio", name="Kassenwerk GmbH").check()
    page.get_by_label("Withhold billing").check()
    press(page, "Continue")
    page.get_by_role("radio", name="Now Its secret").check()
    page.fill("#id_key_name", key_name)
    press(page, "Continue")
