"""Shops: adding, changing, closing and opening again."""

from __future__ import annotations

import pytest
from django.test import Client
from django.utils import timezone

from fiscal.models import Shop
from organizations.choices import Level, Scope, Verb
from organizations.models import AuditEntry, Organization
from tests.fiscal.statistics.books import make_register, make_shop
from tests.portal.sales import days_ago, only, signed_in, url

FACTS = {"name": "Hauptplatz", "number": "HH-0417", "address": "Hauptplatz 1, 4020 Linz"}


@pytest.fixture
def petra(cast) -> Client:
    return signed_in(cast.petra)


def test_a_shop_is_added_and_listed_with_its_number(cast, petra):
    assert petra.post(url("shop_new", cast.shop), FACTS).status_code == 303
    page = petra.get(url("shops", cast.shop)).content.decode()
    assert "HH-0417" in page
    assert AuditEntry.objects.get(verb=Verb.SHOP_ADDED).after == FACTS


def test_a_main_organization_sees_the_shops_below_it_and_no_other(cast, petra):
    make_shop(cast.shop, "Mio's")
    make_shop(cast.elsewhere, "Foreign")
    page = petra.get(url("shops", cast.maker)).content.decode()
    assert "Mio&#x27;s" in page
    assert "Foreign" not in page
    assert "Mio&#x27;s" not in petra.get(url("shops", cast.sibling)).content.decode()


def test_two_shops_of_one_name_are_refused_at_the_field(cast, petra):
    make_shop(cast.shop, "Hauptplatz")
    answer = petra.post(url("shop_new", cast.shop), FACTS)
    assert answer.status_code == 422
    assert "has a shop of this name already" in answer.content.decode()
    assert 'value="HH-0417"' in answer.content.decode()
    assert petra.post(url("shop_new", cast.sibling), FACTS).status_code == 303


def test_a_retired_organization_gets_no_shop(cast, petra):
    Organization.objects.filter(pk=cast.shop.pk).update(retired_at=timezone.now())
    assert url("shop_new", cast.shop) not in petra.get(url("shops", cast.shop)).content.decode()
    assert petra.post(url("shop_new", cast.shop), FACTS).status_code == 422
    assert not Shop.objects.exists()


def test_changing_a_shop_records_what_was_before(cast, petra):
    shop = make_shop(cast.shop, "Old")
    assert petra.post(url("shop_edit", cast.shop, shop.public_id), FACTS).status_code == 303
    shop.refresh_from_db()
    assert shop.number == "HH-0417"
    assert AuditEntry.objects.get(verb=Verb.SHOP_CHANGED).before == {"name": "Old", "number": "", "address": ""}


@pytest.mark.parametrize("proof", [{}, {"typed_name": "Yard"}, {"typed_name": "yard", "reason": "sold"}])
def test_a_shop_is_not_closed_without_its_name_and_a_reason(cast, petra, proof):
    shop = make_shop(cast.shop, "Yard")
    assert petra.post(url("shop_close", cast.shop, shop.public_id), proof).status_code == 422
    shop.refresh_from_db()
    assert shop.closed_at is None


def test_a_shop_with_a_register_in_it_is_not_closed_but_an_empty_one_is(cast, petra):
    shop = make_shop(cast.shop, "Yard")
    register = make_register(cast.shop, shop=shop)
    proof = {"typed_name": "Yard", "reason": "sold"}
    answer = petra.post(url("shop_close", cast.shop, shop.public_id), proof)
    assert answer.status_code == 422
    assert "1 register stands here: move it first." in answer.content.decode()
    register.placements.update(until_day=days_ago(1))
    assert petra.post(url("shop_close", cast.shop, shop.public_id), proof).status_code == 303
    shop.refresh_from_db()
    assert shop.closed_at is not None
    assert AuditEntry.objects.get(verb=Verb.SHOP_CLOSED).reason == "sold"


def test_a_closed_shop_can_be_opened_again(cast, petra):
    shop = make_shop(cast.shop, "Yard")
    petra.post(url("shop_close", cast.shop, shop.public_id), {"typed_name": "Yard", "reason": "mistake"})
    assert "Yard" in petra.get(url("shops", cast.shop), {"state": "closed"}).content.decode()
    assert petra.post(url("shop_reopen", cast.shop, shop.public_id)).status_code == 303
    assert Shop.objects.get().closed_at is None


def test_who_may_only_look_changes_nothing_and_sees_no_buttons(cast):
    shop = make_shop(cast.shop, "Yard")
    only(cast.viewer, cast.maker, Scope.CLIENTS, Level.VIEW)
    viewer = signed_in(cast.viewer)
    assert url("shop_close", cast.shop, shop.public_id) not in viewer.get(url("shops", cast.shop)).content.decode()
    assert viewer.post(url("shop_new", cast.shop), FACTS).status_code == 403
    assert viewer.post(url("shop_edit", cast.shop, shop.public_id), FACTS).status_code == 403
    assert list(Shop.objects.values_list("name", flat=True)) == ["Yard"]


def test_another_tenants_shop_is_not_there(cast, petra):
    foreign = make_shop(cast.elsewhere, "Foreign")
    assert petra.get(url("shop_edit", cast.maker, foreign.public_id)).status_code == 404
    assert petra.post(url("shop_close", cast.maker, foreign.public_id), {}).status_code == 404
    assert petra.post(url("shop_reopen", cast.maker, foreign.public_id)).status_code == 404
