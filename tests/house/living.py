"""Starts whole houses for tests, as `make run` does, on ports and in folders of their own."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar
from uuid import uuid4

import psycopg

from tests.house.tree import ROOT
from tests.migrated import migrated_file, migrated_template

Answer = TypeVar("Answer")


def free_port() -> int:
    """A port that was free a moment ago."""
    with socket.socket() as line:
        line.bind(("127.0.0.1", 0))
        return line.getsockname()[1]


def within(seconds: float, question: Callable[[], Answer], what: str) -> Answer:
    """Ask until the answer is true, and give it; AssertionError naming `what` after so many seconds."""
    deadline = time.monotonic() + seconds
    while not (answer := question()):
        assert time.monotonic() < deadline, f"not within {seconds} s: {what}"
        time.sleep(0.1)
    return answer


@dataclass
class Launched:
    """A house that was started, and where it lives."""

    folder: Path
    port: int
    sandbox_port: int
    process: subprocess.Popen[bytes]

    def children(self) -> dict[str, int]:
        """Process ids by name; empty before the first is started."""
        try:
            return {name: pid for name, (pid, _) in json.loads((self.folder / "launcher.json").read_text()).items()}
        except (FileNotFoundError, ValueError):
            return {}

    def log(self) -> str:
        """What the launcher and its children have said."""
        return (self.folder.parent / f"{self.port}.log").read_text()

    def wait_until_open(self) -> None:
        """Wait for the welcome; AssertionError with the log if it never comes."""
        try:
            within(240, lambda: "Kontor is open" in self.log() or self.process.poll() is not None, "the welcome")
        except AssertionError as late:
            raise AssertionError(f"{late}\n{self.log()}") from None
        assert self.process.poll() is None, self.log()


@contextmanager
def a_database_of_its_own(*, new: bool = False) -> Iterator[dict[str, str]]:
    """What to add to a house's environment, so that it shares no rows wherever DATABASE_URL leads.

    Its database is migrated, or empty if it is `new`. The sandbox keeps its store in the house's folder: with the rows of
    an earlier house, it would know none of the keys.
    """
    if "DATABASE_URL" not in os.environ:
        yield {}
        return
    server, _, name = os.environ["DATABASE_URL"].rpartition("/")
    template = "template1" if new else migrated_template(os.environ["DATABASE_URL"])
    name = f"{name}_house_{uuid4().hex[:8]}"
    with psycopg.connect(f"{server}/postgres", autocommit=True) as line:
        line.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    try:
        yield {"DATABASE_URL": f"{server}/{name}"}
    finally:
        with psycopg.connect(f"{server}/postgres", autocommit=True) as line:
            line.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def launch(folder: Path, *, new: bool = False) -> Launched:
    """Start a house whose data lies in `folder`; its log lies beside it. Only a `new` one has to run all migrations."""
    if not new and not folder.exists() and "DATABASE_URL" not in os.environ:
        folder.mkdir(mode=0o700)
        shutil.copy(migrated_file(), folder / "kontor.sqlite3")
    port, sandbox_port = free_port(), free_port()
    environment = {
        **os.environ,
        "KONTOR_DATA_DIR": str(folder),
        "KONTOR_PORT": str(port),
        "KONTOR_SANDBOX_PORT": str(sandbox_port),
    }
    with (folder.parent / f"{port}.log").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "config.launcher"], cwd=ROOT, env=environment, stdout=log, stderr=subprocess.STDOUT
        )
    return Launched(folder, port, sandbox_port, process)
