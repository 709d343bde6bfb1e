"""`make run`, the way a newcomer meets it: it answers, it mends itself, and it leaves nothing behind.

Honours DATABASE_URL and REDIS_URL: with them the same house runs on PostgreSQL and Redis.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from dataclasses import dataclass
from pathlib import Path

import pytest

from config.launcher import leftovers, readiness
from tests.house.tree import ROOT

pytestmark = pytest.mark.processes


def free_port():
    with socket.socket() as line:
        line.bind(("127.0.0.1", 0))
        return line.getsockname()[1]


def within(seconds, question, what):
    deadline = time.monotonic() + seconds
    while not (answer := question()):
        assert time.monotonic() < deadline, f"not within {seconds} s: {what}"
        time.sleep(0.1)
    return answer


@dataclass
class Launched:
    folder: Path
    port: int
    sandbox_port: int
    process: subprocess.Popen

    def children(self):
        try:
            return {name: pid for name, (pid, _) in json.loads((self.folder / "launcher.json").read_text()).items()}
        except (FileNotFoundError, ValueError):
            return {}

    def log(self):
        return (self.folder.parent / f"{self.port}.log").read_text()

    def wait_until_open(self):
        within(
            120, lambda: "Kontor is open" in self.log() or self.process.poll() is not None, "the welcome\n" + self.log()
        )
        assert self.process.poll() is None, self.log()


def launch(folder):
    port, sandbox_port = free_port(), free_port()
    environment = {
        **os.environ,
        "KONTOR_DATA_DIR": str(folder),
        "KONTOR_PORT": str(port),
        "KONTOR_SANDBOX_PORT": str(sandbox_port),
    }
    with (folder.parent / f"{port}.log").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "config.launcher"], cwd=ROOT, env=environment, stdout=log, stderr=subprocess.STDOUT
        )
    return Launched(folder, port, sandbox_port, process)


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
