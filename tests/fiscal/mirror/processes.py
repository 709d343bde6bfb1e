"""A small house of real processes for fault tests: a database, a broker, a sandbox over HTTP, workers that may be killed.

`python -m tests.fiscal.mirror.processes claim` is the racing program of `test_race.py`; `change` makes many changes.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from config.launcher import broker

ROOT = Path(__file__).resolve().parents[3]


def free_port() -> int:
    """A port that nobody uses at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Processes:
    """Starts our programs in one environment, and ends every one of them."""

    folder: Path
    database: str
    extra: dict[str, str] = field(default_factory=dict)
    running: list[subprocess.Popen[bytes]] = field(default_factory=list)
    petra: Any = None
    maker: Any = None
    typed: str = ""
    """Who works here, and the secret that was typed in to connect."""

    def __post_init__(self) -> None:
        self.port = free_port()
        name = hashlib.sha256(str(self.folder.resolve()).encode()).hexdigest()[:16]
        self.socket = Path(tempfile.gettempdir()) / f"kontor-{name}.sock"  # where the settings look for it
        self.log = (self.folder / "log").open("ab")

    @property
    def environment(self) -> dict[str, str]:
        return {
            **{name: value for name, value in os.environ.items() if name != "REDIS_URL"},
            "DATABASE_URL": self.database,
            "KONTOR_DATA_DIR": str(self.folder),
            "KONTOR_SANDBOX_PORT": str(self.port),
            "PYTHONPATH": str(ROOT),
            **self.extra,
        }

    def start(self, *words: str, **extra: str) -> subprocess.Popen[bytes]:
        """Start a program in its own process group."""
        process = subprocess.Popen(
            words,
            env={**self.environment, **extra},
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=self.log,
            stderr=self.log,
            start_new_session=True,
        )
        self.running.append(process)
        return process

    def manage(self, *words: str) -> None:
        """Run a management command to its end."""
        subprocess.run(
            [sys.executable, "manage.py", *words], env=self.environment, cwd=ROOT, check=True, stdout=self.log
        )

    def start_broker(self) -> subprocess.Popen[bytes]:
        """Valkey on a socket of this folder."""
        data = self.folder / "broker"
        broker.prepare(self.socket, data)
        process = self.start(*broker.command(self.socket, data))
        self.wait_for(lambda: broker.answers(self.socket))
        return process

    def start_sandbox(self) -> None:
        """The provider, over HTTP."""
        self.start(sys.executable, "-m", "config.sandbox")
        self.wait_for(self._sandbox_answers)

    def start_worker(self, *more: str, **extra: str) -> subprocess.Popen[bytes]:
        """A Celery worker with two children; `more` are further words of its command."""
        words = ("-m", "celery", "-A", "config", "worker", "--concurrency", "2", "--loglevel", "WARNING")
        return self.start(sys.executable, *words, *more, "-n", f"w{time.monotonic_ns()}@%h", **extra)

    def ring(self, organization_id: int) -> None:
        """Ring the workers for one organization, as a page or the sweep would."""
        told = json.dumps({"organization_id": organization_id})
        words = ("-m", "celery", "-A", "config", "call", "fiscal.tasks.reconcile", "--kwargs", told)
        assert self.start(sys.executable, *words).wait(timeout=60) == 0

    def start_sweep(self, *, every: float = 2) -> subprocess.Popen[bytes]:
        return self.start(sys.executable, "manage.py", "sweep", "--every", str(every))

    def control(self, path: str, values: Any = None) -> Any:
        """Ask the sandbox's desk."""
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}/_control/{path}")
        if values is not None:
            request.data = json.dumps(values).encode()
            request.add_header("Content-Type", "application/json")
        with urllib.request.urlopen(request, timeout=10) as answer:
            return json.load(answer)

    def wait_for(self, condition: Any, *, seconds: float = 30) -> float:
        """Wait until a condition holds; the seconds it took. AssertionError if it never does."""
        begun = time.monotonic()
        while not condition():
            assert time.monotonic() - begun < seconds, "it did not come about in time"
            time.sleep(0.1)
        return time.monotonic() - begun

    def _sandbox_answers(self) -> bool:
        try:
            self.control("faults.json")
        except OSError:
            return False
        return True

    @staticmethod
    def kill(process: subprocess.Popen[bytes]) -> None:
        """SIGKILL to a process and everything it started."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def close(self) -> None:
        """End everything that was started here."""
        for process in self.running:
            self.kill(process)
        self.log.close()


def claim_everything(ids: Sequence[int]) -> list[int]:
    """Try to claim each of these mirrors, in an order of our own. Gives those that are ours."""
    import django

    django.setup()
    import random

    from django.utils import timezone

    from fiscal.mirror.engine import claim
    from fiscal.models import Mirror

    ours = []
    for pk in random.sample(ids, len(ids)):
        mirror = Mirror.objects.get(pk=pk)
        if claim(mirror, timezone.now()):
            ours.append(pk)
    return ours


def make_changes(maker_id: int, count: int) -> None:
    """Add organizations, rename them and issue keys, `count` times in all, ringing as a page does."""
    import django

    django.setup()
    from dataclasses import replace

    from organizations.access import EVERYTHING, Reach
    from organizations.choices import Mode, Road
    from organizations.models import Organization, User
    from organizations.services import change_details, issue_key
    from organizations.services.changes import details_of
    from tests.cast import below

    petra, maker = User.objects.get(), Organization.objects.get(pk=maker_id)
    shop = below(petra, maker, "Filiale 0")
    for number in range(1, count):
        reach = Reach(petra, shop, EVERYTHING, Road.DIRECT)
        if number % 3 == 0:
            shop = below(petra, maker, f"Filiale {number}")
        elif number % 3 == 1:
            change_details(reach, details=replace(details_of(shop), name=f"Name {number}"), generation=shop.generation)
        else:
            issue_key(reach, name=f"till-{number}", mode=Mode.TEST)


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    if sys.argv[1] == "change":
        make_changes(int(sys.argv[2]), int(sys.argv[3]))
    else:
        start_at, wanted = json.loads(sys.stdin.read())
        time.sleep(max(0.0, start_at - time.time()))
        print(json.dumps(claim_everything(wanted)))  # noqa: T201
