"""F12 with a real server: killed in the middle of a file, it leaves nothing that a browser would take for the whole."""

from __future__ import annotations

import csv
import http.client
import io
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client

from organizations.access import grant_everything
from organizations.choices import Kind
from organizations.models import Organization
from tests.cast import person
from tests.house.living import free_port
from tests.house.tree import ROOT

pytestmark = pytest.mark.processes

ROWS = 12_000
"""About eight megabytes: more than a kernel keeps for a reader that is slow."""


class Web:
    """Our web server, as the launcher starts it, in a process group of its own."""

    def __init__(self, database: str, folder) -> None:
        self.port = free_port()
        self.calls: list[http.client.HTTPConnection] = []
        words = (
            "config.wsgi:application",
            "--workers",
            "1",
            "--worker-class",
            "gthread",
            "--bind",
            f"127.0.0.1:{self.port}",
        )
        own = {"DATABASE_URL": database, "KONTOR_DATA_DIR": str(folder), "KONTOR_PORT": str(self.port)}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", "--no-control-socket", *words],
            cwd=ROOT,
            env={**os.environ, **own},
            start_new_session=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def ask(self, session: str, *, buffer: int = 1 << 16) -> http.client.HTTPResponse:
        """Ask for the file, as a browser with this session; the kernel takes no more than `buffer` ahead."""
        deadline = time.monotonic() + 30
        while True:
            line = socket.socket()
            line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
            try:
                line.connect(("127.0.0.1", self.port))
                break
            except ConnectionRefusedError:
                line.close()
                assert time.monotonic() < deadline, "the server does not answer"
                time.sleep(0.1)
        call = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        call.sock = line
        self.calls.append(call)
        call.request(
            "GET",
            "/organizations.csv",
            headers={"Cookie": f"{settings.SESSION_COOKIE_NAME}={session}", "Host": "localhost"},
        )
        return call.getresponse()

    def kill(self) -> None:
        """SIGKILL to the server and all its workers."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


@pytest.fixture
def session(shared_database) -> str:
    """Petra's, who reaches very many organizations."""
    petra = person("petra@kassenwerk.example", "Petra")
    facts = {"address_line1": "Weg 1", "zip": "1010", "town": "W" * 100, "country_code": "AUT", "in_test": True}
    maker = Organization.objects.create(kind=Kind.ORGANIZATION, name="Kassenwerk GmbH", **facts)
    grant_everything(petra, [maker])
    Organization.objects.bulk_create(
        Organization(
            kind=Kind.MANAGED,
            parent=maker,
            name=f"Shop {number:05} {'x' * 80}",
            display_name=f"Shop {number:05} {'y' * 80}",
            **facts,
        )
        for number in range(ROWS)
    )
    client = Client()
    client.force_login(petra)
    connection.close()
    return client.cookies[settings.SESSION_COOKIE_NAME].value


@pytest.fixture
def web(shared_database, tmp_path) -> Iterator[Callable[[], Web]]:
    started: list[Web] = []

    def start() -> Web:
        started.append(Web(shared_database, tmp_path))
        return started[-1]

    yield start
    for one in started:
        for call in one.calls:
            call.close()
        if one.process.poll() is None:
            one.kill()


def test_a_server_killed_in_mid_file_leaves_no_file_that_looks_whole_and_the_next_try_gives_all_of_it(session, web):
    dying = web()
    answer = dying.ask(session)
    assert (answer.status, answer.getheader("Content-Disposition", "")[:10]) == (200, "attachment")
    assert answer.getheader("Content-Length") is None, "no length is promised that half a file could keep"
    begun = answer.read(10_000)

    dying.kill()

    with pytest.raises((http.client.IncompleteRead, ConnectionResetError)) as broken:
        answer.read()
    if isinstance(broken.value, http.client.IncompleteRead):
        begun += broken.value.partial
    assert 0 < _rows(begun) < ROWS

    whole = web().ask(session, buffer=1 << 20).read()

    assert _rows(whole) == 1 + ROWS
    assert whole.startswith(begun[:5_000])


def _rows(file: bytes) -> int:
    """How many organizations stand in it."""
    return len(list(csv.reader(io.StringIO(file.decode(errors="ignore"))))) - 1
