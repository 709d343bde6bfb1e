"""Questions about ports: is one free, does something answer on it."""

from __future__ import annotations

import http.client
import socket


def is_free(port: int) -> bool:
    """Whether a server of ours can listen on `port` of the loopback address."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as line:
        line.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            line.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def status(port: int, path: str) -> int:
    """The HTTP status with which `port` answers; 0 when nothing answers yet. A redirect is an answer."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=3)
    try:
        connection.request("GET", path, headers={"Host": f"localhost:{port}"})
        return connection.getresponse().status
    except (OSError, http.client.HTTPException):
        return 0
    finally:
        connection.close()


def answers(port: int, path: str = "/") -> bool:
    """Whether a server answers on `port` with anything but its own failure."""
    return 0 < status(port, path) < 500
