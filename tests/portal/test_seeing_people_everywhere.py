"""People over all organizations: everybody in reach whose organization's people one administers, and nobody else."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from organizations.choices import Preset, Scope
from organizations.models import Grant, User
from tests.cast import ALWAYS, Cast, allow
from tests.portal.people import grant, team
from tests.portal.sales import only, signed_in, url


@pytest.fixture
def petra(cast: Cast) -> Client:
    return signed_in(cast.petra)


def names(client: Client, **params: str) -> list[str]:
    html = client.get("/people/", params).content.decode()
    return re.findall(r'<th scope="row" class="k-wrap"><span class="k-medium">([^<]+)</span>', html)


def test_everybody_in_reach_is_listed_with_where_they_stand(cast, petra):
    field = team(cast.maker, "Field service", cast.stranger)
    grant(field, cast.maker, Preset.VIEWER)
    assert names(petra) == ["Mio", "Petra", "Stranger", "Viktor"]
    html = petra.get("/people/").content.decode()
    assert url("person", cast.shop, cast.mio.public_id) in html
    assert "team Field service" in html
    assert "Fremde Kassen" not in html


def test_people_of_one_organization_see_nobody_above_or_beside(cast):
    assert names(signed_in(cast.mio)) == ["Mio"]
    assert names(signed_in(cast.hanna)) == ["Hanna"]


def test_it_can_be_searched_and_narrowed_to_an_organization(cast, petra):
    assert names(petra, q="GASTHAUS") == ["Mio"]
    assert names(petra, at=str(cast.maker.public_id)) == ["Petra", "Viktor"]
    assert names(petra, at=str(cast.elsewhere.public_id)) == []
    assert "Fremde Kassen" not in petra.get("/people/", {"at": str(cast.elsewhere.public_id)}).content.decode()


def test_without_user_administration_anywhere_it_is_empty_and_says_who_can_help(cast):
    only(cast.viewer, cast.maker, Scope.ORGANIZATIONS)
    client = signed_in(cast.viewer)
    assert names(client) == []
    assert "You administer the people of no organization." in client.get("/people/").content.decode()


def test_it_costs_as_many_queries_for_thousand_people_as_for_five(cast, petra):
    def asked() -> int:
        with CaptureQueriesContext(connection) as found:
            petra.get("/people/")
        return len(found)

    role = allow(cast.stranger, cast.maker, Scope.TRANSACTIONS).role
    petra.get("/people/")
    few = asked()
    people = User.objects.bulk_create(User(email=f"p{n}@many.example", name=f"Person {n:04}") for n in range(1000))
    Grant.objects.bulk_create(Grant(user=each, organization=cast.maker, role=role, since=ALWAYS) for each in people)
    assert asked() == few
    assert few <= 18
    assert "1–50 of 1004" in petra.get("/people/").content.decode()
