"""The list of connections: key, VAT number, licence end and slots in one table (S5), and who sees which."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from fiscal.choices import ConnectionStatus
from fiscal.models import Connection
from organizations.choices import Level, Scope
from tests.fiscal.statistics.books import make_connection, make_register
from tests.portal.sales import days_ago, only, signed_in, today, url


@pytest.fixture
def petra(cast) -> Client:
    return signed_in(cast.petra)


@pytest.fixture
def sources(cast) -> list[Connection]:
    """An account at the maker, a key in Mio's shop, one elsewhere."""
    account = make_connection(cast.maker, name="Kassandro all")
    key = make_connection(cast.shop, country="ITA", name="Bar Roma", vat_number="12345670785")
    return [account, key, make_connection(cast.elsewhere, name="Foreign")]


def names(client: Client, address: str, **params: str) -> list[str]:
    html = client.get(address, params).content.decode()
    return re.findall(r'<th scope="row" class="k-wrap"><a href="[^"]+">([^<]+)</a>', html)


def change(source: Connection, **fields: object) -> None:
    Connection.objects.filter(pk=source.pk).update(**fields)


def test_everything_in_reach_is_listed_and_nothing_else(cast, petra, sources):
    assert names(petra, "/connections/") == ["Bar Roma", "Kassandro all"]
    assert names(petra, url("connections", cast.maker)) == ["Bar Roma", "Kassandro all"]
    assert names(signed_in(cast.mio), "/connections/") == ["Bar Roma"]
    assert names(signed_in(cast.mio), url("connections", cast.shop)) == ["Bar Roma"]


def test_key_vat_number_licence_end_and_slots_stand_in_one_row(cast, petra, sources):
    ends = today() + timedelta(days=20)
    change(sources[1], licence_ends_on=ends, slots=5, slots_used=2, add_ons=["STANDARD"])
    html = petra.get(url("connections", cast.shop)).content.decode()
    row = re.search(r"<tbody>.*?</tbody>", html, re.DOTALL)[0]
    for words in (sources[1].key_hint, "12345670785", "within 30 days", f"{ends.day} ", "2 of 5", "standard"):
        assert words in row


def test_what_nobody_said_is_a_dash_and_what_does_not_apply_says_so(cast, petra, sources):
    html = petra.get(url("connections", cast.maker), {"kind": "ACCOUNT"}).content.decode()
    assert html.count("n/a") == 2
    key = petra.get(url("connections", cast.shop)).content.decode()
    assert "n/a" not in key
    assert '<td class="k-fig k-hide-s">–</td>' in re.sub(r"\s+(?=</td>)|(?<=>)\s+", "", key)


def test_the_secret_itself_is_on_no_page(cast, petra, sources):
    secret, credentials = sources[1].secret(), sources[1].credentials()
    for name, more in (("connections", []), ("connection", [sources[1].public_id])):
        html = petra.get(url(name, cast.shop, *more)).content.decode()
        assert secret not in html
        assert credentials not in html


def test_tabs_count_each_status_and_removed_ones_stand_apart(cast, petra, sources):
    change(sources[0], status=ConnectionStatus.STOPPED, status_reason="Password expired (03).")
    change(sources[1], status=ConnectionStatus.REVOKED)
    html = petra.get("/connections/").content.decode()
    assert names(petra, "/connections/") == ["Kassandro all"]
    assert "Password expired (03)." in html
    assert re.search(r'Needs a person <span class="k-count" data-tone="bad">1<', html)
    assert names(petra, "/connections/", status="STOPPED") == ["Kassandro all"]
    assert names(petra, "/connections/", status="REVOKED") == ["Bar Roma"]


def test_licences_that_end_soon_or_have_ended_can_be_picked(cast, petra, sources):
    change(sources[0], licence_ends_on=days_ago(3))
    change(sources[1], licence_ends_on=today() + timedelta(days=31))
    assert names(petra, "/connections/", licence="ending") == ["Kassandro all"]
    change(sources[1], licence_ends_on=today() + timedelta(days=30))
    assert names(petra, "/connections/", licence="ending", sort="licence") == ["Kassandro all", "Bar Roma"]


@pytest.mark.parametrize("q", ["roma", "12345670785", "1234567 0785", "Gasthaus"])
def test_search_finds_by_name_vat_number_and_organization(cast, petra, sources, q):
    assert names(petra, "/connections/", q=q) == ["Bar Roma"]


@pytest.mark.parametrize(
    ("sort", "first"),
    [("name", "Bar Roma"), ("-name", "Kassandro all"), ("organization", "Bar Roma"), ("-read", "Bar Roma")],
)
def test_sorting_is_done_by_the_server(cast, petra, sources, sort, first):
    change(sources[1], read_at=timezone.now())
    html = petra.get("/connections/", {"sort": sort}).content.decode()
    assert names(petra, "/connections/", sort=sort)[0] == first
    assert html.count("aria-sort=") == 1


def test_who_may_only_look_is_offered_nothing_to_press(cast, sources):
    only(cast.viewer, cast.maker, Scope.INTEGRATIONS, Level.VIEW)
    viewer = signed_in(cast.viewer)
    html = viewer.get(url("connections", cast.maker)).content.decode()
    assert "Kassandro all" in html
    assert url("connection_new", cast.maker) not in html
    page = viewer.get(url("connection", cast.maker, sources[0].public_id)).content.decode()
    assert "Try now" not in page
    assert "Replace key" not in page


def test_three_kinds_of_nothing_are_told_apart(cast, petra, sources):
    assert "No source of sales yet" in signed_in(cast.hanna).get(url("connections", cast.holding)).content.decode()
    assert "hide all 2 connections" in petra.get("/connections/", {"q": "nothing"}).content.decode()


def test_a_page_of_fifty_costs_as_many_queries_as_a_page_of_one(cast, petra, sources):
    counts = []
    for more in (0, 49):
        for n in range(more):
            make_register(cast.shop, connection=make_connection(cast.shop, name=f"More {n}"))
        with CaptureQueriesContext(connection) as queries:
            assert petra.get(url("connections", cast.maker)).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]
    assert counts[0] <= 12
