"""`make run`, the way a newcomer meets it: it answers, it mends itself, and it leaves nothing behind.

Honours DATABASE_URL and REDIS_URL: with them the same house runs on PostgreSQL and Redis.
"""

from __future__ import annotations

import os
import signal
import urllib.request

import pytest

from config.launcher import leftovers, readiness
from tests.house.living import launch, within

pytestmark = pytest.mark.processes


@pytest.fixture
def house(tmp_path):
    launched = launch(tmp_path / "data")
    yield launched
    if launched.process.poll() is None:
        launched.process.send_signal(signal.SIGTERM)
        launched.process.wait(20)


def test_it_opens_mends_itself_and_leaves_nothing_behind(house):
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
