"""The address at which DataCash tells of deferred fiscalisation."""

from __future__ import annotations

import hashlib
import secrets
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from fiscal.choices import ConnectionKind
from fiscal.models import Connection
from fiscal.services.connections.rules import ConnectionRefused, mine, require
from organizations.access import Reach
from organizations.audit import record
from organizations.choices import Verb

WEBHOOK_BYTES = 32


@transaction.atomic(durable=True)
def set_webhook(reach: Reach, public_id: UUID) -> str:
    """Give the connection a webhook address for deferred fiscalisation, and return its path, this once.

    The path is the only proof of who calls: 256 bits of chance, of which only a digest is kept. An earlier address ends.
    Raises ConnectionRefused, NotAuthorized, Connection.DoesNotExist.
    """
    require(reach)
    connection = Connection.objects.select_for_update().get(pk=mine(reach, public_id).pk)
    if connection.kind != ConnectionKind.KEY:
        raise ConnectionRefused(
            {"": _("Only a DataCash key has a webhook: what it brings is read again with the key.")}
        )
    token = secrets.token_urlsafe(WEBHOOK_BYTES)
    connection.webhook_digest = webhook_digest(token)
    connection.save(update_fields=["webhook_digest"])
    record(reach, Verb.WEBHOOK_SET, connection)
    return f"/webhooks/datacash/{token}/"


@transaction.atomic(durable=True)
def remove_webhook(reach: Reach, public_id: UUID) -> None:
    """End the webhook address. Raises NotAuthorized, Connection.DoesNotExist."""
    require(reach)
    connection = Connection.objects.select_for_update().get(pk=mine(reach, public_id).pk)
    connection.webhook_digest = connection.webhook_sealed = ""
    connection.save(update_fields=["webhook_digest", "webhook_sealed"])
    record(reach, Verb.WEBHOOK_REMOVED, connection)


def webhook_digest(token: str) -> str:
    """What is kept of the last part of a webhook's path."""
    return hashlib.sha256(token.encode()).hexdigest()
