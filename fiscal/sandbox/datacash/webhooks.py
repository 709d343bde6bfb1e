"""The webhook of deferred fiscalisation: what is due, delivered to a loopback address, and delivered again."""

from __future__ import annotations

import http.client
import json
import sqlite3
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from fiscal.sandbox.datacash import deferred, records
from fiscal.sandbox.datacash import rules as switches
from fiscal.sandbox.datacash.cloud import CloudPages, Plain

LOOPBACK = ("127.0.0.1", "localhost")
PATIENCE = 10  # seconds for one delivery


class Webhooks(CloudPages):
    """Off by default: nothing is posted anywhere before an account has a webhook_url and somebody says deliver."""

    def edit_customer(self, customer: str, **changes: Any) -> Plain:
        """Change an account. webhook_url is a loopback address over http, or "" for none; ValueError for another."""
        if changes.get("webhook_url"):
            _check_loopback(changes["webhook_url"])
            changes["webhook_since"] = self._clock()
        return super().edit_customer(customer, **changes)

    def due_webhooks(self, customer: str | None = None) -> list[Plain]:
        """What the webhook would deliver now: {"customer", "url", "temporary_id", "body"}, oldest first.

        Also for an account without a webhook_url (url is ""), for tests that post the body themselves.
        """
        with self._store.transaction() as db:
            rows = db.execute("SELECT temporary_id FROM datacash_deliveries WHERE status BETWEEN '200' AND '299'")
            delivered = {row["temporary_id"] for row in rows}
            return [item for item in self._webhooks(db, customer) if item["temporary_id"] not in delivered]

    def deliver_webhooks(self, customer: str | None = None, copies: int = 1) -> list[Plain]:
        """POST what is due to each account's webhook_url, each `copies` times; gives temporary ids and statuses.

        What is not answered with 2xx is due again the next time, for 7 days.
        """
        if not any(account["webhook_url"] for account in self.objects()):
            return []
        return [sent for item in self.due_webhooks(customer) for sent in self._deliver(item, copies)]

    def replay_webhook(self, temporary_id: str, copies: int = 1) -> list[Plain]:
        """Deliver once more what may have been delivered before; KeyError if no such sale became fiscal lately."""
        with self._store.transaction() as db:
            found = [item for item in self._webhooks(db, None) if item["temporary_id"] == temporary_id]
        if not found:
            raise KeyError(f"No sale {temporary_id} became fiscal within {deferred.REMEMBERED} days.")
        return self._deliver(found[0], copies)

    def webhook_delivered(self, temporary_id: str, status: str = "200") -> None:
        """Note a delivery, for tests that post the body themselves."""
        with self._store.transaction() as db:
            values = (temporary_id, self._clock(), status)
            db.execute("INSERT INTO datacash_deliveries (temporary_id, at, status) VALUES (?,?,?)", values)

    def _webhooks(self, db: sqlite3.Connection, customer: str | None) -> Iterator[Plain]:
        rules, now = switches.read(db), self._clock()
        deferred.settle(db, now)
        for account in records.all_of(db, "customer"):
            if customer not in (None, account["vat_number"]):
                continue
            for vat_number in self._vat_numbers(db, account["vat_number"]):
                for doc in deferred.confirmed(db, vat_number, now):
                    if doc.at >= account["webhook_since"]:
                        yield {
                            "customer": account["vat_number"],
                            "url": account["webhook_url"],
                            "temporary_id": doc.temporary_id,
                            "body": deferred.body(doc, vat_number, rules),
                        }

    def _deliver(self, item: Plain, copies: int) -> list[Plain]:
        sent = []
        for _ in range(copies if item["url"] else 0):
            # Outside of any transaction: whoever receives it may call the sandbox before answering.
            status = _post(item["url"], item["body"])
            self.webhook_delivered(item["temporary_id"], status)
            sent.append({"temporary_id": item["temporary_id"], "status": status})
        return sent


def _check_loopback(url: str) -> None:
    parts = urlsplit(url)
    if parts.scheme != "http" or parts.hostname not in LOOPBACK:
        raise ValueError(f"A webhook goes to this machine only: http://{LOOPBACK[0]}:<port>/...")


def _post(url: str, body: Plain) -> str:
    """The status of the answer as text, or why there is none."""
    _check_loopback(url)
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port or 80, timeout=PATIENCE)
    address = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
    try:
        connection.request("POST", address, json.dumps(body).encode(), {"Content-Type": "application/json"})
        return str(connection.getresponse().status)
    except (OSError, http.client.HTTPException) as error:
        return type(error).__name__
    finally:
        connection.close()
