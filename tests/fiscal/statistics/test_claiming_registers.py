"""A register is read through one connection at a time, whoever comes first and however it is connected."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.db import connections as databases
from django.utils import timezone

from fiscal import services
from fiscal.choices import ConnectionKind, ConnectionStatus
from fiscal.models import Connection, FillDay, Receipt, Register, SerialClaim
from fiscal.services import connections, fills
from fiscal.statistics.shapes import SourceRegister
from organizations.access import system_reach
from tests.fiscal.statistics import books
from tests.fiscal.statistics.books import sale, turnover
from tests.fiscal.statistics.shelf import Shelf

ONE = timedelta(days=1)


@pytest.fixture
def branch(connection):
    return books.make_organization("Filiale", parent=connection.organization)


def read(made: Connection) -> None:
    Connection.objects.filter(pk=made.pk).update(due_at=timezone.now())
    services.read_connection(made.pk)


def removed(made: Connection) -> None:
    reach = system_reach(made.organization, reason="a test")
    connections.remove_connection(reach, made.public_id, reason="moved")


@pytest.mark.django_db(transaction=True)
def test_two_first_reads_at_once_add_a_register_once(shared_database, monkeypatch):
    shelf, together = Shelf(registers_listed=[SourceRegister("1", "Kassa 1", "KASSE-7")]), threading.Barrier(2)
    shelf.put(sale(timezone.localdate() - ONE, 100))
    home = books.make_organization("Bäckerei Huber")
    pair = [books.make_connection(home), books.make_connection(home)]

    class Meeting(Shelf):
        def registers(self):
            together.wait(timeout=20)
            return shelf.registers()

    meeting = Meeting(registers_listed=shelf.registers_listed, held=shelf.held)
    monkeypatch.setattr(fills, "source_for", lambda _connection: meeting)

    usual = databases["default"]

    def work(made: Connection) -> None:
        databases["default"] = usual.__class__(usual.settings_dict, "default")
        try:
            services.read_connection(made.pk)
        finally:
            databases["default"].close()

    threads = [threading.Thread(target=work, args=(made,)) for made in pair]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    register = Register.objects.get()
    assert turnover() == 100
    assert Receipt.objects.count() == 1
    (other,) = [made for made in Connection.objects.all() if made.pk != register.connection_id]
    assert other.passed_over == [["KASSE-7", "Kassa 1"]]
    assert (other.status, other.error_text) == (ConnectionStatus.ACTIVE, "")


def test_a_token_of_a_register_that_the_account_reads_adds_nothing(shelf, turn, today, connection, branch):
    shelf.registers_listed = [SourceRegister("1", "Kassa 1", "KASSE-7")]
    shelf.put(sale(today - ONE, 100))
    turn()
    own = books.make_connection(branch, kind=ConnectionKind.REGISTER)
    shelf.registers_listed = [SourceRegister("only", "Kassa", "KASSE-7")]
    read(own)
    assert Register.objects.get().connection == connection
    own.refresh_from_db()
    assert own.passed_over == [["KASSE-7", "Kassa"]]


def test_what_the_account_lists_no_more_is_read_by_the_other_and_goes_on(shelf, turn, today, clock, connection):
    """Moved from one account to another: as another register its last days would count twice."""
    shelf.registers_listed = [SourceRegister("1", "Kassa 1", "KASSE-7")]
    shelf.put(sale(today - ONE, 100), sale(today - 9 * ONE, 50))
    turn()
    other = books.make_connection(connection.organization)
    read(other)
    shelf.registers_listed = [SourceRegister("2", "Kassa 2", "KASSE-8")]
    turn(hours=1)
    shelf.registers_listed = [SourceRegister("3", "Kassa 1", "KASSE-7")]
    shelf.held["3"] = shelf.held["1"]
    clock.shift(timedelta(hours=1))
    read(other)
    moved = Register.objects.get(serial="KASSE-7")
    assert (moved.connection, moved.remote_id, moved.gone_at) == (other, "3", None)
    assert turnover() == 150
    other.refresh_from_db()
    assert other.passed_over == []


def test_a_register_that_gets_another_number_in_its_account_goes_on(shelf, turn, today, connection):
    shelf.registers_listed = [SourceRegister("1", "Kassa 1", "KASSE-7")]
    shelf.put(sale(today - ONE, 100))
    turn()
    shelf.registers_listed = [SourceRegister("4", "Kassa 1", "KASSE-7")]
    shelf.held["4"] = shelf.held["1"]
    turn(hours=1)
    assert Register.objects.get().remote_id == "4"
    assert turnover() == 100


def test_one_that_comes_back_while_others_read_it_stays_gone(shelf, turn, clock, connection, branch):
    shelf.registers_listed = [SourceRegister("1", "Kassa 1", "KASSE-7"), SourceRegister("2", "Kassa 2", "KASSE-8")]
    turn()
    both = shelf.registers_listed
    shelf.registers_listed = both[1:]
    turn(hours=1)
    own = books.make_connection(branch, kind=ConnectionKind.REGISTER)
    shelf.registers_listed = [SourceRegister("only", "Kassa", "KASSE-7")]
    read(own)
    shelf.registers_listed = both
    turn(hours=1)
    assert connection.registers.get(serial="KASSE-7").gone_at is not None
    assert own.registers.get().gone_at is None


def test_below_its_parent_it_counts_from_the_day_after_the_last_one_that_was_read(
    shelf, turn, today, clock, connection, branch
):
    """The earlier days stay the parent's: nobody below has them, and they do not count twice."""
    shelf.registers_listed = [SourceRegister("1", "Kassa 1", "KASSE-7")]
    shelf.put(*(sale(today - n * ONE, 100) for n in range(10)))
    turn()
    assert turnover() == 1_000
    removed(connection)
    own = books.make_connection(branch, kind=ConnectionKind.REGISTER)
    shelf.registers_listed = [SourceRegister("only", "Kassa", "KASSE-7")]
    shelf.held["only"] = shelf.held["1"]
    read(own)
    assert turnover() == 1_000
    register = own.registers.get()
    assert (register.counts_from, register.read_from) == (today + ONE, today + ONE)
    assert not FillDay.objects.filter(register=register).exists()

    clock.shift(ONE)
    shelf.put(sale(today + ONE, 7), register="only")
    read(own)
    assert turnover() == 1_007
    assert turnover(organization=branch) == 7


def test_past_sales_of_days_that_count_elsewhere_are_not_read_again(shelf, turn, today, clock, connection, branch):
    shelf.registers_listed = [SourceRegister("1", "Kassa 1", "KASSE-7")]
    shelf.put(sale(today - 3 * ONE, 100))
    turn()
    removed(connection)
    own = books.make_connection(branch, kind=ConnectionKind.REGISTER)
    shelf.registers_listed = [SourceRegister("only", "Kassa", "KASSE-7")]
    shelf.held["only"] = shelf.held["1"]
    clock.shift(2 * ONE)
    read(own)
    services.start_backfill(system_reach(branch, reason="a test"), own.public_id, first_day=today - timedelta(days=100))
    clock.shift(timedelta(minutes=10))
    read(own)
    read(own)
    assert turnover() == 100
    assert own.backfills.get().state == "DONE"
    register = own.registers.get()
    assert register.read_from == today + ONE
    assert not FillDay.objects.filter(register=register, day__lte=today).exists()


def test_whoever_removes_a_connection_frees_its_registers(shelf, turn, connection):
    shelf.registers_listed = [SourceRegister("1", "Kassa 1", "KASSE-7")]
    turn()
    assert SerialClaim.objects.get().connection == connection
    removed(connection)
    assert not SerialClaim.objects.exists()
