"""Describing, replacing, trying and removing a connection; its webhook."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.utils import timezone

from fiscal.choices import ConnectionKind, ConnectionStatus
from fiscal.models import Connection
from fiscal.services import connections
from fiscal.services.connections import ConnectionRefused, webhook_digest
from organizations.choices import Verb
from organizations.models import AuditEntry
from tests.fiscal.connections.conftest import OTHER_VAT_NUMBER, VAT_NUMBER

FACTS = {"tier": "Gastro", "licence_ends_on": date(2027, 1, 31), "slots": 3, "slots_used": 2, "add_ons": ["LIGHT"]}


def fresh(connection: Connection) -> Connection:
    return Connection.objects.get(pk=connection.pk)


def stop(connection: Connection, status: ConnectionStatus) -> None:
    later = timezone.now() + timedelta(days=1)
    Connection.objects.filter(pk=connection.pk).update(
        status=status, status_reason="licence", human_action="x", due_at=later, tries=4, auth_failures=1
    )


def test_a_description_is_changed_and_told(business):
    connection = business.connect_datacash()
    connections.describe_connection(business.reach, connection.public_id, name="Bar Nuovo", **FACTS)
    stored = fresh(connection)
    assert (stored.name, stored.tier, stored.slots, stored.add_ons) == ("Bar Nuovo", "Gastro", 3, ["LIGHT"])
    entry = AuditEntry.objects.filter(verb=Verb.CONNECTION_CHANGED).get()
    assert entry.after["licence_ends_on"] == "2027-01-31" and entry.before["name"] == "Bar Centrale"


def test_a_description_that_changes_nothing_leaves_no_entry(business):
    connection = business.connect_datacash(**{name: value for name, value in FACTS.items() if name != "tier"})
    same = {**FACTS, "tier": ""}
    connections.describe_connection(business.reach, connection.public_id, name=connection.name, **same)
    assert not AuditEntry.objects.filter(verb=Verb.CONNECTION_CHANGED).exists()


@pytest.mark.parametrize("status", [ConnectionStatus.PAUSED, ConnectionStatus.STOPPED])
def test_another_key_lets_a_stopped_connection_go_on(business, status):
    connection = business.connect_kassandro()
    stop(connection, status)
    key = business.api_key()
    connections.replace_secret(business.reach, connection.public_id, key=key)
    stored = fresh(connection)
    assert (stored.secret(), stored.status, stored.human_action, stored.tries) == (key, ConnectionStatus.ACTIVE, "", 0)
    assert (stored.due_at, stored.token_sealed, stored.auth_failures) == (timezone.now(), "", 0)
    assert AuditEntry.objects.filter(verb=Verb.CONNECTION_REPLACED).exists()


def test_a_key_that_does_not_work_replaces_nothing(business):
    connection = business.connect_datacash()
    with pytest.raises(ConnectionRefused):
        connections.replace_secret(business.reach, connection.public_id, key="unknown")
    assert fresh(connection).secret() == connection.secret()


def test_a_key_of_another_partita_iva_replaces_nothing(business):
    """Trap 17, later on."""
    connection, other = business.connect_datacash(), business.datacash(OTHER_VAT_NUMBER)
    with pytest.raises(ConnectionRefused) as caught:
        connections.replace_secret(
            business.reach, connection.public_id, key=other["key"], credentials=other["credentials"]
        )
    assert list(caught.value.errors) == ["vat_number"]


def test_credentials_stay_when_only_the_key_is_replaced(business):
    connection = business.connect_datacash()
    business.sandbox.datacash.deactivate_key(connection.secret())
    key = business.sandbox.datacash.make_key(VAT_NUMBER)
    connections.replace_secret(business.reach, connection.public_id, key=key)
    assert (fresh(connection).secret(), fresh(connection).credentials()) == (key, connection.credentials())


@pytest.mark.parametrize("status", [ConnectionStatus.PAUSED, ConnectionStatus.STOPPED])
@pytest.mark.parametrize("provider", ["kassandro", "datacash"])
def test_a_try_that_works_lets_a_connection_go_on(business, provider, status):
    connection = business.connect_kassandro() if provider == "kassandro" else business.connect_datacash()
    stop(connection, status)
    tried = connections.try_connection(business.reach, connection.public_id)
    assert (tried.status, tried.human_action, tried.status_reason) == (ConnectionStatus.ACTIVE, "", "")
    assert (tried.due_at, tried.tries) == (timezone.now(), 0)
    entry = AuditEntry.objects.filter(verb=Verb.CONNECTION_RESUMED).get()
    assert (entry.before, entry.after) == ({"status": status}, {"status": "ACTIVE"})


def test_a_try_reads_until_when_the_licence_lasts(business):
    connection = business.connect_datacash()
    business.sandbox.datacash.renew(VAT_NUMBER, "2029-01-31")
    assert connections.try_connection(business.reach, connection.public_id).licence_ends_on == date(2029, 1, 31)
    assert not AuditEntry.objects.filter(verb=Verb.CONNECTION_RESUMED).exists()


def test_a_try_that_fails_says_why_and_leaves_it_stopped(business):
    connection = business.connect_datacash()
    business.sandbox.datacash.set_taxpayer(VAT_NUMBER, "expired")
    stop(connection, ConnectionStatus.STOPPED)
    with pytest.raises(ConnectionRefused, match="password"):
        connections.try_connection(business.reach, connection.public_id)
    assert fresh(connection).status == ConnectionStatus.STOPPED


def test_a_try_of_an_active_connection_notes_what_is_wrong(business):
    connection = business.connect_datacash()
    business.sandbox.datacash.lapse(VAT_NUMBER)
    with pytest.raises(ConnectionRefused, match="licence"):
        connections.try_connection(business.reach, connection.public_id)
    assert fresh(connection).status == ConnectionStatus.PAUSED


def test_what_is_removed_has_no_secret_and_is_not_found_again(business):
    connection = business.connect_datacash()
    connections.set_webhook(business.reach, connection.public_id)
    connections.remove_connection(business.reach, connection.public_id, reason="sold the bar")
    stored = fresh(connection)
    sealed = (stored.secret_sealed, stored.credentials_sealed, stored.token_sealed, stored.webhook_digest)
    assert (stored.status, sealed, stored.key_hint) == (ConnectionStatus.REVOKED, ("", "", "", ""), connection.key_hint)
    with pytest.raises(Connection.DoesNotExist):
        connections.try_connection(business.reach, connection.public_id)
    assert business.sandbox.datacash.keys(VAT_NUMBER)
    assert AuditEntry.objects.filter(verb=Verb.CONNECTION_REMOVED).get().reason == "sold the bar"


def test_files_have_nothing_to_try_or_replace(business):
    files = connections.connect_files(business.reach, name="Cloud")
    for call in (connections.try_connection, lambda *where: connections.replace_secret(*where, key="k")):
        with pytest.raises(ConnectionRefused):
            call(business.reach, files.public_id)
    with pytest.raises(ConnectionRefused):
        connections.set_webhook(business.reach, files.public_id)


def test_a_webhook_has_256_bits_and_only_its_digest_is_kept(business):
    connection = business.connect_datacash()
    path = connections.set_webhook(business.reach, connection.public_id)
    token = path.removeprefix("/webhooks/datacash/").rstrip("/")
    assert len(token) >= 43
    assert Connection.objects.get(webhook_digest=webhook_digest(token)) == connection
    assert token not in str(Connection.objects.values_list().get())
    assert token not in str(list(AuditEntry.objects.values_list("after", "before")))


def test_a_new_webhook_ends_the_old_one_and_a_removed_one_is_gone(business):
    connection = business.connect_datacash()
    paths = {connections.set_webhook(business.reach, connection.public_id) for _ in range(2)}
    assert len(paths) == 2
    connections.remove_webhook(business.reach, connection.public_id)
    assert fresh(connection).webhook_digest == ""


def test_what_stands_elsewhere_is_not_found(business):
    connection = business.connect_kassandro(ConnectionKind.REGISTER)
    business.organization.pk += 1000
    with pytest.raises(Connection.DoesNotExist):
        connections.try_connection(business.reach, connection.public_id)
