"""A source that was removed and is connected anew: nothing counts twice, and history goes on where it was."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from fiscal import services
from fiscal.choices import ConnectionStatus
from fiscal.models import Connection, Receipt, Register
from fiscal.services import connections
from fiscal.statistics.shapes import SourceRegister
from organizations.access import system_reach
from tests.fiscal.statistics import books
from tests.fiscal.statistics.books import sale, turnover

ONE = timedelta(days=1)


@pytest.fixture
def again(connection):
    """Remove the connection and make another one, at the same organization unless told otherwise; read from it."""

    def connect(organization=None, **fields) -> Connection:
        reach = system_reach(connection.organization, reason="a test")
        connections.remove_connection(reach, connection.public_id, reason="moved")
        made = books.make_connection(organization or connection.organization, **fields)
        services.read_connection(made.pk)
        return made

    return connect


def listed(shelf, serial: str, remote_id: str = "1") -> None:
    shelf.registers_listed = [SourceRegister(remote_id, "Kassa 1", serial)]


def test_the_same_register_is_taken_over_with_its_history(shelf, turn, today, clock, connection, again):
    listed(shelf, "KASSE-7")
    shelf.put(sale(today - ONE, 100), sale(today - 9 * ONE, 50))
    turn()
    known = Register.objects.get()
    made = again()
    assert Register.objects.get() == known
    known.refresh_from_db()
    assert (known.connection, turnover()) == (made, 150)
    shelf.put(sale(today, 7))
    clock.shift(timedelta(minutes=10))
    Connection.objects.filter(pk=made.pk).update(due_at=timezone.now())
    services.read_connection(made.pk)
    assert (Receipt.objects.count(), turnover()) == (3, 157)


def test_it_is_known_by_its_kassen_id_whatever_number_the_provider_gives_it(shelf, turn, today, connection, again):
    listed(shelf, "KASSE-7")
    shelf.put(sale(today - ONE, 100))
    turn()
    listed(shelf, "KASSE-7", "2")
    shelf.held["2"] = shelf.held["1"]
    made = again()
    assert Register.objects.values_list("remote_id", "connection").get() == ("2", made.pk)
    assert turnover() == 100


def test_one_of_another_kassen_id_is_another_register(shelf, turn, connection, again):
    listed(shelf, "KASSE-7")
    turn()
    listed(shelf, "KASSE-8")
    again()
    assert Register.objects.count() == 2


def test_an_account_that_was_connected_twice_before_it_was_read_counts_once(shelf, turn, today, connection):
    """Whoever connected it second was not refused yet: nobody knew its registers."""
    other = books.make_connection(books.make_organization("Filiale", parent=connection.organization))
    listed(shelf, "KASSE-7")
    shelf.put(sale(today - ONE, 100))
    turn()
    services.read_connection(other.pk)
    assert Register.objects.get().connection == connection
    assert turnover() == 100


def test_others_read_their_own_register_of_the_same_kassen_id(shelf, turn, connection):
    listed(shelf, "KASSE-7")
    turn()
    stranger = books.make_connection(books.make_organization("Fremd GmbH"))
    services.read_connection(stranger.pk)
    assert set(Register.objects.values_list("connection", flat=True)) == {connection.pk, stranger.pk}


def test_nobody_elsewhere_gets_the_history(shelf, turn, today, connection, again):
    listed(shelf, "KASSE-7")
    shelf.put(sale(today - ONE, 100))
    turn()
    stranger = books.make_organization("Fremd GmbH")
    made = again(stranger)
    assert Register.objects.get(connection=made).organization == stranger
    assert Register.objects.get(connection=connection).organization == connection.organization
    assert Connection.objects.get(pk=connection.pk).status == ConnectionStatus.REVOKED


def test_of_a_register_that_stood_below_only_who_manages_all_its_places_takes_over(shelf, turn, connection, again):
    """Its days at the main organization are not a managed one's to have."""
    listed(shelf, "KASSE-7")
    turn()
    branch = books.make_organization("Filiale", parent=connection.organization)
    made = again(branch)
    assert Register.objects.get(connection=made).organization == branch
    assert Register.objects.count() == 2


def test_a_key_of_the_same_partita_iva_takes_over_its_register(shelf, clock, today, db):
    home = books.make_organization("Bar Centrale", country="ITA")
    reach = system_reach(home, reason="a test")
    shelf.registers_listed = [SourceRegister("12345670785", "Bar Centrale", "")]
    first = books.make_connection(home, country="ITA", vat_number="12345670785")
    services.read_connection(first.pk)
    connections.remove_connection(reach, first.public_id, reason="new key")
    second = books.make_connection(home, country="ITA", vat_number="12345670785")
    services.read_connection(second.pk)
    assert Register.objects.get().connection == second
