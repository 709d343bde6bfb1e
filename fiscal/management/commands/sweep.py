"""`manage.py sweep`: does due work without waiting for any message. The guarantee behind the doorbell.

Work that has just become due is rung for; what is still due at the next tick is done here. With every message lost, all
is still done, a tick later.
"""

from __future__ import annotations

import logging
import signal
import threading
import time
from argparse import ArgumentParser
from collections.abc import Collection
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand
from django.db import DatabaseError, InterfaceError, close_old_connections, connection
from django.utils import timezone

from fiscal import services, tasks

log = logging.getLogger(__name__)

LATE = timedelta(seconds=60)
LONGEST_PAUSE = 60.0
READS_FOR, RINGS_AGAIN = 10.0, 60.0  # seconds of reading sales by hand in a tick; until a reader is rung for again
MOST_ROUNDS = 1_000  # of --once: 200 organizations each


class Sweeper:
    """One sweep after the other. `stop` ends it, at the latest after the pass in hand."""

    def __init__(self, every: float) -> None:
        self.every = every
        self.rung_for: set[int] = set()
        self.readers: dict[int, float] = {}
        self.failures = 0
        self._stop = threading.Event()

    def stop(self, *_: Any) -> None:
        """Ask it to end. Fit to be a signal handler."""
        self._stop.set()

    def run(self) -> None:
        """Sweep until asked to stop. A database that is away is waited for, longer and longer."""
        while not self._stop.is_set():
            self._stop.wait(self.every if self.careful_tick() else self.pause())

    def pause(self) -> float:
        """Seconds to wait after failures in a row: from 1, doubling, at most 60."""
        return float(min(2 ** (self.failures - 1), LONGEST_PAUSE))

    def careful_tick(self) -> bool:
        """A tick that survives the database's trouble. False if it had any."""
        close_old_connections()
        try:
            self.tick()
        except (DatabaseError, InterfaceError) as error:
            self.failures += 1
            log.warning("the database is in trouble (%s); next try in %.0f s", type(error).__name__, self.pause())
            connection.close()
            return False
        self.failures = 0
        return True

    def tick(self) -> None:
        """Ring for what is newly due, do what was rung for and is still due, and periodic jobs that nobody did."""
        found = services.due_organizations(now=timezone.now())
        left = [organization for organization in found if organization in self.rung_for]
        fresh = [organization for organization in found if organization not in self.rung_for]
        rung = self._ring(fresh)
        passes = self._work(left)
        self.rung_for = set(found)
        for name in tasks.PERIODIC:
            if not self._stop.is_set():
                tasks.run_periodic(name, now=timezone.now(), late=LATE)
        self._read_sales()
        if found:
            log.info("%d organizations due: rang for %d, made %d passes on %d", len(found), rung, passes, len(left))

    def _ring(self, organizations: Collection[int]) -> int:
        rung = 0
        for organization in organizations:
            if self._stop.is_set() or not tasks.ring(organization):
                break
            rung += 1
        return rung

    def _read_sales(self) -> None:
        """Ring for sources of sales that are due; to those rung for before nobody came: read some of them here."""
        due, now = services.due_connections(now=timezone.now()), time.monotonic()
        left = [connection_id for connection_id in due if connection_id in self.readers]
        self.readers = {connection_id: self.readers.get(connection_id, now - RINGS_AGAIN) for connection_id in due}
        heard = True
        for connection_id, rung in self.readers.items():
            if self._stop.is_set():
                return
            if heard and now - rung >= RINGS_AGAIN:
                heard = tasks.ring_reader(connection_id)
                self.readers[connection_id] = now
        for connection_id in left:
            if self._stop.is_set() or time.monotonic() - now > READS_FOR:
                break
            services.read_connection(connection_id, stop=self._stop.is_set)

    def _work(self, organizations: Collection[int]) -> int:
        passes = 0
        for organization in organizations:
            if self._stop.is_set():
                break
            passes += services.reconcile_organization(organization, stop=self._stop.is_set)
        return passes


class Command(BaseCommand):
    help = "Does due work without waiting for any message, until it is stopped."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--every", type=float, default=10.0, help="Seconds between two sweeps (default: 10).")
        parser.add_argument("--once", action="store_true", help="Do everything that is due now, then end.")

    def handle(self, *args: Any, every: float, once: bool, **options: Any) -> None:
        if once:
            for _ in range(MOST_ROUNDS):
                if not services.sweep(now=timezone.now()):
                    break
            for connection_id in services.due_connections(now=timezone.now()):
                services.read_connection(connection_id)
            services.roll_up_due(now=timezone.now())
            return
        sweeper = Sweeper(every)
        signal.signal(signal.SIGTERM, sweeper.stop)
        signal.signal(signal.SIGINT, sweeper.stop)
        sweeper.run()
