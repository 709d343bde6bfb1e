"""The world of the tests: a fresh sandbox as provider, no broker, and a small cast of people.

Messages to the broker vanish here: every test runs as if all of them were dropped, and `settle` is the sweep.
"""

from __future__ import annotations

import copy
import os
import shutil
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import pytest
import requests
import time_machine
from django.core.cache import cache
from django.db import connection, connections
from django.utils import timezone

from config.celery import app as celery_app
from fiscal import clients, services
from fiscal.clients import gate
from fiscal.providers.datacash.verdicts import judge as judge_datacash
from fiscal.providers.http import Door
from fiscal.providers.kassandro.verdicts import judge as judge_kassandro
from fiscal.sandbox.app import Sandbox
from fiscal.sandbox.loopback import LoopbackAdapter
from tests.cast import Cast, build_cast
from tests.flushing import let_tests_flush
from tests.migrated import migrated_file, start_migrated
from tests.snapshot import Snapshot

BASE_URL = "http://sandbox.test/management/api/v0"
KASSANDRO_URL = "http://sandbox.test/kassandro/api"
DATACASH_URL = "http://sandbox.test/datacash/api/dco"
DATACASH_INVOICE_URL = "http://sandbox.test/datacash/api/invoiceApi"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """The whole run on PostgreSQL leaves out what would say the same again: no database is asked, or marked `once`."""
    if "DATABASE_URL" not in os.environ or config.args != config.getini("testpaths"):
        return
    left = {item for item in items if item.get_closest_marker("once") or not _asks_a_database(item)}
    config.hook.pytest_deselected(items=[item for item in items if item in left])
    items[:] = [item for item in items if item not in left]


def _asks_a_database(item: pytest.Item) -> bool:
    named = {"db", "transactional_db"} & set(getattr(item, "fixturenames", ()))
    return bool(named or any(map(item.get_closest_marker, ("django_db", "processes", "browser"))))


@pytest.fixture(scope="session", autouse=True)
def _no_broker() -> None:
    celery_app.conf.update(broker_url="memory://", task_always_eager=False)


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix) -> None:
    """pytest-django asks for this before it makes the test database."""
    start_migrated(connection)


@pytest.fixture(scope="session", autouse=True)
def _flushing() -> None:
    let_tests_flush()


@pytest.fixture(autouse=True)
def _quick_settings(settings, tmp_path) -> None:
    settings.CHECKPOINT_FILE = tmp_path / "checkpoints.jsonl"
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.EVEN_SECONDS = 0
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    settings.MANAGEMENT_URL = BASE_URL
    cache.clear()


@pytest.fixture(autouse=True)
def _no_memory(monkeypatch) -> None:
    """Each client is a worker of its own, and sees at once what others wrote: a standing clock knows no "a moment ago".

    What a process does remember has tests of its own (tests/fiscal/test_what_a_worker_remembers.py).
    """
    monkeypatch.setattr(gate, "CALM_FOR", timedelta(0))
    monkeypatch.setattr(clients, "_tokens", clients._tokens.__wrapped__)
    monkeypatch.setattr(clients.sources, "_tokens", clients.sources._tokens.__wrapped__)


@pytest.fixture
def sandbox() -> Sandbox:
    """A provider of its own for each test. It is not rolled back with our transactions, as the real one is not."""
    return Sandbox(clock=time.time, hosts=["sandbox.test"])


@pytest.fixture(autouse=True)
def _door(request, monkeypatch, settings) -> None:
    """Whoever asks for the sandbox gets a client that ends there."""
    if "sandbox" not in request.fixturenames:
        return
    session = requests.Session()
    session.mount("http://sandbox.test", LoopbackAdapter(request.getfixturevalue("sandbox")))
    quick = {"session": session, "connect_timeout": 1, "read_timeout": 1}
    door = Door(BASE_URL, deadline=2, **quick)
    monkeypatch.setattr("fiscal.clients.management_door", lambda: door)
    kassandro = Door(KASSANDRO_URL, deadline=20, token_header=settings.KASSANDRO_HEADER, judge=judge_kassandro, **quick)
    documents, invoices = (
        Door(url, deadline=20, token_header=settings.DATACASH_HEADER, judge=judge_datacash, **quick)
        for url in (DATACASH_URL, DATACASH_INVOICE_URL)
    )
    monkeypatch.setattr("fiscal.clients.sources.kassandro_door", lambda: kassandro)
    monkeypatch.setattr("fiscal.clients.sources.datacash_door", lambda: documents)
    monkeypatch.setattr("fiscal.clients.sources.datacash_invoice_door", lambda: invoices)


@pytest.fixture
def clock(monkeypatch) -> Iterator[time_machine.Traveller]:
    """Time stands still until a test shifts it; whoever sleeps moves it on."""
    with time_machine.travel(datetime(2026, 11, 2, 9, 0, tzinfo=timezone.get_default_timezone()), tick=False) as clock:
        monkeypatch.setattr(gate.time, "sleep", lambda seconds: clock.shift(timedelta(seconds=seconds)))
        yield clock


@pytest.fixture
def settle(db, sandbox) -> Callable[..., int]:
    """Do all mirror work that is due now, as the sweep does without any message. Gives the number of rounds."""

    def run(*, rounds: int = 10) -> int:
        for done in range(rounds):
            if not services.sweep(now=timezone.now()):
                return done
        return rounds

    return run


@pytest.fixture
def converge(settle, clock) -> Callable[..., None]:
    """Let time pass in small steps, sweeping, until nothing is due within `seconds`."""

    def run(*, seconds: float = 600, step: float = 5) -> None:
        for _ in range(int(seconds / step)):
            settle()
            clock.shift(timedelta(seconds=step))
        settle()

    return run


@pytest.fixture(scope="session")
def _casts() -> dict[object, tuple[Cast, Snapshot]]:
    """The cast is built once for each time that stands and each set of vault keys."""
    return {}


@pytest.fixture
def cast(db, sandbox, settle, settings, _casts) -> Cast:
    """Petra makes tills, Hanna runs a holding, Wanda a white label, Mio one shop; Stranger sees none of them."""
    moment = timezone.now() if time_machine.escape_hatch.is_travelling() else "real"
    kept = (moment, *settings.VAULT_KEYS)
    if kept not in _casts:
        built = build_cast(sandbox, settle)
        _casts[kept] = (built, Snapshot(sandbox))
        return copy.deepcopy(built)
    built, snapshot = _casts[kept]
    snapshot.put_back(sandbox)
    return copy.deepcopy(built)


@pytest.fixture
def shared_database(transactional_db, tmp_path, django_db_blocker):
    """A database that other processes can open: this test's PostgreSQL database, or a file for SQLite."""
    if connection.vendor == "postgresql":
        parts = connection.settings_dict
        yield f"postgres://{parts['USER']}:{parts['PASSWORD']}@{parts['HOST']}:{parts['PORT'] or 5432}/{parts['NAME']}"
        return
    url = f"sqlite:///{tmp_path / 'shared.sqlite3'}"
    shutil.copy(migrated_file(), tmp_path / "shared.sqlite3")
    with django_db_blocker.unblock():
        usual = connections["default"]
        connections["default"] = usual.__class__(
            {**usual.settings_dict, "NAME": str(tmp_path / "shared.sqlite3")}, "default"
        )
        yield url
        connections["default"].close()
        connections["default"] = usual
