"""Describing, trying and removing a connection."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from fiscal.choices import BackfillState, ConnectionStatus
from fiscal.models import Connection
from fiscal.services.connections.asking import ask_again
from fiscal.services.connections.rules import check_add_ons, check_name, mine, refuse_files, require, told
from fiscal.statistics.claims import release
from organizations.access import Reach
from organizations.audit import record
from organizations.choices import Verb


@transaction.atomic(durable=True)
def describe_connection(
    reach: Reach,
    public_id: UUID,
    *,
    name: str,
    tier: str,
    licence_ends_on: date | None,
    slots: int | None,
    slots_used: int | None,
    add_ons: Sequence[str],
) -> Connection:
    """Change what people know about a connection. Raises ConnectionRefused, NotAuthorized, Connection.DoesNotExist."""
    require(reach)
    check_name(reach, name)
    check_add_ons(add_ons)
    connection = Connection.objects.select_for_update().get(pk=mine(reach, public_id).pk)
    values: dict[str, Any] = {
        "name": name.strip(),
        "tier": tier.strip()[:40],
        "licence_ends_on": licence_ends_on,
        "slots": slots,
        "slots_used": slots_used,
        "add_ons": list(add_ons),
    }
    changed = [field for field, value in values.items() if getattr(connection, field) != value]
    before = {field: _plain(getattr(connection, field)) for field in changed}
    for field in changed:
        setattr(connection, field, values[field])
    if changed:
        connection.save(update_fields=changed)
        after = {field: _plain(values[field]) for field in changed}
        record(reach, Verb.CONNECTION_CHANGED, connection, before=before, after=after)
    return connection


def try_connection(reach: Reach, public_id: UUID) -> Connection:
    """Ask the provider now. A paused or stopped connection that works again is active and read from at once.

    Raises ConnectionRefused with the provider's reason, NotAuthorized, Connection.DoesNotExist.
    """
    require(reach)
    connection = mine(reach, public_id)
    refuse_files(connection)
    about = ask_again(connection)
    with transaction.atomic(durable=True):
        before = {"status": connection.status}
        connection.refresh_from_db()
        if about.licence_ends_on and about.licence_ends_on != connection.licence_ends_on:
            connection.licence_ends_on = about.licence_ends_on
            connection.save(update_fields=["licence_ends_on"])
        if before["status"] != connection.status:
            record(reach, Verb.CONNECTION_RESUMED, connection, before=before, after={"status": connection.status})
    return connection


@transaction.atomic(durable=True)
def remove_connection(reach: Reach, public_id: UUID, *, reason: str) -> None:
    """Forget the secrets of a connection and read nothing more; what was read stays.

    Raises NotAuthorized, Connection.DoesNotExist.
    """
    require(reach)
    connection = Connection.objects.select_for_update().get(pk=mine(reach, public_id).pk)
    connection.forget()
    connection.status, connection.status_since = ConnectionStatus.REVOKED, timezone.now()
    connection.status_reason, connection.human_action = reason[:500], ""
    connection.save()
    release(connection)
    begun = connection.backfills.filter(state__in=[BackfillState.RUNNING, BackfillState.PAUSED])
    begun.update(state=BackfillState.CANCELLED, ended_at=timezone.now())
    record(reach, Verb.CONNECTION_REMOVED, connection, before=told(connection), reason=reason)


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value
