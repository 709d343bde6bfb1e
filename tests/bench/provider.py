"""The sandbox as a process of its own, over real HTTP on loopback, on a scratch store."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager

import requests
from django.conf import settings

from fiscal.clients import management_door


@contextmanager
def running_sandbox() -> Iterator[str]:
    """Start it, point the client there, give its root address; stop it afterwards."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    root = f"http://127.0.0.1:{port}"
    with tempfile.TemporaryDirectory(prefix="kontor-bench-") as folder:
        environment = {**os.environ, "KONTOR_DATA_DIR": folder, "KONTOR_SANDBOX_PORT": str(port)}
        environment["DJANGO_SETTINGS_MODULE"] = "config.settings"
        process = subprocess.Popen([sys.executable, "-m", "config.sandbox"], env=environment)
        try:
            _wait(root)
            settings.MANAGEMENT_URL = f"{root}/management/api/v0"
            management_door.cache_clear()
            yield root
        finally:
            process.terminate()
            process.wait(10)


def _wait(root: str) -> None:
    for _ in range(100):
        try:
            requests.get(root, timeout=1)
            return
        except requests.ConnectionError:
            time.sleep(0.1)
    raise RuntimeError("the sandbox did not start")
