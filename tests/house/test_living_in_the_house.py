"""`make run`, the way a newcomer meets it: it answers, it mends itself, and it leaves nothing behind.

Honours DATABASE_URL and REDIS_URL: with them the same house runs on PostgreSQL and Redis.
"""

from __future__ import annotations

import os
import re
import signal
import time
import urllib.request

import pytest
import requests

from config.launcher import leftovers, readiness
from fiscal.demo.people import DEMO_PASSWORD, HOLDING
from tests.house.living import a_database_of_its_own, launch, within

# One house at a time: two that open at once on a small machine keep each other waiting.
pytestmark = [pytest.mark.processes, pytest.mark.xdist_group("houses")]


@pytest.fixture
def house(tmp_path, monkeypatch):
    yield from _a_house(tmp_path / "data", monkeypatch, new=False)


@pytest.fixture
def new_house(tmp_path, monkeypatch):
    yield from _a_house(tmp_path / "data", monkeypatch, new=True)


def _a_house(folder, monkeypatch, *, new):
    with a_database_of_its_own(new=new) as environment:
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        launched = launch(folder, new=new)
        yield launched
        if launched.process.poll() is None:
            launched.process.send_signal(signal.SIGTERM)
            launched.process.wait(20)


def test_it_opens_mends_itself_and_leaves_nothing_behind(new_house):
    house = new_house
    house.wait_until_open()
    with urllib.request.urlopen(f"http://127.0.0.1:{house.port}/", timeout=10) as page:
        assert page.status == 200
    assert readiness.answers(house.sandbox_port)
    assert "Sign in with the password" in house.log()

    before = house.children()
    assert {"web", "worker", "beat", "sandbox"} <= set(before)
    os.kill(before["worker"], signal.SIGKILL)
    within(20, lambda: house.children().get("worker") not in {None, before["worker"]}, "another worker")
    os.kill(before["web"], signal.SIGKILL)
    within(20, lambda: house.children().get("web") not in {None, before["web"]}, "another web")
    within(20, lambda: readiness.answers(house.port), "an answer of the other web")

    family = house.children()
    house.process.send_signal(signal.SIGINT)
    assert house.process.wait(16) == 0, house.log()
    assert [name for name, pid in family.items() if leftovers.started(pid)] == []
    assert not (house.folder / "launcher.json").exists()
    assert readiness.is_free(house.port)


@pytest.mark.once
def test_after_a_killed_launcher_the_next_start_is_like_any_other(house):
    house.wait_until_open()
    family = house.children()
    house.process.kill()
    house.process.wait(5)
    again = launch(house.folder)
    try:
        again.wait_until_open()
        assert not set(family.values()) & set(again.children().values())
        assert [name for name, pid in family.items() if leftovers.started(pid)] == []
    finally:
        again.process.send_signal(signal.SIGTERM)
        assert again.process.wait(16) == 0, again.log()


@pytest.mark.skipif("DATABASE_URL" in os.environ, reason="two houses would share one database")
def test_two_houses_stand_side_by_side(house, tmp_path):
    other = launch(tmp_path / "other data")
    try:
        house.wait_until_open()
        other.wait_until_open()
        other.process.send_signal(signal.SIGTERM)
        assert other.process.wait(16) == 0
        assert readiness.answers(house.port)
        assert house.process.poll() is None
    finally:
        if other.process.poll() is None:
            other.process.kill()


def test_registers_sell_and_within_a_minute_the_holding_sees_its_turnover_in_both_countries(house):
    house.wait_until_open()
    opened = time.monotonic()
    visitor = signed_in(f"http://127.0.0.1:{house.port}", HOLDING.email)

    def sold() -> bool:
        page = visitor.get(f"http://127.0.0.1:{house.port}/statistics/", timeout=30)
        assert page.status_code == 200
        return {"AUT", "ITA"} <= branches_that_sold(page.text) and takings(figure(page.text, "Net turnover")) > 0

    within(60, sold, f"turnover of an Austrian and an Italian branch\n{house.log()[-2000:]}")
    assert time.monotonic() - opened < 60


def signed_in(root: str, email: str) -> requests.Session:
    """A browser in which somebody of the demo world has signed in."""
    visitor = requests.Session()
    address = f"{root}/accounts/login/"
    token = re.search(r'csrfmiddlewaretoken" value="(\w+)"', visitor.get(address, timeout=30).text)
    assert token
    form = {"login": email, "password": DEMO_PASSWORD, "csrfmiddlewaretoken": token[1]}
    answer = visitor.post(address, data=form, headers={"Referer": address}, timeout=30)
    assert answer.ok
    assert "sessionid" in visitor.cookies
    return visitor


def figure(page: str, name: str) -> str:
    """One of the figures on top of a statistics page; empty before there is any."""
    found = re.search(rf"<dt>{name}</dt><dd><b>([^<]*)</b>", page)
    return found[1] if found else ""


def takings(text: str) -> int:
    """The cents of an amount as pages write it; 0 for "—"."""
    return int("0" + "".join(re.findall(r"\d", text))) * (-1 if "-" in text or "\u2212" in text else 1)


def branches_that_sold(page: str) -> set[str]:
    """The countries of those branches in the table that have takings."""
    rows = re.findall(r'<td>([A-Z]{3})</td><td class="k-fig">([^<]*)</td>', page)
    return {country for country, total in rows if takings(total) > 0}
