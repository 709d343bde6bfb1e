"""The database itself refuses to change, remove or overwrite what was recorded."""

from __future__ import annotations

import threading

import pytest
from django.core.management import call_command
from django.db import DatabaseError, IntegrityError, connection, connections, transaction

from organizations.access import system_reach
from organizations.audit import hold, record
from organizations.choices import Verb
from organizations.models import AuditChain, AuditEntry, Organization, User
from tests.flushing import record_chain
from tests.organizations.touched import company, row, verify, write


@pytest.fixture
def firm(db) -> Organization:
    firm = company()
    write(firm, 3, by="Petra")
    return firm


def refused(sql: str, *parameters: object) -> None:
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        with pytest.raises(IntegrityError, match="the record only grows"), transaction.atomic():
            cursor.execute(sql, parameters)


@pytest.mark.parametrize("column", ["reason", "number", "digest", "actor_name"])
def test_no_entry_is_ever_changed(firm, column):
    value = 99 if column == "number" else "another"
    refused(f"UPDATE organizations_auditentry SET {column} = %s", value)
    assert verify()[0] == 0


def test_no_entry_is_ever_removed(firm):
    refused("DELETE FROM organizations_auditentry")
    refused("DELETE FROM organizations_auditentry WHERE organization_id = %s AND number = 1", firm.pk)
    with pytest.raises(IntegrityError), transaction.atomic():
        row(firm, 3).delete()
    assert AuditEntry.objects.filter(organization=firm).count() == 3


def test_no_entry_is_written_over(firm):
    if connection.vendor == "postgresql":
        refused("TRUNCATE organizations_auditentry CASCADE")
        return
    columns = ", ".join(field.column for field in AuditEntry._meta.concrete_fields)
    refused(
        f"INSERT OR REPLACE INTO organizations_auditentry ({columns}) SELECT {columns} FROM organizations_auditentry"
    )


def test_a_number_is_given_once(firm):
    entry = row(firm, 3).get()
    entry.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        entry.save(force_insert=True)


def test_who_did_something_can_leave_and_the_record_stays(firm):
    User.objects.get(name="Petra").delete()
    assert set(AuditEntry.objects.values_list("actor_name", flat=True)) == {"Petra"}
    assert verify()[0] == 0


def test_an_organization_with_a_record_is_never_deleted(firm):
    with pytest.raises(DatabaseError), transaction.atomic():
        firm.delete()


def test_the_triggers_stand_after_all_migrations(db):
    """A migration that rebuilds the table on SQLite drops them silently."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT tgname FROM pg_trigger WHERE tgname LIKE 'organizations_record_%%'")
        else:
            cursor.execute(
                "SELECT name FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'organizations_record_%%'"
            )
        names = {name for (name,) in cursor.fetchall()}
    third = "truncate" if connection.vendor == "postgresql" else "replace"
    assert names == {f"organizations_record_{one}" for one in ("update", "delete", third)}


def test_an_entry_belongs_to_a_transaction(transactional_db):
    firm = company()
    with pytest.raises(RuntimeError, match="into the transaction of its change"):
        record(system_reach(firm, reason="a test"), Verb.TRIED_AGAIN, firm)


def test_what_is_rolled_back_leaves_no_gap(transactional_db):
    firm = company()
    with transaction.atomic():
        write(firm, 2)
    with transaction.atomic():
        write(firm, 1)
        transaction.set_rollback(True)
    with transaction.atomic():
        write(firm, 2)
    assert list(AuditEntry.objects.order_by("number").values_list("number", flat=True)) == [1, 2, 3, 4]
    assert verify()[0] == 0


THREADS, EACH = 20, 10


@pytest.mark.slow
def test_two_hundred_entries_written_at_once_never_fork(shared_database):
    """Twenty writers, ten entries each, into the same new record."""
    firm, failures = company(), []
    start = threading.Barrier(THREADS)

    def add() -> None:
        start.wait()
        try:
            for _ in range(EACH):
                with transaction.atomic():
                    record(system_reach(firm, reason="a race"), Verb.TRIED_AGAIN, firm)
        except Exception as error:  # noqa: BLE001 - whatever it is, the test shall say it
            failures.append(repr(error))
        finally:
            connections.close_all()

    _together(add)
    assert failures == []
    numbers = list(AuditEntry.objects.order_by("number").values_list("number", flat=True))
    assert numbers == list(range(1, THREADS * EACH + 1))
    assert AuditChain.objects.get(organization=firm).number == THREADS * EACH
    assert verify()[0] == 0


@pytest.mark.slow
def test_two_records_in_one_transaction_never_deadlock(shared_database):
    """Half of the writers name the two organizations the other way round; `hold` locks them in one order."""
    one, other, failures, turn = company("Eine GmbH"), company("Andere GmbH"), [], iter(range(THREADS))

    def add() -> None:
        pair = [one, other] if next(turn) % 2 else [other, one]
        try:
            for _ in range(EACH):
                with transaction.atomic():
                    hold(*pair)
                    for firm in pair:
                        record(system_reach(firm, reason="a race"), Verb.TRIED_AGAIN, firm)
        except Exception as error:  # noqa: BLE001 - as above
            failures.append(repr(error))
        finally:
            connections.close_all()

    _together(add)
    assert failures == []
    assert verify()[0] == 0
    assert set(AuditChain.objects.values_list("number", flat=True)) == {THREADS * EACH}


def _together(work) -> None:
    """Each thread with a connection of its own to the same database."""
    usual = connections["default"]

    def connected() -> None:
        connections["default"] = usual.__class__(dict(usual.settings_dict), "default")
        work()

    threads = [threading.Thread(target=connected) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)


def test_flush_is_refused_to_everybody_but_the_tests(transactional_db, monkeypatch):
    write(company(), 1)
    with monkeypatch.context() as unhelped:
        unhelped.setattr(record_chain, "statements", lambda vendor, drop=False: [])
        with pytest.raises(Exception, match="couldn't be flushed"):
            call_command("flush", interactive=False, verbosity=0)
    assert AuditEntry.objects.count() == 1
