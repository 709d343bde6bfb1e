"""Connecting sources of sales: Kassandro accounts and registers, DataCash keys, and files alone.

A key is tried with a harmless call, outside of any transaction, before it is sealed. Guide "DataCash key & statistics":
a key is bound to one partita IVA; contract "Kassandro", heading 1: two kinds of token.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from fiscal.choices import ConnectionKind, ConnectionStatus, Provider
from fiscal.models import Connection
from fiscal.services.connections.asking import about_key, serials_behind
from fiscal.services.connections.rules import (
    ConnectionRefused,
    check_add_ons,
    check_name,
    checked_credentials,
    checked_key,
    claim_or_refuse,
    mine,
    own_vat_number,
    refuse_files,
    refuse_other_vat_number,
    require,
    told,
)
from organizations.access import Reach
from organizations.audit import record
from organizations.choices import Verb

KASSANDRO_KINDS = (ConnectionKind.ACCOUNT, ConnectionKind.REGISTER)


def connect_kassandro(reach: Reach, *, kind: ConnectionKind, name: str, api_key: str, tier: str = "") -> Connection:
    """Connect a Kassandro account or register with an API key made in my.kassandro.

    Raises ConnectionRefused, NotAuthorized.
    """
    require(reach)
    if kind not in KASSANDRO_KINDS:
        raise ConnectionRefused({"kind": _("Choose an account or a register.")})
    api_key = checked_key(reach, name, "api_key", api_key)
    serials = serials_behind(kind, api_key)
    connection = Connection(provider=Provider.KASSANDRO, kind=kind, country_code="AUT", tier=tier.strip()[:40])
    return _stored(reach, connection, name, api_key, serials=serials)


def connect_datacash(
    reach: Reach,
    *,
    name: str,
    key: str,
    credentials: str,
    vat_number: str,
    licence_ends_on: date | None = None,
    slots: int | None = None,
    slots_used: int | None = None,
    add_ons: Sequence[str] = (),
) -> Connection:
    """Connect a DataCash key with the encrypted Fisconline credentials of the panel, which Kontor never decrypts.

    The partita IVA must have its check digit, be the organization's (or of one managed by it), and be the key's, if
    DataCash tells. Raises ConnectionRefused, NotAuthorized.
    """
    require(reach)
    key = checked_key(reach, name, "key", key)
    credentials = checked_credentials(credentials)
    vat_number = own_vat_number(reach.organization, vat_number)
    check_add_ons(add_ons)
    about = about_key(key, credentials)
    refuse_other_vat_number(about.vat_number, vat_number)
    connection = Connection(
        provider=Provider.DATACASH,
        kind=ConnectionKind.KEY,
        country_code="ITA",
        vat_number=vat_number,
        licence_ends_on=licence_ends_on or about.licence_ends_on,
        slots=slots,
        slots_used=slots_used,
        add_ons=list(add_ons),
    )
    return _stored(reach, connection, name, key, credentials)


@transaction.atomic(durable=True)
def connect_files(reach: Reach, *, name: str, vat_number: str = "") -> Connection:
    """Begin with nothing but files from DataCash's client area: no key. Raises ConnectionRefused, NotAuthorized."""
    require(reach)
    check_name(reach, name)
    vat_number = own_vat_number(reach.organization, vat_number) if vat_number.strip() else ""
    connection = Connection.objects.create(
        organization=reach.organization,
        provider=Provider.DATACASH,
        kind=ConnectionKind.FILES,
        name=name.strip(),
        country_code="ITA",
        vat_number=vat_number,
        stored_by=reach.actor,
    )
    record(reach, Verb.CONNECTION_STORED, connection, after=told(connection))
    return connection


def replace_secret(reach: Reach, public_id: UUID, *, key: str, credentials: str = "") -> Connection:
    """Put another key, or other credentials, in place of the stored ones; paused or stopped, it goes on.

    Empty `credentials`: the stored ones stay. Raises ConnectionRefused, NotAuthorized, Connection.DoesNotExist.
    """
    require(reach)
    connection = mine(reach, public_id)
    refuse_files(connection)
    field = "key" if connection.kind == ConnectionKind.KEY else "api_key"
    key, serials = checked_key(reach, connection.name, field, key), list[str]()
    if connection.kind == ConnectionKind.KEY:
        credentials = checked_credentials(credentials) if credentials.strip() else connection.credentials()
        refuse_other_vat_number(about_key(key, credentials).vat_number, connection.vat_number)
    else:
        credentials, serials = "", serials_behind(ConnectionKind(connection.kind), key)
    return _replaced(reach, public_id, key, credentials, serials)


def _stored(
    reach: Reach,
    connection: Connection,
    name: str,
    secret: str,
    credentials: str = "",
    serials: Sequence[str] = (),
) -> Connection:
    connection.organization, connection.name = reach.organization, name.strip()
    connection.stored_by, connection.accepted_at = reach.actor, timezone.now()
    connection.hold(secret, credentials)
    try:
        with transaction.atomic(durable=True):
            connection.save()
            claim_or_refuse(reach, connection, serials)
            record(reach, Verb.CONNECTION_STORED, connection, after=told(connection))
    except IntegrityError:
        words = _("This partita IVA is read with a key already: replace that key, or everything would count twice.")
        raise ConnectionRefused({"vat_number": words}) from None
    return connection


@transaction.atomic(durable=True)
def _replaced(reach: Reach, public_id: UUID, key: str, credentials: str, serials: Sequence[str]) -> Connection:
    # Looked for anew: who removed it meanwhile meant it.
    connection = Connection.objects.select_for_update().get(pk=mine(reach, public_id).pk)
    claim_or_refuse(reach, connection, serials)
    before, now = {"key": connection.key_hint}, timezone.now()
    connection.hold(key, credentials)
    connection.token_sealed = ""
    connection.status, connection.status_reason, connection.human_action = ConnectionStatus.ACTIVE, "", ""
    connection.status_since = connection.accepted_at = connection.stored_at = connection.due_at = now
    connection.auth_failures = connection.tries = 0
    connection.not_before = connection.next_slot_at = None
    connection.error_text = ""
    connection.stored_by = reach.actor
    connection.save()
    record(reach, Verb.CONNECTION_REPLACED, connection, before=before, after={"key": connection.key_hint})
    return connection
