"""Deliveries of DataCash's webhook. What they say is a hint: the document is read again before anything counts.

No signature is known (contract "DataCash", heading 2), so the address is the proof: 256 bits of chance for each key, of
which only a digest is kept. A delivery changes no figure by itself, and the same one again changes nothing.
"""

from __future__ import annotations

import hashlib
import json
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from django.core.cache import cache
from django.db import transaction
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from fiscal.choices import ConnectionKind, ConnectionStatus
from fiscal.models import Connection, WebhookDelivery
from fiscal.services.connections.webhooks import webhook_digest

MOST_BYTES = 256_000
EARLIEST = date(2015, 1, 1)
"""Italy had no electronic receipts before."""
MOST_A_MINUTE = 120
"""Deliveries of one key. A day's deferred sales of a busy shop come within minutes, hourly."""


class NoSuchAddress(Exception):
    """No key has this webhook address (any more)."""


class TooMany(Exception):
    """More deliveries than a shop can have sales."""


class Unreadable(Exception):
    """The body is not a delivery. Its text says why, and never what stood there."""


class Hint(NamedTuple):
    """What a delivery says: the temporary id, and the document it became."""

    temporary_id: str
    remote_id: str
    day: date | None


def welcome(token: str, *, now: datetime) -> Connection:
    """The key that this address belongs to. Raises NoSuchAddress, TooMany."""
    digest = webhook_digest(token)
    rows = Connection.objects.filter(webhook_digest=digest, kind=ConnectionKind.KEY)
    connection = rows.exclude(status=ConnectionStatus.REVOKED).first()
    if connection is None or not constant_time_compare(connection.webhook_digest, digest):
        raise NoSuchAddress
    minute = f"webhook:{connection.pk}:{int(now.timestamp()) // 60}"
    cache.add(minute, 0, timeout=120)
    if cache.incr(minute) > MOST_A_MINUTE:
        raise TooMany
    return connection


def take_delivery(connection: Connection, body: bytes) -> bool:
    """Keep a delivery and make its key due. True if it is new; the same one again changes nothing. Raises Unreadable."""
    content = _read(body)
    hint = _hint(content)
    # The same delivery may come back with its fields in another order.
    same = hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
    with transaction.atomic(durable=True):
        _row, is_new = WebhookDelivery.objects.get_or_create(
            connection=connection, digest=same, defaults=hint._asdict() | {"received_at": timezone.now()}
        )
        if is_new:
            due = Connection.objects.filter(pk=connection.pk, status=ConnectionStatus.ACTIVE)
            due.filter(due_at__gt=timezone.now()).update(due_at=timezone.now())
    return is_new


def _read(body: bytes) -> dict[str, Any]:
    try:
        content = json.loads(body)
    except (ValueError, RecursionError):
        raise Unreadable("This is no JSON.") from None
    if not isinstance(content, dict):
        raise Unreadable("This is no JSON object.")
    return content


def _hint(content: dict[str, Any]) -> Hint:
    """The shape is assumed, so no more is asked for than the temporary id."""
    document = content.get("documento")
    fields: dict[str, Any] = document if isinstance(document, dict) else {}
    temporary_id = _text(content.get("idTemporaneo"))
    if not temporary_id:
        raise Unreadable("The field idTemporaneo is missing.")
    return Hint(temporary_id, _text(fields.get("idtrx")), _day(fields.get("data")))


def _text(value: object) -> str:
    """An id as text; '' for what is none, or is longer than an id can be."""
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value) if abs(value) < 10**50 else ""
    return value if isinstance(value, str) and len(value) <= 100 and value.isprintable() else ""


def _day(value: object) -> date | None:
    """The day of `dd/mm/yyyy HH:MM:SS`; None for one on which no document can have been made."""
    try:
        day = datetime.strptime(str(value)[:10], "%d/%m/%Y").date()  # noqa: DTZ007 - the document's own local day
    except ValueError:
        return None
    return day if EARLIEST <= day <= timezone.localdate() + timedelta(days=1) else None
