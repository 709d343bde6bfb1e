"""Who is in the house: the command of each process, from the settings."""

from __future__ import annotations

import hashlib
import os
import sys
from pathlib import Path

from django.conf import settings

from config import environment
from config.launcher import broker
from config.launcher.child import Child


def _count() -> str:
    """How many processes serve pages, and how many work on tasks."""
    return str(int(environment.number("KONTOR_WORKERS", default=2, least=1)))


def _manage(*words: str) -> list[str]:
    return [sys.executable, str(settings.BASE_DIR / "manage.py"), *words]


def _gunicorn() -> list[str]:
    options = {
        "--bind": f"127.0.0.1:{settings.PORT}",
        "--worker-class": "gthread",
        "--workers": _count(),
        "--threads": "4",
        "--timeout": "60",
        "--graceful-timeout": "3",
        "--log-level": "warning",
    }
    words = [word for pair in options.items() for word in pair]
    return [sys.executable, "-m", "gunicorn", "config.wsgi:application", "--preload", "--no-control-socket", *words]


def _celery(*words: str) -> list[str]:
    level = os.environ.get("KONTOR_LOG_LEVEL", "INFO")  # settings.py has checked it
    return [sys.executable, "-m", "celery", "--quiet", "-A", "config", *words, "--loglevel", level]


def broker_folder() -> Path:
    """Where the embedded broker keeps its append-only file."""
    return Path(settings.DATA_DIR) / "broker"


def beat_folder() -> Path:
    """Where beat notes when it last rang. Worth nothing after a stop."""
    return Path(settings.DATA_DIR) / "beat"


def embedded_broker() -> Child:
    """Valkey. Raises `broker.NoBroker` where its binary does not exist."""
    return Child("broker", broker.command(settings.BROKER_SOCKET, broker_folder()), patience=2)


def sandbox() -> Child:
    """The stand-in for every provider."""
    return Child("sandbox", [sys.executable, "-m", "config.sandbox"], patience=2)


def prepare() -> Child:
    """Runs once: tables and static files."""
    return Child("prepare", [sys.executable, "-m", "config.launcher.prepare"])


def seed() -> Child:
    """Runs once: the demo world, unless there is data."""
    return Child("seed", _manage("seed_demo", "--if-empty"))


def web() -> Child:
    """The portal."""
    return Child("web", _gunicorn(), patience=4)


def worker() -> Child:
    """Carries out what pages ask for. Stops warm: the task in hand is finished if its patience allows."""
    return _celery_worker("worker", "celery", _count())


def reader() -> Child:
    """Reads sales and rolls them up: a queue of its own, so that nobody's years of sales stand before a page's work."""
    return _celery_worker("reader", "sales", str(max(1, int(_count()) // 2)))


def _celery_worker(name: str, queue: str, concurrency: str) -> Child:
    mark = hashlib.sha256(str(settings.DATA_DIR).encode()).hexdigest()[:8]
    node = f"kontor-{name}-{mark}@%h"
    quiet = ("--without-mingle", "--without-gossip")
    words = _celery("worker", "--queues", queue, "--concurrency", concurrency, "-n", node, *quiet)
    # A container's only user is often root; celery's page of warning about it would push the sign-ins off the screen.
    silence = {"PYTHONWARNINGS": "ignore:You're running the worker with superuser privileges"}
    return Child(name, words, patience=5, environment=silence)


def beat() -> Child:
    """Rings for what is done by the clock."""
    return Child("beat", _celery("beat", "--schedule", str(beat_folder() / "schedule"), "--pidfile="), patience=2)


def sweep() -> Child:
    """Does due work without waiting for any message: the guarantee behind the doorbell."""
    return Child("sweep", _manage("sweep"), patience=5)
