"""Saying what payment methods mean: unmapped first with what they are worth, saved at once, for equal names together."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from fiscal.choices import PaymentCategory
from fiscal.models import DirtyTree, PaymentMethod, Register, TreePayment
from fiscal.statistics.rollup import roll_up
from organizations.choices import Level, Scope, Verb
from organizations.models import AuditEntry
from tests.fiscal.statistics.books import make_connection, make_register, sale, sell
from tests.portal.sales import days_ago, only, signed_in, today, url


@pytest.fixture
def petra(cast) -> Client:
    return signed_in(cast.petra)


@pytest.fixture
def registers(cast) -> list[Register]:
    """Two of one customer's: BARZAHLUNG and Barzahlung, a card, and a method that was not used lately."""
    home = make_connection(cast.maker)
    one, two = (make_register(place, connection=home) for place in (cast.maker, cast.shop))
    sell(one, days_ago(1), [sale(days_ago(1), 6000, payments=[("BARZAHLUNG", 6000)])])
    sell(one, days_ago(2), [sale(days_ago(2), 3000, payments=[("Maestro", 3000)])])
    sell(two, today(), [sale(today(), 1000, payments=[("Barzahlung ", 1000)])])
    PaymentMethod.objects.create(
        organization=two.organization, register=two, name="Gutscheinkonto", category=PaymentCategory.VOUCHER
    )
    return [one, two]


def method(register: Register, name: str) -> PaymentMethod:
    return PaymentMethod.objects.get(register=register, name=name)


def field(register: Register, name: str) -> str:
    return f"category-{method(register, name).pk}"


def test_unmapped_ones_come_first_with_their_share_of_the_turnover(cast, petra, registers):
    html = petra.get(url("payment_methods", cast.maker)).content.decode()
    places = [html.index(name) for name in ("BARZAHLUNG", "Maestro", "Barzahlung ", "Gutscheinkonto")]
    assert places == sorted(places)
    assert re.findall(r"\d+\.\d %(?=</td>)", html) == ["60.0 %", "30.0 %", "10.0 %", "0.0 %"]
    assert "3 unmapped" in html
    assert "100.0 % of the turnover" in html


def test_a_managed_organization_has_only_its_own(cast, petra, registers):
    html = petra.get(url("payment_methods", cast.shop)).content.decode()
    assert "Maestro" not in html
    assert "Gutscheinkonto" in html


def test_many_are_saved_at_once_each_register_with_its_own_entry(cast, petra, registers):
    one, two = registers
    chosen = {
        field(one, "BARZAHLUNG"): "CASH",
        field(one, "Maestro"): "CARD",
        field(two, "Barzahlung "): "UNMAPPED",
        field(two, "Gutscheinkonto"): "VOUCHER",
    }
    assert petra.post(url("payment_methods_map", cast.maker), chosen).status_code == 303
    assert method(one, "BARZAHLUNG").category == PaymentCategory.CASH
    assert method(one, "Maestro").mapped_by == cast.petra
    assert method(two, "Barzahlung ").category == PaymentCategory.UNMAPPED
    entry = AuditEntry.objects.get(verb=Verb.METHOD_MAPPED)
    assert entry.subject_id == one.public_id
    assert entry.before == {"BARZAHLUNG": "UNMAPPED", "Maestro": "UNMAPPED"}
    assert entry.after == {"BARZAHLUNG": "CASH", "Maestro": "CARD"}


def test_the_same_name_is_mapped_at_every_register_however_it_is_written(cast, petra, registers):
    one, two = registers
    chosen = {field(one, "BARZAHLUNG"): "CASH", field(two, "Barzahlung "): "UNMAPPED", "same_name": "yes"}
    petra.post(url("payment_methods_map", cast.maker), chosen)
    assert method(two, "Barzahlung ").category == PaymentCategory.CASH
    assert method(one, "Maestro").category == PaymentCategory.UNMAPPED


