"""The inventory of API keys over all organizations in reach, and one organization's keys."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from organizations.choices import Mode
from organizations.services import disable_key, issue_key, retire_key


@pytest.fixture
def petra(cast, client: Client) -> Client:
    client.force_login(cast.petra)
    return client


def test_the_inventory_lists_keys_of_every_organization_in_reach_and_of_no_other(cast, petra):
    issue_key(cast.reach(cast.petra, cast.shop), name="till-of-shop", mode=Mode.TEST)
    issue_key(cast.reach(cast.petra, cast.maker), name="till-of-maker", mode=Mode.LIVE)
    issue_key(cast.reach(cast.stranger, cast.elsewhere), name="till-elsewhere", mode=Mode.TEST)
    page = petra.get(reverse("portal:keys")).content.decode()
    assert "till-of-shop" in page
    assert "till-of-maker" in page
    assert "Gasthaus Mio" in page
    assert "till-elsewhere" not in page


def test_filters_stand_in_the_address_and_can_be_removed_one_by_one(cast, petra):
    issue_key(cast.reach(cast.petra, cast.shop), name="till-1", mode=Mode.TEST)
    issue_key(cast.reach(cast.petra, cast.maker), name="till-2", mode=Mode.LIVE)
    page = petra.get(reverse("portal:keys"), {"mode": "LIVE", "q": "till"}).content.decode()
    assert "till-2" in page
    assert "till-1<" not in page
    assert 'href="/keys/?q=till"' in page
    assert 'href="/keys/?mode=LIVE"' in page


def test_deleted_keys_are_listed_only_when_asked_for(cast, petra):
    reach = cast.reach(cast.petra, cast.shop)
    gone, off = (issue_key(reach, name=name, mode=Mode.TEST) for name in ("till-gone", "till-off"))
    retire_key(reach, key_id=gone.public_id)
    disable_key(reach, key_id=off.public_id)
    url = reverse("portal:organization_keys", args=[cast.shop.public_id])
    assert "till-gone" not in petra.get(url).content.decode()
    assert "till-gone" in petra.get(url, {"status": "DELETED"}).content.decode()
    assert "till-off" in petra.get(url, {"status": "DISABLED"}).content.decode()
    assert "till-off" not in petra.get(url, {"status": "ENABLED"}).content.decode()


def test_a_whole_key_found_in_a_script_leads_to_its_row(cast, petra, sandbox, settle):
    issue_key(cast.reach(cast.petra, cast.shop), name="till-1", mode=Mode.TEST)
    issue_key(cast.reach(cast.petra, cast.shop), name="till-2", mode=Mode.TEST)
    settle()
    wanted = next(key for key in sandbox.objects("api_key") if key["name"] == "till-2")
    page = petra.get(reverse("portal:keys"), {"q": wanted["key"]}).content.decode()
    assert ">till-2</a>" in page
    assert ">till-1</a>" not in page


def test_a_page_of_the_list_takes_at_most_twelve_queries_however_long_it_is(cast, petra, settle):
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert petra.get(reverse("portal:keys")).status_code == 200
        return len(captured)

    reach = cast.reach(cast.petra, cast.shop)
    issue_key(reach, name="till-0", mode=Mode.TEST)
    settle()
    few = queries()
    for number in range(1, 30):
        issue_key(reach, name=f"till-{number}", mode=Mode.TEST)
    settle(rounds=40)
    assert queries() == few <= 12


def test_the_list_goes_on_after_fifty_rows(cast, petra):
    reach = cast.reach(cast.petra, cast.shop)
    for number in range(51):
        issue_key(reach, name=f"till-{number}", mode=Mode.TEST)
    first = petra.get(reverse("portal:keys"), {"mode": "TEST"}).content.decode()
    assert "1–50 of 51" in first
    assert 'href="/keys/?mode=TEST&amp;page=2"' in first
    assert "51–51 of 51" in petra.get(reverse("portal:keys"), {"mode": "TEST", "page": "2"}).content.decode()


def test_htmx_gets_the_list_alone(cast, petra):
    fragment = petra.get(reverse("portal:keys"), headers={"HX-Request": "true"}).content.decode()
    assert fragment.lstrip().startswith('<div id="keys-list"')
    assert "<html" not in fragment


def test_who_may_only_look_is_not_offered_a_new_key(cast, client):
    client.force_login(cast.viewer)
    url = reverse("portal:organization_keys", args=[cast.shop.public_id])
    new = reverse("portal:key_new", args=[cast.shop.public_id])
    assert new not in client.get(url).content.decode()
    assert client.get(new).status_code == 403
    client.force_login(cast.petra)
    assert new in client.get(url).content.decode()


def test_an_organization_out_of_reach_has_no_key_list(cast, client):
    client.force_login(cast.stranger)
    assert client.get(reverse("portal:organization_keys", args=[cast.shop.public_id])).status_code == 404
