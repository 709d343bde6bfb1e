"""One process of the house: started in its own group, its lines prefixed, restarted with growing patience."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

FIRST_PAUSE, LONGEST_PAUSE = 0.5, 30.0  # seconds before a restart: doubles up to the longest
STEADY_AFTER = 60.0  # seconds alive after which the pause starts from the beginning again
_PR_SET_PDEATHSIG = 1


def _dies_with(parent: int) -> Callable[[], None] | None:
    """What a child does before it becomes its program so that it ends when `parent` does; None where Linux is not."""
    if not sys.platform.startswith("linux"):
        return None
    prctl = ctypes.CDLL(None, use_errno=True).prctl

    def tie() -> None:
        prctl(_PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
        if os.getppid() != parent:  # it died between our fork and the line above
            os._exit(1)

    return tie


@dataclass(eq=False)
class Child:
    """A program that should be running. `patience` is how many seconds it may take to stop when asked."""

    name: str
    command: Sequence[str]
    patience: float = 3.0
    environment: Mapping[str, str] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    pause: float = FIRST_PAUSE
    restart_at: float | None = None

    def start(self) -> None:
        """Start the program now."""
        self.restart_at = None
        self.started_at = time.monotonic()
        self.process = subprocess.Popen(
            self.command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env={**os.environ, "PYTHONUNBUFFERED": "1", **self.environment},
            start_new_session=True,  # a Ctrl-C in the terminal reaches only us: the order of stopping is ours
            preexec_fn=_dies_with(os.getpid()),  # noqa: PLW1509 -- there is no second thread here
        )

    @property
    def alive(self) -> bool:
        """Whether the program runs."""
        return self.process is not None and self.process.poll() is None

    def plan_restart(self) -> float:
        """Note when to start again after a death; returns the pause in seconds."""
        now = time.monotonic()
        if now - self.started_at >= STEADY_AFTER:
            self.pause = FIRST_PAUSE
        pause = self.pause
        self.restart_at = now + pause
        self.pause = min(self.pause * 2, LONGEST_PAUSE)
        return pause

    def ask_to_stop(self) -> None:
        """Send SIGTERM to the program. Its own children are its business."""
        self.restart_at = None
        if self.alive and self.process:
            self.process.terminate()

    def kill(self) -> None:
        """End the program and everything it started."""
        self.restart_at = None
        if self.process:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, signal.SIGKILL)
