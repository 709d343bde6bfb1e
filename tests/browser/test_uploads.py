"""A file of sales on its way, in a real browser: every state of it, and the figures at its end."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from playwright.sync_api import Page, expect

from fiscal.demo.people import WHITE_LABEL
from tests.browser.test_pages import faults_of

pytestmark = pytest.mark.browser

DAY = date.today() - timedelta(days=2)  # noqa: DTZ011 - the demo world sells by the machine's own calendar
HEAD = "data;documenti;annulli;resi;totale"
FILES = {
    "ready": f"{HEAD}\n{DAY:%d/%m/%Y};3;1;0;-12,50\n",
    "wrong": f"{HEAD}\n{DAY:%d/%m/%Y};drei;1;0;12,505\n",
    "strange": f"giorno;scontrini;incasso\n{DAY:%d/%m/%Y};3;12,50\n",
}


def upload(page: Page, uploads: str, name: str) -> str:
    """Upload a file; the address of its page."""
    page.goto(f"{uploads}new/")
    page.get_by_role("radio", name="Daily totals").check()
    page.get_by_label("From").fill(f"{DAY:%Y-%m-%d}")
    page.get_by_label("To", exact=True).fill(f"{DAY:%Y-%m-%d}")
    file = {"name": f"{name}.csv", "mimeType": "text/csv", "buffer": FILES[name].encode()}
    page.locator("input[type=file]").set_input_files(file)
    page.get_by_role("button", name="Upload and check").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(f"{name}.csv")
    return page.url


def test_uploaded_files_are_in_order_in_every_state(sign_in, complaints):
    page = sign_in(WHITE_LABEL.email)
    page.goto("/connections/")
    page.get_by_role("link", name="DataCash client area").click()
    page.get_by_role("link", name="Upload a file").click()
    uploads = page.url.partition("new/")[0]
    faults = faults_of(page, uploads, complaints)
    faults += faults_of(page, f"{uploads}new/", complaints)
    states = {name: upload(page, uploads, name) for name in FILES}
    for address in (*states.values(), f"{states['strange']}columns/", f"{states['ready']}discard/", uploads):
        faults += faults_of(page, address, complaints)

    page.goto(states["ready"])
    page.get_by_role("button", name="Apply the file").click()
    expect(page.locator(".k-banner")).to_contain_text("1 day was filled.")
    faults += faults_of(page, states["ready"], complaints)

    assert not faults, "\n".join(faults)
