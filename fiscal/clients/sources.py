"""Clients for sources of sales: what a stored connection and settings make of Kassandro and DataCash."""

from __future__ import annotations

from functools import cache, lru_cache

from django.conf import settings

from fiscal.choices import ConnectionKind
from fiscal.clients.gate import DatabaseGate
from fiscal.clients.keeper import DatabaseKeeper
from fiscal.models import Connection
from fiscal.providers.datacash import DataCash
from fiscal.providers.datacash.verdicts import judge as judge_datacash
from fiscal.providers.errors import Unreachable
from fiscal.providers.http import Door
from fiscal.providers.kassandro import Kassandro
from fiscal.providers.kassandro.tokens import KassandroTokens
from fiscal.providers.kassandro.verdicts import judge as judge_kassandro
from fiscal.providers.tokens import Keeper, MemoryKeeper

CALL_DEADLINE = 60.0
"""Seconds a call may take in all: a page of 1,000 receipts or a month of documents comes over slow lines as well."""
READ_TIMEOUT = 30.0


@cache
def kassandro_door() -> Door:
    """The door to Kassandro: one per process. Raises Unreachable while its address is not set."""
    if not settings.KASSANDRO_URL:
        raise Unreachable("Kassandro's address is not set: see KONTOR_KASSANDRO_URL in docs/settings.md.", sent=False)
    return Door(
        settings.KASSANDRO_URL,
        deadline=CALL_DEADLINE,
        read_timeout=READ_TIMEOUT,
        token_header=settings.KASSANDRO_HEADER,
        judge=judge_kassandro,
    )


@cache
def datacash_door() -> Door:
    """The door to DataCash's receipts: one per process."""
    return _datacash_door(settings.DATACASH_URL)


@cache
def datacash_invoice_door() -> Door:
    """The door to DataCash's invoices: one per process."""
    return _datacash_door(settings.DATACASH_INVOICE_URL)


def kassandro(connection: Connection, *, cash_register_id: int | None = None, by_person: bool = False) -> Kassandro:
    """A client that acts with a connection; token, budget and circuit are shared with all other workers.

    `cash_register_id`: act as that register, with a register token made of the account's key. `by_person`: somebody
    asks for a try, though the connection is paused or stopped.
    """
    tokens = _tokens(connection, connection.secret_sealed, kassandro_door(), cash_register_id)
    return Kassandro(
        kassandro_door(),
        tokens,
        DatabaseGate(connection, by_person=by_person),
        naive_times=settings.KASSANDRO_TIMES == "naive",
        one_of_many=cash_register_id is not None,
    )


def datacash(connection: Connection, *, by_person: bool = False) -> DataCash:
    """A client that acts with a connection; budget and circuit are shared with all other workers."""
    gate = DatabaseGate(connection, by_person=by_person)
    return DataCash(datacash_door(), datacash_invoice_door(), connection.secret(), connection.credentials(), gate)


def unstored_kassandro(kind: ConnectionKind, api_key: str) -> Kassandro:
    """A client for an API key that is not stored yet: no gate remembers it."""
    tokens = KassandroTokens(kassandro_door(), settings.KASSANDRO_TOKEN_PATHS[kind], api_key, MemoryKeeper())
    return Kassandro(kassandro_door(), tokens, naive_times=settings.KASSANDRO_TIMES == "naive")


def unstored_datacash(key: str, credentials: str) -> DataCash:
    """A client for a key and credentials that are not stored yet: no gate remembers them."""
    return DataCash(datacash_door(), datacash_invoice_door(), key, credentials)


@lru_cache(maxsize=256)
def _tokens(connection: Connection, secret_sealed: str, door: Door, cash_register_id: int | None) -> KassandroTokens:
    """The tokens of a connection, kept for the life of the process. Another secret in the same row is another one.

    The token of the connection itself is shared through its row; one of a single register, which few calls need,
    lives in this process.
    """
    kind = ConnectionKind.REGISTER if cash_register_id is not None else ConnectionKind(connection.kind)
    keeper: Keeper = MemoryKeeper() if cash_register_id is not None else DatabaseKeeper(connection)
    path = settings.KASSANDRO_TOKEN_PATHS[kind]
    return KassandroTokens(door, path, connection.secret(), keeper, cash_register_id=cash_register_id)


def _datacash_door(url: str) -> Door:
    return Door(
        url,
        deadline=CALL_DEADLINE,
        read_timeout=READ_TIMEOUT,
        token_header=settings.DATACASH_HEADER,
        judge=judge_datacash,
    )
