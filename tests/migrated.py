"""One migrated SQLite file that tests copy: the migrations take half a minute, a copy takes milliseconds.

The file is kept in the tests' data folder and made anew when any source has changed, so nobody ever meets an old one.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import sqlite3
import subprocess
import sys
from pathlib import Path

from django.conf import settings
from django.db.backends.base.base import BaseDatabaseWrapper

from tests.house.tree import ROOT

SOURCES = ("config", "portal", "organizations", "billing", "fiscal", "requirements.txt")


def migrated_file() -> Path:
    """The file; it is made by whoever asks first, and everybody else who asks waits for it."""
    folder = Path(settings.DATA_DIR)
    folder.mkdir(parents=True, exist_ok=True)
    kept = folder / f"migrated-{_digest()}.sqlite3"
    with (folder / "migrated.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not kept.exists():
            for old in folder.glob("migrated-*"):
                old.unlink()
            _make(kept)
    return kept


def start_migrated(connection: BaseDatabaseWrapper) -> None:
    """Let Django's test database in memory begin as a copy of the file: its own `migrate` then finds nothing to do."""
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


def _make(kept: Path) -> None:
    unfinished = kept.with_suffix(".unfinished")
    environment = {**os.environ, "DATABASE_URL": f"sqlite:///{unfinished}"}
    command = [sys.executable, "manage.py", "migrate", "-v0"]
    subprocess.run(command, env=environment, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    unfinished.rename(kept)


def _digest() -> str:
    """Of all that could make a migrated database another one."""
    digest = hashlib.sha256()
    for source in SOURCES:
        found = ROOT / source
        for path in sorted(found.rglob("*.py")) if found.is_dir() else [found]:
            digest.update(str(path.relative_to(ROOT)).encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:16]
