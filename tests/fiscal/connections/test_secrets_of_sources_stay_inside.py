"""Trap 23: keys, tokens and encrypted credentials are in the vault and nowhere else, whatever goes wrong."""

from __future__ import annotations

import logging
import traceback
from datetime import date, timedelta

import pytest
from django.apps import apps

from fiscal.choices import ConnectionKind
from fiscal.clients import datacash, kassandro
from fiscal.models import Connection
from fiscal.providers.errors import ProviderError
from fiscal.services import connections, documents
from fiscal.services.connections import ConnectionRefused
from fiscal.services.documents import DocumentRefused
from fiscal.statistics.sources import source_for
from fiscal.vault import unseal
from tests.fiscal.connections.conftest import VAT_NUMBER

DAY = date(2026, 11, 24)
REPEATED = '{"message": "cannot use KEY with TOKEN and CREDENTIALS"}'
FAULTS = (
    ("drop_after", {}),
    ("half_body", {}),
    ("html", {}),
    ("throttled", {"retry_after": 1}),
    ("timeout_after", {}),
    ("connect_refused", {}),
    ("missing_field", {"field": "token"}),
    ("wrong_type", {"field": "token", "value": {"a": "TOKEN"}}),
    *(("status", {"status": status, "body": REPEATED}) for status in (200, 400, 403, 404, 422, 500)),
    *(
        ("status", {"status": status, "body": "<p>KEY TOKEN CREDENTIALS</p>", "content_type": "text/html"})
        for status in (200, 502)
    ),
)


def everything_stored() -> str:
    """Every value of every column of every table, sealed ones as they lie there."""
    rows = (str(tuple(row)) for model in apps.get_models() for row in model.objects.values_list())
    return "\n".join(rows)


def pieces(secret: str) -> set[str]:
    """What would give a secret away: the whole, and its longer lines."""
    lines = secret.replace("\\n", "\n").splitlines()
    return {secret, *(line for line in lines if len(line) >= 24 and not line.startswith("-"))}


def secrets_of(connection: Connection) -> set[str]:
    connection.refresh_from_db()
    found = pieces(connection.secret()) | (pieces(connection.credentials()) if connection.credentials_sealed else set())
    if connection.token_sealed:
        found.add(unseal(connection.token_sealed, connection.place("token")).split('"')[3])
    return found


def spoken(options: dict, connection: Connection) -> dict:
    """The options of a fault, with the connection's secrets in the words of the answer."""
    token = ""
    if connection.token_sealed:
        token = unseal(connection.token_sealed, connection.place("token")).split('"')[3]
    words = {"KEY": connection.secret(), "TOKEN": token or "none", "CREDENTIALS": connection.credentials() or "none"}
    changed = dict(options)
    for name, value in options.items():
        for word, secret in words.items():
            if isinstance(value, str) and word in value:
                changed[name] = changed[name].replace(word, secret.replace("\n", "\\n"))
    return changed


@pytest.fixture
def told(caplog):
    """Everything that errors said, however they were printed."""
    caplog.set_level(logging.DEBUG)
    return []


def attempt(told: list[str], call) -> None:
    try:
        call()
    except (ProviderError, ConnectionRefused, DocumentRefused) as error:
        told.append(f"{error} {error!r} {vars(error)} {error.__cause__!r} {error.__context__!r}")
        told.append("".join(traceback.format_exception(error)))


@pytest.mark.parametrize("provider", ["kassandro", "datacash"])
def test_no_secret_leaves_the_vault_whatever_goes_wrong(business, sandbox, told, caplog, provider):
    is_austrian = provider == "kassandro"
    connection = business.connect_kassandro() if is_austrian else business.connect_datacash()
    register = business.register(connection, "1" if is_austrian else VAT_NUMBER)
    canaries = set()
    for fault, options in FAULTS:
        Connection.objects.update(status="ACTIVE", token_sealed="", auth_failures=0, not_before=None, interval=0)
        source_for(Connection.objects.get()).catalogue()
        connection.refresh_from_db()
        canaries |= secrets_of(connection)
        for number, call in enumerate(
            (
                lambda: list(source_for(connection).pages(register, DAY, DAY)),
                lambda: connections.try_connection(business.reach, connection.public_id),
                lambda: make(business, register, is_austrian=is_austrian),
                lambda: connections.replace_secret(business.reach, connection.public_id, key=connection.secret()),
            )
        ):
            if number >= 2:
                # These work with a token of their own: nobody can repeat the stored one to them.
                Connection.objects.update(token_sealed="")
            connection.refresh_from_db()
            sandbox.faults.add(fault, path=f"/{provider}/", times=2, **spoken(options, connection))
            attempt(told, call)
            sandbox.faults.clear()
        business.now.shift(timedelta(minutes=20))
        canaries |= secrets_of(connection)

    assert len(canaries) >= (len(FAULTS) if is_austrian else 5) and len(told) > len(FAULTS)
    for place, text in {"log": caplog.text, "tables": everything_stored(), "errors": "\n".join(told)}.items():
        assert not [canary for canary in canaries if canary in text], place


def make(business, register, *, is_austrian: bool) -> None:
    if is_austrian:
        body = {
            "items": [{"name": "Torte", "unitPrice": "8.20", "taxRate": 10}],
            "payments": [{"name": "BARZAHLUNG", "amount": "8.20"}],
        }
        documents.create_receipt(business.reach, register.public_id, request=body, reason="a test")
        return
    line = {"aliquotaIVA": "10", "descrizioneProdotto": "Caffè", "prezzoLordo": "1.30", "quantita": 2}
    body = {"elementiContabili": [line], "pagamento": "PC"}
    documents.emit_document(business.reach, register.public_id, request=body, reason="a test")


def test_neither_clients_nor_rows_tell_when_printed(business):
    """What a debugger or a report of a crash would show."""
    austrian, italian = business.connect_kassandro(), business.connect_datacash()
    client = kassandro(austrian)
    client.payment_methods()
    single = kassandro(austrian, cash_register_id=1)
    single.payment_methods()
    printed = [client, client._tokens, client._gate, client._tokens._token, single._tokens._token, austrian]
    printed += [datacash(italian), italian, source_for(italian), source_for(austrian)]

    text = " ".join(f"{one!r} {one}" for one in printed)

    for canary in secrets_of(austrian) | secrets_of(italian) | {single._tokens._token.access_token}:
        assert canary not in text


def test_a_refused_connection_repeats_nothing_that_was_typed(business):
    typed = business.datacash()
    for call in (
        lambda: business.connect_datacash(**{**typed, "key": "a-key-that-is-unknown"}),
        lambda: business.connect_kassandro(ConnectionKind.ACCOUNT, api_key="a-key-that-is-unknown"),
        lambda: business.connect_kassandro(ConnectionKind.ACCOUNT, api_key="a-key-that-is unknown"),
    ):
        with pytest.raises(ConnectionRefused) as caught:
            call()
        assert "a-key-that-is" not in str(caught.value)
