"""The launcher's parts, and what a person at the terminal reads when the house cannot start."""

from __future__ import annotations

import io
import os
import signal
import socket
import subprocess
import sys
import time

import pytest

from config.launcher import broker, leftovers, readiness
from config.launcher.child import FIRST_PAUSE, LONGEST_PAUSE, STEADY_AFTER, Child
from config.launcher.house import House, StartFailed
from config.launcher.terminal import Terminal
from fiscal.demo.people import DEMO_PASSWORD, DEMO_SIGN_INS
from tests.house.tree import ROOT

SLEEPER = [sys.executable, "-c", "import time; time.sleep(60)"]


@pytest.fixture
def house(tmp_path):
    out = io.StringIO()
    return House(
        data_dir=tmp_path, port=8000, sandbox_port=8010, production=False, own_broker=True, terminal=Terminal(out)
    )


@pytest.fixture
def taken_port():
    with socket.socket() as line:
        line.bind(("127.0.0.1", 0))
        line.listen()
        yield line.getsockname()[1]


def test_a_taken_port_is_refused_with_the_name_of_the_setting(house, taken_port):
    house.port = taken_port
    with pytest.raises(StartFailed, match=f"Port {taken_port} is taken.*KONTOR_PORT"):
        house._check_ports()


def test_one_port_cannot_serve_two(house):
    house.sandbox_port = house.port
    with pytest.raises(StartFailed, match="must differ"):
        house._check_ports()


def test_a_second_launcher_in_the_same_folder_is_refused_with_the_number_of_the_first(house, tmp_path):
    second = House(data_dir=tmp_path, port=1, sandbox_port=2, production=False, own_broker=True)
    with (
        house._alone(),
        pytest.raises(StartFailed, match=rf"process {os.getpid()}\).*KONTOR_DATA_DIR"),
        second._alone(),
    ):
        pass


def test_the_folder_is_free_again_after_the_first_has_gone(house, tmp_path):
    second = House(data_dir=tmp_path, port=1, sandbox_port=2, production=False, own_broker=True)
    with house._alone():
        pass
    with second._alone():
        assert (tmp_path / "launcher.lock").read_text() == str(os.getpid())


def test_pauses_before_a_restart_double_up_to_half_a_minute(monkeypatch):
    child = Child("worker", SLEEPER, started_at=time.monotonic())
    pauses = [child.plan_restart() for _ in range(9)]
    assert pauses[:4] == [0.5, 1, 2, 4]
    assert pauses[-1] == LONGEST_PAUSE


def test_a_minute_of_life_makes_the_next_pause_short_again():
    child = Child("worker", SLEEPER, started_at=time.monotonic() - STEADY_AFTER - 1, pause=16)
    assert child.plan_restart() == FIRST_PAUSE


def test_killing_a_child_ends_what_it_started_too():
    script = "import subprocess, sys, time; print(subprocess.Popen(sys.argv[1:]).pid, flush=True); time.sleep(60)"
    child = Child("web", [sys.executable, "-c", script, *SLEEPER])
    child.start()
    grandchild = int(child.process.stdout.readline())
    child.process.stdout.close()
    assert leftovers.started(grandchild)
    child.kill()
    child.process.wait(5)
    deadline = time.monotonic() + 5
    while leftovers.started(grandchild) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert leftovers.started(grandchild) is None


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux tells a child that its parent died")
def test_a_child_dies_with_the_launcher():
    script = (
        "import time\nfrom config.launcher.child import Child\n"
        f"child = Child('worker', {SLEEPER!r})\nchild.start()\nprint(child.process.pid, flush=True)\ntime.sleep(60)"
    )
    launcher = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    pid = int(launcher.stdout.readline())
    assert leftovers.started(pid)
    launcher.kill()
    launcher.wait(5)
    launcher.stdout.close()
    deadline = time.monotonic() + 5
    while leftovers.started(pid) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert leftovers.started(pid) is None


def test_what_an_earlier_launcher_left_is_stopped(tmp_path):
    left = subprocess.Popen(SLEEPER, start_new_session=True)
    leftovers.remember(tmp_path / "launcher.json", {"broker": left.pid})
    assert leftovers.stop(tmp_path / "launcher.json") == ["broker"]
    assert left.wait(5) == -signal.SIGTERM
    assert leftovers.stop(tmp_path / "launcher.json") == []


def test_a_process_that_got_the_same_number_later_is_left_alone(tmp_path):
    stranger = subprocess.Popen(SLEEPER, start_new_session=True)
    try:
        (tmp_path / "launcher.json").write_text(f'{{"broker": [{stranger.pid}, "long ago"]}}')
        assert leftovers.stop(tmp_path / "launcher.json") == []
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


def test_a_damaged_note_does_not_hinder_the_next_start(tmp_path):
    (tmp_path / "launcher.json").write_text('{"broker": [12')
    assert leftovers.stop(tmp_path / "launcher.json") == []


def test_lines_of_a_child_carry_its_name():
    out = io.StringIO()
    terminal = Terminal(out)
    child = Child("worker", [sys.executable, "-c", "print('one'); print('two', end='')"])
    child.start()
    terminal.attach(child.name, child.process.stdout)
    child.process.wait(10)
    terminal.pump(1)
    terminal.pump(1)
    assert out.getvalue() == "worker  | one\nworker  | two\n"


def test_the_broker_is_closed_to_the_network_and_evicts_nothing(tmp_path):
    words = broker.command(tmp_path / "b.sock", tmp_path)
    options = dict(zip(words[1::2], words[2::2], strict=True))
    assert options["--port"] == "0"
    assert options["--unixsocketperm"] == "700"
    assert options["--maxmemory-policy"] == "noeviction"
    assert (options["--appendonly"], options["--appendfsync"]) == ("yes", "everysec")


def test_the_broker_answers_keeps_what_it_was_told_and_leaves_no_socket(tmp_path):
    """Started twice: what was written before an orderly stop is there after it."""
    socket_path = tmp_path / "b.sock"
    for expected in (b"$-1", b"$4"):
        broker.prepare(socket_path, tmp_path / "broker")
        child = Child("broker", broker.command(socket_path, tmp_path / "broker"))
        child.start()
        deadline = time.monotonic() + 10
        while not broker.answers(socket_path) and time.monotonic() < deadline:
            time.sleep(0.05)
        with socket.socket(socket.AF_UNIX) as line:
            line.connect(str(socket_path))
            line.sendall(b"GET door\r\n")
            assert line.recv(64).startswith(expected)
            line.sendall(b"SET door open\r\n")
            assert line.recv(64) == b"+OK\r\n"
        assert socket_path.stat().st_mode & 0o777 == 0o700
        child.ask_to_stop()
        assert child.process.wait(10) == 0
        child.process.stdout.close()
        assert not socket_path.exists()


def test_the_readme_names_everybody_who_can_sign_in():
    page = (ROOT / "README.md").read_text()
    assert [email for email in DEMO_SIGN_INS if f"`{email}`" not in page] == []
    assert f"`{DEMO_PASSWORD}`" in page


def test_nobody_answering_is_not_an_answer(tmp_path, taken_port):
    assert not broker.answers(tmp_path / "none.sock")
    assert not readiness.is_free(taken_port)


def test_whoever_is_in_the_house_has_a_place_in_the_order_of_leaving():
    from config.launcher import roster
    from config.launcher.house import STOP_ORDER

    everybody = (roster.sandbox, roster.web, roster.worker, roster.reader, roster.beat, roster.sweep)
    assert {child().name for child in everybody} <= {name for group in STOP_ORDER for name in group}
