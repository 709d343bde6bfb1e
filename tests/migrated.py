"""One migrated database that tests copy: the migrations take half a minute, a copy takes milliseconds.

A SQLite file in the tests' data folder, or a PostgreSQL database beside the one of DATABASE_URL. It is made anew when any
source has changed, so nobody ever meets an old one.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from django.conf import settings
from django.db.backends.base.base import BaseDatabaseWrapper

from tests.house.tree import ROOT

SOURCES = ("config", "portal", "organizations", "billing", "fiscal", "requirements.txt")


def migrated_file() -> Path:
    """The file; it is made by whoever asks first, and everybody else who asks waits for it."""
    with _alone() as folder:
        kept = folder / f"migrated-{_digest()}.sqlite3"
        if not kept.exists():
            for old in folder.glob("migrated-*"):
                old.unlink()
            unfinished = kept.with_suffix(".unfinished")
            _migrate(f"sqlite:///{unfinished}")
            unfinished.rename(kept)
    return kept


def migrated_template(database_url: str) -> str:
    """The name of a migrated database on the server of `database_url`, to be copied with CREATE DATABASE ... TEMPLATE."""
    server, _, name = database_url.rpartition("/")
    kept = f"{name}_migrated_{_digest()}"
    with _alone(), psycopg.connect(f"{server}/postgres", autocommit=True) as line:
        like = f"{name}_migrated_%".replace("_", r"\_")
        known = [found for (found,) in line.execute("SELECT datname FROM pg_database WHERE datname LIKE %s", [like])]
        if kept not in known:
            for old in known:
                line.execute(f'DROP DATABASE "{old}" WITH (FORCE)')
            line.execute(f'CREATE DATABASE "{kept}_unfinished"')
            _migrate(f"{server}/{kept}_unfinished")
            line.execute(f'ALTER DATABASE "{kept}_unfinished" RENAME TO "{kept}"')
    return kept


def start_migrated(connection: BaseDatabaseWrapper) -> None:
    """Let Django's test database begin as a copy: its own `migrate` then finds nothing to do."""
    if connection.vendor == "postgresql":
        connection.settings_dict["TEST"]["TEMPLATE"] = migrated_template(os.environ["DATABASE_URL"])
    else:
        _copy_into_memory(connection)


def _copy_into_memory(connection: BaseDatabaseWrapper) -> None:
    creation = connection.creation
    usual = creation._create_test_db  # type: ignore[attr-defined]

    def create(*arguments: object, **options: object) -> str:
        name = usual(*arguments, **options)
        connection.close()
        connection.settings_dict["NAME"] = name
        connection.ensure_connection()
        with sqlite3.connect(migrated_file()) as source:
            source.backup(connection.connection)
        source.close()
        return name

    creation._create_test_db = create  # type: ignore[attr-defined]


@contextmanager
def _alone() -> Iterator[Path]:
    """The tests' data folder, for one process at a time."""
    folder = Path(settings.DATA_DIR)
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "migrated.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield folder


def _migrate(database_url: str) -> None:
    command = [sys.executable, "manage.py", "migrate", "-v0"]
    environment = {**os.environ, "DATABASE_URL": database_url}
    subprocess.run(command, env=environment, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)


def _digest() -> str:
    """Of all that could make a migrated database another one."""
    digest = hashlib.sha256()
    for source in SOURCES:
        found = ROOT / source
        for path in sorted(found.rglob("*.py")) if found.is_dir() else [found]:
            digest.update(str(path.relative_to(ROOT)).encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:16]
