"""Devices whose sales arrive in files: added by hand, once each, and nowhere else."""

from __future__ import annotations

import pytest
from django.test import Client

from fiscal.choices import ConnectionKind
from fiscal.models import Connection, Placement, Register
from organizations.choices import Verb
from organizations.models import AuditEntry
from tests.fiscal.statistics.books import make_connection, make_shop
from tests.portal.sales import days_ago, signed_in, url


@pytest.fixture
def petra(cast) -> Client:
    return signed_in(cast.petra)


@pytest.fixture
def files(cast) -> Connection:
    return make_connection(cast.shop, country="ITA", kind=ConnectionKind.FILES, vat_number="", name="Files of Mio")


def typed(name: str = "iPad cassa", shop: object = "") -> dict[str, object]:
    return {"name": name, "shop": shop, "from_day": f"{days_ago(90):%Y-%m-%d}"}


def test_a_device_stands_in_its_shop_from_its_first_day_of_sales(cast, petra, files):
    shop = make_shop(cast.shop, "Via Roma")
    answer = petra.post(url("device_new", cast.shop, files.public_id), typed(shop=shop.public_id))
    device = Register.objects.get()
    assert answer["Location"] == url("register", cast.shop, device.public_id)
    assert (device.name, device.time_zone, device.country_code) == ("iPad cassa", "Europe/Rome", "ITA")
    placement = Placement.objects.get()
    assert (placement.shop, placement.from_day, placement.placed_by) == (shop, days_ago(90), cast.petra)
    assert AuditEntry.objects.get(verb=Verb.REGISTER_ADDED).subject_id == device.public_id


def test_the_same_device_is_not_added_twice(cast, petra, files):
    petra.post(url("device_new", cast.shop, files.public_id), typed())
    answer = petra.post(url("device_new", cast.shop, files.public_id), typed())
    assert answer.status_code == 422
    assert "a device of this name already" in answer.content.decode()
    assert Register.objects.count() == 1


def test_where_a_key_reads_devices_are_not_added_by_hand(cast, petra):
    key = make_connection(cast.shop, country="ITA")
    answer = petra.post(url("device_new", cast.shop, key.public_id), typed())
    assert answer.status_code == 422
    assert "only where sales arrive in files" in answer.content.decode()
    assert not Register.objects.exists()


def test_a_shop_of_somebody_else_is_not_offered_nor_taken(cast, petra, files):
    foreign = make_shop(cast.elsewhere, "Foreign")
    assert petra.post(url("device_new", cast.shop, files.public_id), typed(shop=foreign.public_id)).status_code == 422
    assert petra.get(url("device_new", cast.elsewhere, files.public_id)).status_code == 404
    assert not Register.objects.exists()


def test_another_tenants_connection_is_not_there(cast, petra):
    foreign = make_connection(cast.elsewhere, country="ITA", kind=ConnectionKind.FILES, vat_number="")
    assert petra.get(url("device_new", cast.maker, foreign.public_id)).status_code == 404
    assert petra.post(url("device_new", cast.maker, foreign.public_id), typed()).status_code == 404
