"""Real workers, a real broker and a provider over HTTP; and real SIGKILL. Slow, so `make processes` runs them."""

from __future__ import annotations

import os
import signal
import socket
import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.utils import timezone

from fiscal.choices import KindName, Operation
from fiscal.clients import management_door
from fiscal.models import IssuedKey, Mirror, MirrorAttempt
from fiscal.services import connect
from organizations.access import EVERYTHING, Reach
from organizations.choices import Mode, Road
from organizations.models import Organization
from organizations.services import issue_key
from tests.cast import below, person
from tests.fiscal.mirror import invariants
from tests.fiscal.mirror.invariants import WatchedSandbox
from tests.fiscal.mirror.processes import Processes

pytestmark = pytest.mark.processes

SECONDS = float(os.environ.get("FAULT_SECONDS", "20"))
CHANGES = 1_500 if SECONDS >= 60 else 300


@pytest.fixture
def town(shared_database, tmp_path, settings) -> Iterator[Processes]:
    """Sandbox and broker running, Petra's till maker connected; no worker yet."""
    processes = Processes(tmp_path, shared_database)
    try:
        processes.start_sandbox()
        processes.start_broker()
        settings.MANAGEMENT_URL = f"http://127.0.0.1:{processes.port}/management/api/v0"
        management_door.cache_clear()
        remote = processes.control("organizations", {"name": "Kassenwerk GmbH"})
        key = processes.control("api-keys", {"organization_id": remote["_id"], "env": "TEST", "name": "kontor"})
        processes.typed = key["secret"]
        processes.petra = person("petra@kassenwerk.example", "Petra")
        processes.maker = connect(processes.petra, key=key["key"], secret=key["secret"])
        yield processes
    finally:
        processes.close()
        management_door.cache_clear()


def _all_done() -> bool:
    done = not invariants.pending() and all(
        Mirror.objects.filter(kind=kind.name).count() == kind.desired().count() for kind in invariants.KINDS
    )
    connection.close()
    return done


def _check(town: Processes) -> None:
    watched = WatchedSandbox(Path(town.folder) / "sandbox.sqlite3")
    watched.secrets = {town.typed, *(issued.unsealed()[1] for issued in IssuedKey.objects.all())}
    watched.said = [(Path(town.folder) / "log").read_text(errors="replace")]
    invariants.check(watched)
    assert "database is locked" not in watched.said[0]
    watched.close()


def _valkey(town: Processes, *words: str) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as line:
        line.connect(str(town.socket))
        line.sendall((" ".join(words) + "\r\n").encode())
        assert line.recv(64).startswith(b"+OK")


def _change(town: Processes, count: int):
    words = ("-m", "tests.fiscal.mirror.processes", "change", str(town.maker.pk), str(count))
    return town.start(sys.executable, *words)


def test_workers_killed_again_and_again_lose_and_double_nothing(town):
    """F08: every two seconds the older of two workers is killed with all its children."""
    sweep = town.start_sweep()
    workers = [town.start_worker(), town.start_worker()]
    changes = _change(town, CHANGES)
    until = time.monotonic() + SECONDS
    while time.monotonic() < until:
        time.sleep(2)
        town.kill(workers.pop(0))
        workers.append(town.start_worker())
    town.kill(sweep)
    town.start_sweep()

    assert changes.wait(timeout=60) == 0
    took = town.wait_for(_all_done, seconds=120)

    print(f"done {took:.0f} s after the last kill")  # noqa: T201
    assert Organization.objects.count() == 1 + CHANGES / 3
    _check(town)


def test_messages_flushed_at_any_time_only_cost_time(town):
    """F16"""
    town.start_sweep(every=1)
    town.start_worker()
    changes = _change(town, 60)
    while changes.poll() is None:
        _valkey(town, "FLUSHALL")
        time.sleep(0.3)

    assert changes.wait() == 0
    town.wait_for(_all_done, seconds=30)
    _check(town)


