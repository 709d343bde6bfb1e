"""A zero byte in an address or a form: PostgreSQL holds no such text, so it is refused before anything asks for it."""

from __future__ import annotations

import pytest
from django.test import Client

from fiscal.models import Shop
from organizations.models import AuditEntry
from tests.fiscal.statistics.books import make_shop
from tests.portal.sales import signed_in, url

ADDRESSES = ("/registers/?q=%00", "/connections/?q=a%00b", "/organizations/?q=%00", "/statistics/?article=%00")


@pytest.fixture
def petra(cast) -> Client:
    return signed_in(cast.petra)


@pytest.mark.parametrize("address", ADDRESSES)
def test_in_an_address_it_is_a_bad_request(petra, address):
    assert petra.get(address.replace("%00", "x")).status_code == 200
    assert petra.get(address).status_code == 400


def test_in_a_form_it_is_a_bad_request_and_changes_nothing(cast, petra):
    shop, before = make_shop(cast.shop, "Yard"), AuditEntry.objects.count()
    sent = {"typed_name": "Yard", "reason": "moved\x00"}
    assert petra.post(url("shop_close", cast.shop, shop.public_id), sent).status_code == 400
    assert Shop.objects.get(pk=shop.pk).closed_at is None
    assert AuditEntry.objects.count() == before


def test_a_delivery_is_judged_by_its_own_door(cast):
    answer = Client().post("/webhooks/datacash/nothing/", b"\x00", content_type="application/x-www-form-urlencoded")
    assert answer.status_code == 404