def test_two_different_choices_for_one_name_both_stand(cast, petra, registers):
    one, two = registers
    chosen = {field(one, "BARZAHLUNG"): "CASH", field(two, "Barzahlung "): "OTHER", "same_name": "yes"}
    petra.post(url("payment_methods_map", cast.maker), chosen)
    assert method(one, "BARZAHLUNG").category == PaymentCategory.CASH
    assert method(two, "Barzahlung ").category == PaymentCategory.OTHER


def test_the_sums_over_the_tree_follow(cast, petra, registers):
    one, _two = registers
    petra.post(url("payment_methods_map", cast.maker), {field(one, "BARZAHLUNG"): "CASH"})
    assert set(DirtyTree.objects.values_list("head", "day")) == {(cast.maker.pk, days_ago(1))}
    roll_up(now=timezone.now())
    assert TreePayment.objects.get(head=cast.maker, name="BARZAHLUNG").category == PaymentCategory.CASH


def test_nothing_is_recorded_where_nothing_changed(cast, petra, registers):
    _one, two = registers
    petra.post(url("payment_methods_map", cast.maker), {field(two, "Gutscheinkonto"): "VOUCHER"})
    assert not AuditEntry.objects.filter(verb=Verb.METHOD_MAPPED).exists()
    assert not DirtyTree.objects.exists()


def test_an_invented_meaning_changes_nothing(cast, petra, registers):
    one, _two = registers
    chosen = {field(one, "BARZAHLUNG"): "CASH", field(one, "Maestro"): "BITCOIN"}
    assert petra.post(url("payment_methods_map", cast.maker), chosen).status_code == 422
    assert method(one, "BARZAHLUNG").category == PaymentCategory.UNMAPPED


def test_another_tenants_methods_are_out_of_reach(cast, petra, registers):
    foreign = make_register(cast.elsewhere)
    sell(foreign, today(), [100])
    name = field(foreign, "BARZAHLUNG")
    assert petra.post(url("payment_methods_map", cast.maker), {name: "CASH"}).status_code == 303
    assert method(foreign, "BARZAHLUNG").category == PaymentCategory.UNMAPPED
    assert petra.get(url("payment_methods", cast.elsewhere)).status_code == 404


def test_who_may_only_look_gets_no_form_and_saves_nothing(cast, registers):
    only(cast.viewer, cast.maker, Scope.TRANSACTIONS, Level.VIEW)
    viewer = signed_in(cast.viewer)
    html = viewer.get(url("payment_methods", cast.maker)).content.decode()
    assert "<select" not in html
    assert "BARZAHLUNG" in html
    chosen = {field(registers[0], "BARZAHLUNG"): "CASH"}
    assert viewer.post(url("payment_methods_map", cast.maker), chosen).status_code == 403
    assert method(registers[0], "BARZAHLUNG").category == PaymentCategory.UNMAPPED


def test_many_methods_make_pages_and_a_name_is_mapped_on_all_of_them(cast, petra, registers):
    one, two = registers
    for n in range(30):
        PaymentMethod.objects.create(organization=one.organization, register=one, name=f"Method {n:02}")
    PaymentMethod.objects.create(organization=two.organization, register=two, name="method 29")
    html = petra.get(url("payment_methods", cast.maker), {"rows": 25, "page": 2}).content.decode()
    assert "26–35 of 35" in html
    assert "100.0 % of the turnover" in html
    petra.post(url("payment_methods_map", cast.maker), {field(one, "Method 29"): "OTHER", "same_name": "yes"})
    assert method(two, "method 29").category == PaymentCategory.OTHER
    assert PaymentMethod.objects.filter(category=PaymentCategory.OTHER).count() == 2


def test_the_number_of_queries_does_not_grow(cast, petra, registers):
    counts = []
    for more in (0, 30):
        for n in range(more):
            PaymentMethod.objects.create(
                organization=registers[n % 2].organization, register=registers[n % 2], name=f"Method {n}"
            )
        with CaptureQueriesContext(connection) as queries:
            petra.get(url("payment_methods", cast.maker))
        counts.append(len(queries))
    assert counts[0] == counts[1]