def test_a_broker_that_goes_and_comes_back_empty_is_survived_without_restarts(town):
    """F17, F18"""
    worker = town.start_worker()
    below(town.petra, town.maker, "Erste")
    broker = town.running[1]
    town.kill(broker)
    assert _change_alone(town)
    (town.folder / "broker").rename(town.folder / "lost")
    town.start_broker()
    sweep = town.start_sweep(every=1)
    town.wait_for(_all_done, seconds=180)
    town.kill(sweep)

    # Now only the worker is left, and it has to hear again: it was never restarted.
    assert worker.poll() is None
    known = Organization.objects.count()
    assert _change_alone(town)
    town.wait_for(lambda: _created() > known, seconds=180)
    # What its two children met in an unlucky order waits for the next sweep, as always.
    town.start_sweep(every=1)
    town.wait_for(_all_done, seconds=60)
    _check(town)


def _created() -> int:
    """How many organizations have come into being at the provider."""
    created = Mirror.objects.filter(kind=KindName.ORGANIZATION).exclude(remote_id="").count()
    connection.close()
    return created


def _change_alone(town: Processes) -> bool:
    return _change(town, 2).wait(timeout=60) == 0


def test_a_worker_asked_to_stop_in_mid_call_finishes_it(town):
    """F10"""
    town.control("faults", {"kind": "slow", "method": "POST", "path": "/organizations$", "seconds": 4})
    worker = town.start_worker()
    below(town.petra, town.maker, "Filiale")
    sweep = town.start_sweep(every=1)
    town.wait_for(lambda: MirrorAttempt.objects.filter(operation=Operation.CREATE).exists())
    for process in (worker, sweep):
        os.kill(process.pid, signal.SIGTERM)
    begun = time.monotonic()
    worker.wait(timeout=30)
    sweep.wait(timeout=30)

    assert time.monotonic() - begun < 30
    town.start_sweep(every=1)
    town.wait_for(_all_done)
    assert [item["name"] for item in town.control("objects.json")["objects"]].count("Filiale") == 1
    _check(town)


@pytest.mark.parametrize("point", ["after-attempt-written", "after-answer"])
def test_a_process_that_dies_by_itself_at_a_named_step_is_taken_over(town, point):
    """F09 with a real death: os._exit in the middle of a pass."""
    shop = below(town.petra, town.maker, "Filiale")
    issue_key(Reach(None, shop, EVERYTHING, Road.SYSTEM), name="till-1", mode=Mode.TEST)
    connection.close()
    dying = town.start(sys.executable, "manage.py", "sweep", "--once", KONTOR_CRASH_AT=point)
    assert dying.wait(timeout=60) == 137

    town.start_sweep(every=1)
    town.wait_for(_all_done, seconds=150)
    _check(town)


def test_what_eats_all_memory_of_its_worker_is_put_aside_and_other_work_goes_on(town):
    """F11 with a real death: the kernel ends a child whose memory is used up, three times."""
    shop, other = below(town.petra, town.maker, "Filiale"), below(town.petra, town.maker, "Andere")
    town.manage("sweep", "--once")
    poison = issue_key(Reach(None, shop, EVERYTHING, Road.SYSTEM), name="poison", mode=Mode.TEST)
    fine = issue_key(Reach(None, other, EVERYTHING, Road.SYSTEM), name="fine", mode=Mode.TEST)
    worker = town.start_worker("-I", "tests.fiscal.mirror.hunger")
    for death in range(1, 4):
        town.ring(shop.pk)
        town.wait_for(lambda: _ended_by_the_kernel(town) == death)  # noqa: B023 - asked at once
        _let_time_pass(poison)
    town.ring(shop.pk)
    town.ring(other.pk)
    town.wait_for(lambda: _mirror_of(poison).human_action == "poison" and _mirror_of(fine).applied_generation == 1)

    assert worker.poll() is None, "the worker itself lives on"
    assert _ended_by_the_kernel(town) == 3
    assert _mirror_of(poison).remote_id == ""
    assert _mirror_of(fine).remote_id
    _check(town)


def _ended_by_the_kernel(town: Processes) -> int:
    """How many children the worker has reported as killed by SIGSEGV."""
    return (Path(town.folder) / "log").read_text(errors="replace").count("exited with 'signal 11 (SIGSEGV)'")


def _mirror_of(subject) -> Mirror:
    mirror = Mirror.objects.get(subject_id=subject.public_id)
    connection.close()
    return mirror


def _let_time_pass(subject) -> None:
    """The lease of the dead is over and the next try is due, without waiting minutes for it."""
    past = timezone.now() - timedelta(seconds=1)
    assert Mirror.objects.filter(subject_id=subject.public_id).update(lease_until=past, due_at=past) == 1
    connection.close()
