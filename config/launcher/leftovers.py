"""What an earlier launcher left behind when it was killed: its processes are found again and stopped.

A process is the same one only if its start time is: process numbers are used again.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import time
from pathlib import Path

_STARTED_FIELD = 19  # of /proc/<pid>/stat, counted after the program's name: proc(5), "starttime"


def started(pid: int) -> str | None:
    """When process `pid` started, as the system says it; None when there is none."""
    if Path("/proc/self/stat").exists():
        try:
            after_name = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            return None
        return None if after_name[0] == "Z" else after_name[_STARTED_FIELD]
    answer = subprocess.run(["ps", "-o", "lstart=", "-p", str(pid)], capture_output=True, text=True, check=False)  # noqa: S607
    return answer.stdout.strip() or None


def remember(file: Path, pids: dict[str, int]) -> None:
    """Write down which processes are ours."""
    draft = file.with_suffix(".new")
    draft.write_text(json.dumps({name: [pid, started(pid)] for name, pid in pids.items()}))
    draft.replace(file)


def stop(file: Path, *, patience: float = 10.0) -> list[str]:
    """Stop what `file` names and still runs, the broker last; returns the names of what was found running."""
    try:
        known = json.loads(file.read_text())
    except (OSError, ValueError):
        return []
    running = {name: pid for name, (pid, since) in known.items() if since and started(pid) == since}
    for name in sorted(running, key=lambda name: name == "broker"):
        _end(running[name], patience=patience)
    file.unlink(missing_ok=True)
    return sorted(running)


def _end(pid: int, *, patience: float) -> None:
    since = started(pid)
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGTERM)
    deadline = time.monotonic() + patience
    while since and started(pid) == since:
        if time.monotonic() > deadline:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(pid, signal.SIGKILL)
            deadline += patience
        time.sleep(0.05)
