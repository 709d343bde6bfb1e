"""Starts the processes in order, watches them, and stops them in order."""

from __future__ import annotations

import fcntl
import os
import shutil
import signal
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

from django.conf import settings

from config.launcher import broker, leftovers, readiness, roster
from config.launcher.child import Child
from config.launcher.terminal import Terminal
from fiscal.demo.people import DEMO_PASSWORD, DEMO_SIGN_INS

TICK = 0.2  # seconds between two looks at the children
ANSWER_WITHIN = 90.0  # seconds a server may take until its first answer
STOP_WITHIN = 14.0  # seconds for stopping all, whatever each one's patience
# First the door, then what makes work, then what does it, then what it needs.
STOP_ORDER = (("web",), ("beat",), ("worker", "reader", "sweep"), ("sandbox", "seed", "prepare"), ("broker",))


class StartFailed(Exception):
    """The house could not be started; the message is for the person at the terminal."""


class StopAsked(Exception):
    """A person asked to stop while the house was still starting."""


@dataclass
class House:
    """All processes of one Kontor. `data_dir` may belong to one running house at a time."""

    data_dir: Path
    port: int
    sandbox_port: int
    production: bool
    own_broker: bool
    terminal: Terminal = field(default_factory=Terminal)
    children: list[Child] = field(default_factory=list)
    asked: list[float] = field(default_factory=list)  # when somebody asked to stop

    @classmethod
    def from_settings(cls) -> House:
        """The house that the settings describe."""
        return cls(
            data_dir=Path(settings.DATA_DIR),
            port=settings.PORT,
            sandbox_port=settings.SANDBOX_PORT,
            production=settings.PRODUCTION,
            own_broker=not settings.REDIS_URL,
        )

    @property
    def pids_file(self) -> Path:
        """Which processes are ours, for a launcher that comes after we were killed."""
        return self.data_dir / "launcher.json"

    def run(self) -> int:
        """Start, watch until a signal, stop. Raises StartFailed."""
        with self._alone(), self._signals():
            try:
                self._start()
                while not self.asked:
                    self.terminal.pump(TICK)
                    self._restart_the_dead()
            except StopAsked:
                pass
            finally:
                self._stop()
        return 0

    # --- starting ----------------------------------------------------------------------------------------------
    def _start(self) -> None:
        began = time.monotonic()
        for name in leftovers.stop(self.pids_file):
            self.terminal.say(f"stopped {name} of an earlier run")
        self._check_ports()
        shutil.rmtree(roster.beat_folder(), ignore_errors=True)
        roster.beat_folder().mkdir(parents=True)
        if self.own_broker:
            self._start_broker()
        if not self.production:
            self._start_child(roster.sandbox())
        self._run_once(roster.prepare())
        if self.own_broker:
            self._wait("broker", lambda: broker.answers(settings.BROKER_SOCKET))
        if not self.production:
            self._wait("sandbox", lambda: readiness.answers(self.sandbox_port))
            self._run_once(roster.seed())
        for child in (roster.web(), roster.worker(), roster.reader(), roster.beat(), roster.sweep()):
            self._start_child(child)
        self._wait("web", lambda: readiness.answers(self.port, "/readyz"))
        self._welcome(time.monotonic() - began)

    def _check_ports(self) -> None:
        wanted = {"KONTOR_PORT": self.port}
        if not self.production:
            wanted["KONTOR_SANDBOX_PORT"] = self.sandbox_port
        if len(set(wanted.values())) < len(wanted):
            raise StartFailed(f"KONTOR_PORT and KONTOR_SANDBOX_PORT are both {self.port}; they must differ.")
        for name, port in wanted.items():
            if not readiness.is_free(port):
                raise StartFailed(f"Port {port} is taken by another program. Set {name} to a free one and start again.")

    def _start_broker(self) -> None:
        try:
            child = roster.embedded_broker()
        except broker.NoBroker as problem:
            raise StartFailed(str(problem)) from problem
        broker.prepare(settings.BROKER_SOCKET, roster.broker_folder())
        self._start_child(child)

    def _start_child(self, child: Child) -> None:
        if child not in self.children:
            self.children.append(child)
        child.start()
        if child.process and child.process.stdout:
            self.terminal.attach(child.name, child.process.stdout)
        leftovers.remember(self.pids_file, {each.name: each.process.pid for each in self.children if each.process})

    def _run_once(self, child: Child) -> None:
        self._start_child(child)
        while child.alive:
            self._turn()
        self.terminal.pump(0)
        self.children.remove(child)
        code = child.process.returncode if child.process else None
        if code != 0:
            raise StartFailed(f"The step “{child.name}” failed with exit code {code}; its last lines are above.")

    def _wait(self, name: str, answers: Callable[[], bool]) -> None:
        deadline = time.monotonic() + ANSWER_WITHIN
        while not answers():
            if time.monotonic() > deadline:
                raise StartFailed(f"{name} gave no good answer within {ANSWER_WITHIN:.0f} s; its lines are above.")
            self._turn()

    def _turn(self) -> None:
        if self.asked:
            raise StopAsked
        self.terminal.pump(TICK / 4)
        self._restart_the_dead()

    def _welcome(self, seconds: float) -> None:
        say = self.terminal.say
        say(f"Kontor is open: http://localhost:{self.port}   (after {seconds:.1f} s; Ctrl-C stops everything)")
        if self.production:
            return
        say(f"The sandbox that stands in for every provider: http://localhost:{self.sandbox_port}")
        say(f"Sign in with the password “{DEMO_PASSWORD}” as one of")
        for email, sees in DEMO_SIGN_INS.items():
            say(f"    {email:<26} {sees}")

    # --- watching ----------------------------------------------------------------------------------------------
    def _restart_the_dead(self) -> None:
        for child in self.children:
            if child.process is None or child.alive or child.name in {"prepare", "seed"}:
                continue
            if child.restart_at is None:
                child.kill()  # what it started and left behind
                pause = child.plan_restart()
                self.terminal.say(f"{child.name} ended with code {child.process.returncode}; again in {pause:g} s")
            elif time.monotonic() >= child.restart_at:
                if child.name == "broker":
                    broker.prepare(settings.BROKER_SOCKET, roster.broker_folder())
                self._start_child(child)

    # --- stopping ----------------------------------------------------------------------------------------------
    def _stop(self) -> None:
        if not self.children:
            return
        self.terminal.say("stopping")
        deadline = time.monotonic() + STOP_WITHIN
        for names in STOP_ORDER:
            group = [child for child in self.children if child.name in names]
            for child in group:
                child.ask_to_stop()
            patience = max((child.patience for child in group), default=0)
            self._wait_for_end(group, until=min(time.monotonic() + patience, deadline))
            for child in group:
                if child.alive:
                    self.terminal.say(f"{child.name} did not stop in time and was ended")
                child.kill()
        self.terminal.pump(0)
        if self.own_broker:
            settings.BROKER_SOCKET.unlink(missing_ok=True)
        self.pids_file.unlink(missing_ok=True)
        self.terminal.say("stopped")

    def _wait_for_end(self, group: list[Child], *, until: float) -> None:
        while any(child.alive for child in group) and time.monotonic() < until and not self._in_a_hurry():
            self.terminal.pump(TICK / 4)

    def _in_a_hurry(self) -> bool:
        """Whether somebody asked again. Two signals in one second are one wish that came twice (make sends its own)."""
        return len(self.asked) > 1 and self.asked[-1] - self.asked[0] > 1

    # --- signals and the lock ----------------------------------------------------------------------------------
    @contextmanager
    def _signals(self) -> Iterator[None]:
        ours, waking = socket.socketpair()
        waking.setblocking(False)
        self.terminal.wake_on(ours.fileno())
        before = {
            number: signal.signal(number, self._on_signal) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
        }
        old_fd = signal.set_wakeup_fd(waking.fileno(), warn_on_full_buffer=False)
        try:
            yield
        finally:
            signal.set_wakeup_fd(old_fd)
            for number, handler in before.items():
                signal.signal(number, handler)

    def _on_signal(self, _number: int, _frame: FrameType | None) -> None:
        self.asked.append(time.monotonic())

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Hold the data folder. The lock ends with us, however we end."""
        self.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        with (self.data_dir / "launcher.lock").open("a+") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                lock.seek(0)
                raise StartFailed(
                    f"Another Kontor (process {lock.read().strip() or '?'}) runs from {self.data_dir}. "
                    "Stop it, or set KONTOR_DATA_DIR to another folder."
                ) from None
            lock.truncate(0)
            lock.write(str(os.getpid()))
            lock.flush()
            yield
