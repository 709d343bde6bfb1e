"""The same building over real sockets: our own server, gunicorn's way of handing out a socket, several processes."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
import requests

from fiscal.sandbox.app import Sandbox
from fiscal.sandbox.server import serving

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def served(world):
    """The world, called over HTTP on a free port."""
    with serving(world.sandbox) as url:
        world.test.host = url
        world.test.log_in()
        yield world
        world.test.session.close()


def create(world, **options):
    return world.test("POST", "/organizations", world.company(), **options)


def made(world):
    return len(world.sandbox.objects()) - 1


def test_a_connection_takes_one_request_after_another_until_told_to_close(served):
    host, port = served.test.host.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port))) as connection:
        answers = connection.makefile("rb")
        for last in (False, True):
            closing = b"Connection: close\r\n" if last else b""
            connection.sendall(b"GET /management/assumptions.json HTTP/1.1\r\nHost: localhost\r\n" + closing + b"\r\n")
            assert answers.readline() == b"HTTP/1.1 200 OK\r\n"
            length = 0
            while (line := answers.readline()) != b"\r\n":
                if line.lower().startswith(b"content-length:"):
                    length = int(line.split(b":")[1])
            assert len(answers.read(length)) == length > 0
        assert answers.read() == b""


@pytest.mark.parametrize(
    ("kind", "options", "error", "count"),
    [
        ("drop_before", {}, requests.exceptions.ConnectionError, 0),
        ("connect_refused", {}, requests.exceptions.ConnectionError, 0),
        ("drop_after", {}, requests.exceptions.ConnectionError, 1),
        ("timeout_after", {"seconds": 0.3}, requests.exceptions.ReadTimeout, 1),
        ("timeout_before", {"seconds": 0.3}, requests.exceptions.ReadTimeout, 0),
        ("slow", {"seconds": 0.3}, requests.exceptions.ReadTimeout, 1),
        ("half_body", {}, requests.exceptions.ChunkedEncodingError, 1),
    ],
)
def test_a_broken_connection_is_really_broken(served, kind, options, error, count):
    served.sandbox.faults.add(kind, **options)
    with pytest.raises(error):
        create(served, timeout=(1, 0.1))
    assert made(served) == count
    assert create(served).status_code == 200


@pytest.mark.parametrize(
    ("kind", "options", "status"),
    [
        ("html", {}, 200),
        ("throttled", {"retry_after": "7"}, 429),
        ("status", {"status": 502}, 502),
        ("redirect", {}, 307),
    ],
)
def test_wrong_answers_arrive(served, kind, options, status):
    served.sandbox.faults.add(kind, **options)
    answer = create(served)
    assert answer.status_code == status
    assert answer.headers.get("Retry-After") == options.get("retry_after")
    assert made(served) == 0


def test_a_slow_body_takes_its_time(served):
    served.sandbox.faults.add("slow", bytes_per_second=1500)
    started = time.monotonic()
    length = len(create(served).content)
    assert time.monotonic() - started >= 0.8 * length / 1500


def test_a_closed_connection_is_noticed_and_replaced(served):
    served.sandbox.faults.add("close")
    assert create(served).status_code == 200
    assert served.test("GET", "/organizations").status_code == 200


def test_a_body_beyond_the_limit_is_refused(served):
    parts = served.test.host.removeprefix("http://").split(":")
    with socket.create_connection((parts[0], int(parts[1]))) as connection:
        connection.sendall(b"POST /_control/batch HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 99999999\r\n\r\n")
        assert connection.recv(100).startswith(b"HTTP/1.1 413")


def test_a_garbled_request_ends_the_connection(served):
    parts = served.test.host.removeprefix("http://").split(":")
    with socket.create_connection((parts[0], int(parts[1]))) as connection:
        connection.sendall(b"hello\r\n\r\n")
        assert connection.recv(100) == b""


def test_an_umlaut_in_the_path_and_in_the_body_survives(served):
    served.test("GET", "/organizations/%C3%A4")
    assert served.sandbox.ledger.requests()[-1].path.endswith("/organizations/ä")
    assert create(served).json()["address_line1"] == "Hauptstraße 1"


def test_a_server_without_a_socket_says_so(world):
    world.sandbox.faults.add("drop_before")
    environ = {"REQUEST_METHOD": "GET", "PATH_INFO": "/management/api/v0/organizations", "HTTP_HOST": "127.0.0.1"}
    with pytest.raises(RuntimeError, match="socket"):
        world.sandbox(environ, lambda status, headers: None)


def test_gunicorn_serves_it_and_breaks_connections(tmp_path):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "gunicorn", "config.sandbox:application", "-k", "gthread", "--threads", "4"]
    process = subprocess.Popen(
        [*command, "-b", f"127.0.0.1:{port}", "--log-level", "error"],
        cwd=ROOT,
        env={**os.environ, "KONTOR_DATA_DIR": str(tmp_path)},
        start_new_session=True,
    )
    try:
        url = f"http://127.0.0.1:{port}"
        _wait_for(url)
        sandbox = Sandbox(tmp_path / "sandbox.sqlite3")
        partner = sandbox.make_organization("Kassen Nord GmbH")
        key, secret = sandbox.make_api_key(partner["_id"], "TEST", "main")
        login = {"api_key": key, "api_secret": secret}
        assert requests.post(f"{url}/management/api/v0/auth", json=login, timeout=5).status_code == 200
        for kind, error in (
            ("drop_after", requests.exceptions.ConnectionError),
            ("half_body", requests.exceptions.ChunkedEncodingError),
        ):
            added = requests.post(f"{url}/_control/faults", json={"kind": kind}, timeout=5)
            assert added.json()["kind"] == kind
            with pytest.raises(error):
                requests.post(f"{url}/management/api/v0/auth", json=login, timeout=5)
        assert sandbox.ledger.count("POST", "/auth$") == 3
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(timeout=10)


def test_production_does_not_start_with_a_sandbox(tmp_path):
    result = subprocess.run(
        [sys.executable, "-c", "import config.sandbox"],
        cwd=ROOT,
        env={**os.environ, "KONTOR_PRODUCTION": "true", "KONTOR_DATA_DIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode != 0
    assert "production" in result.stderr


def _wait_for(url):
    for _ in range(100):
        try:
            requests.get(url, timeout=1)
            return
        except requests.exceptions.ConnectionError:
            time.sleep(0.1)
    raise AssertionError("gunicorn did not come up")
