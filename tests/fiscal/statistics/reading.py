"""A process that reads from a connection whenever it is told to: `python -m tests.fiscal.statistics.reading`.

Each line it is given holds the id of a connection and the moment to begin; it answers each with whether it had the turn.
KONTOR_CRASH_AT in its environment lets it die on the way.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from dataclasses import dataclass

from tests.fiscal.mirror.processes import ROOT, Processes

KILLED = 137
PROGRAM = (sys.executable, "-m", "tests.fiscal.statistics.reading")


@dataclass
class ReaderProcess:
    """The other end of such a process."""

    process: subprocess.Popen[str]

    @classmethod
    def start(cls, processes: Processes, **extra: str) -> ReaderProcess:
        """Start one; it is ready for a line before it has imported anything."""
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": processes.log, "text": True}
        environment = {**processes.environment, **extra}
        process = subprocess.Popen(PROGRAM, env=environment, cwd=ROOT, start_new_session=True, **pipes)
        processes.running.append(process)  # type: ignore[arg-type]
        return cls(process)

    def begin(self, connection_id: int, *, at: float = 0.0) -> None:
        """Have it read, now or at a moment."""
        assert self.process.stdin is not None
        self.process.stdin.write(f"{connection_id} {at}\n")
        self.process.stdin.flush()

    def answer(self) -> bool:
        """Whether it had the turn. AssertionError if it died."""
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line, "it died"
        return line == "took\n"

    def read(self, connection_id: int) -> bool:
        """Have it read now, to the end of its turn."""
        self.begin(connection_id)
        return self.answer()

    def dies_reading(self, connection_id: int) -> bool:
        """Have it read now. Whether it died at its named step."""
        self.begin(connection_id)
        return self.process.wait(timeout=60) == KILLED


def serve() -> None:
    """Answer one line after the other until there are no more."""
    import django

    django.setup()
    from fiscal.services import read_connection

    for line in sys.stdin:
        connection_id, moment = line.split()
        time.sleep(max(0.0, float(moment) - time.time()))
        sys.stdout.write("took\n" if read_connection(int(connection_id)) else "left\n")
        sys.stdout.flush()


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    serve()
