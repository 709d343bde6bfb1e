"""Delivers webhooks by itself while the sandbox runs as a process of its own. Tests deliver when they want to."""

from __future__ import annotations

import sqlite3
import threading

from fiscal.sandbox.datacash.webhooks import Webhooks

EVERY = 15.0  # seconds between two rounds


def start(stage: Webhooks, every: float = EVERY) -> threading.Event:
    """Go round in a thread until the event that is returned is set. Accounts without a webhook_url cost nothing."""
    end = threading.Event()
    threading.Thread(target=_rounds, args=(stage, end, every), name="datacash courier", daemon=True).start()
    return end


def _rounds(stage: Webhooks, end: threading.Event, every: float) -> None:
    while not end.wait(every):
        try:
            stage.deliver_webhooks()
        except sqlite3.OperationalError:
            continue  # another process holds the file for long; the next round finds the same webhooks due
