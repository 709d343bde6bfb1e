"""A register that another connection reads already is shown where it was looked for, with where it is read."""

from __future__ import annotations

import pytest

from fiscal.models import Connection, SerialClaim
from organizations.choices import Level, Scope
from tests.cast import allow
from tests.fiscal.statistics.books import make_connection, make_register
from tests.portal.sales import days_ago, only, signed_in, url


@pytest.fixture
def second(cast) -> Connection:
    """Mio's own, of an account that Kassenwerk reads: its first round found Bar taken."""
    reading = make_connection(cast.maker, name="Kassandro all")
    SerialClaim.objects.create(head=cast.maker, provider=reading.provider, serial="KASSE-7", connection=reading)
    return make_connection(cast.shop, name="My account", passed_over=[["KASSE-7", "Bar"]])


def page(user, cast, source: Connection) -> str:
    return signed_in(user).get(url("connection", cast.shop, source.public_id)).content.decode()


def test_who_reaches_it_is_led_to_the_connection_that_reads_it(cast, second):
    html = page(cast.petra, cast, second)
    reading = Connection.objects.get(name="Kassandro all")
    assert "It is read already at Kassenwerk GmbH" in html
    assert url("connection", cast.maker, reading.public_id) in html
    assert "Registers appear with the first round" not in html


def test_people_of_a_managed_organization_learn_no_name_from_above(cast, second):
    html = page(cast.mio, cast, second)
    assert "It is read already by another connection." in html
    assert "KASSE-7" in html
    assert "Kassenwerk" not in html
    assert "Kassandro all" not in html


def test_who_may_not_see_connections_there_reads_only_the_organization(cast, second):
    only(cast.mio, cast.shop, Scope.INTEGRATIONS)
    allow(cast.mio, cast.maker, Scope.BILLING, level=Level.VIEW)
    html = page(cast.mio, cast, second)
    assert "It is read already at Kassenwerk GmbH." in html
    assert "Kassandro all" not in html


def test_one_that_nobody_reads_any_more_comes_with_the_next_round(cast, second):
    SerialClaim.objects.all().delete()
    assert "The next round takes it up" in page(cast.mio, cast, second)


def test_a_register_says_from_which_day_it_counts(cast):
    register = make_register(cast.shop, counts_from=days_ago(3))
    html = signed_in(cast.mio).get(url("register", cast.shop, register.public_id)).content.decode()
    assert "would count twice here" in html
