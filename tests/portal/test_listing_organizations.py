"""Listing organizations: who sees which rows, what narrows and sorts them, and what it costs."""

from __future__ import annotations

import csv
import io
import re
import sys

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from fiscal.models import Mirror
from fiscal.queries.organization_filters import OrganizationFilters, viewer
from fiscal.queries.organizations import list_organizations
from organizations.access import grant_everything, roads
from organizations.choices import Covers, Kind, Level, Origin, Scope
from organizations.models import Organization, User
from tests.cast import Cast, allow, below, person, withdraw

LIST = "/organizations/"


@pytest.fixture
def petra(cast: Cast) -> Client:
    return signed_in(cast.petra)


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def names(client: Client, **params: str) -> list[str]:
    """The names in the order of the page."""
    html = client.get(LIST, params).content.decode()
    return re.findall(r'class="k-tree-cell" href="[^"]+">([^<]+)</a>', html)


def mirror_of(organization: Organization):
    return Mirror.objects.filter(kind="ORGANIZATION", organization=organization)


def test_the_list_holds_what_the_person_reaches_and_nothing_else(cast, petra):
    assert set(names(petra)) == {
        "Kassenwerk GmbH",
        "Gasthaus Mio",
        "Café Nebenan",
        # provisioned without delegation: they belong to their own people
    }


def test_by_name_the_managed_ones_stand_indented_under_their_parent(cast, petra):
    below(cast.petra, cast.maker, "Aaa first of all")

    assert names(petra) == ["Kassenwerk GmbH", "Aaa first of all", "Café Nebenan", "Gasthaus Mio"]
    assert petra.get(LIST).content.decode().count('<th scope="row" data-level="0"') == 3


def test_a_managed_organizations_own_people_find_no_trace_of_the_parent(cast):
    html = signed_in(cast.mio).get(LIST).content.decode()

    assert names(signed_in(cast.mio)) == ["Gasthaus Mio"]
    assert "Kassenwerk" not in html
    assert str(cast.maker.public_id) not in html


def test_somebody_who_names_an_unreachable_parent_learns_nothing(cast):
    mio = signed_in(cast.mio)

    html = mio.get(LIST, {"parent": str(cast.maker.public_id)}).content.decode()

    assert names(mio, parent=str(cast.maker.public_id)) == []
    assert "Kassenwerk" not in html


@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize("column", ["name", "town", "country", "changed"])
def test_every_sorting_says_so_to_screen_readers(cast, petra, column, descending):
    html = petra.get(LIST, {"sort": f"-{column}" if descending else column}).content.decode()

    assert html.count("aria-sort=") == 1
    assert f'aria-sort="{"descending" if descending else "ascending"}"' in html


def test_sorting_by_town_sorts_by_town(cast, petra):
    Organization.objects.filter(pk=cast.sibling.pk).update(town="Zwettl")
    Organization.objects.filter(pk=cast.shop.pk).update(town="Aspern")

    assert names(petra, sort="town") == ["Gasthaus Mio", "Kassenwerk GmbH", "Café Nebenan"]
    assert names(petra, sort="-town") == ["Café Nebenan", "Kassenwerk GmbH", "Gasthaus Mio"]


def test_the_tabs_count_every_phase_and_show_only_theirs(cast, petra):
    mirror_of(cast.shop).update(parked_generation=1, applied_generation=0, error_text="no such tax office")
    mirror_of(cast.sibling).update(drifted_at=timezone.now())

    html = petra.get(LIST).content.decode()

    assert re.search(r'Refused <span class="k-count" data-tone="bad">1<', html)
    assert re.search(r'Drifted <span class="k-count" data-tone="warn">1<', html)
    assert re.search(r'All <span class="k-count">3<', html)
    assert "no such tax office" in html
    assert names(petra, phase="REFUSED") == ["Gasthaus Mio"]
    assert names(petra, phase="DRIFTED") == ["Café Nebenan"]
    assert names(petra, phase="RETRYING") == []


@pytest.mark.parametrize(
    "q",
    ["asthaus M", "GASTHAUS", "ATU 123", "atu12345678", "77 123/4567", "{remote}", "{public}", "{public_part}"],
)
def test_search_finds_by_name_ids_and_numbers(cast, petra, q):
    Organization.objects.filter(pk=cast.shop.pk).update(vat_id="ATU12345678", tax_number="77 123/4567")
    words = {
        "remote": mirror_of(cast.shop).get().remote_id,
        "public": str(cast.shop.public_id),
        "public_part": str(cast.shop.public_id)[:13],
    }

    assert names(petra, q=q.format(**words)) == ["Gasthaus Mio"]


def test_filters_narrow_together_and_each_has_a_chip_to_remove_it(cast, petra):
    Organization.objects.filter(pk=cast.shop.pk).update(country_code="DEU")

    html = petra.get(LIST, {"country": "DEU", "kind": Kind.MANAGED, "mode": "TEST"}).content.decode()

    assert names(petra, country="DEU", kind=Kind.MANAGED, mode="TEST") == ["Gasthaus Mio"]
    assert "1 of 3 match" in html
    for label in ("Country", "Kind", "Mode"):
        assert f"Remove filter {label}" in html


def test_below_and_billed_to_filter_by_the_organization_named(cast, petra):
    assert names(petra, parent=str(cast.maker.public_id)) == ["Café Nebenan", "Gasthaus Mio"]
    assert names(petra, billed_to=str(cast.maker.public_id)) == ["Café Nebenan", "Gasthaus Mio"]


def test_who_may_not_view_billing_sees_no_billed_to_column_and_cannot_filter_by_it(cast, petra):
    withdraw(cast.petra, Scope.BILLING)

    assert "Billed to" not in petra.get(LIST).content.decode()
    assert names(petra, billed_to=str(cast.maker.public_id)) == []


def test_three_kinds_of_emptiness_are_told_apart(cast, petra):
    nobody = signed_in(person("new@example.com", "New"))

    assert "No organizations yet" in nobody.get(LIST).content.decode()
    assert "hide all 3 organizations" in petra.get(LIST, {"q": "nowhere to be found"}).content.decode()
    assert "New organization" not in signed_in(cast.viewer).get(LIST).content.decode()


def test_htmx_gets_the_part_alone_and_a_restored_history_the_whole(cast, petra):
    part = petra.get(LIST, headers={"HX-Request": "true"})
    restored = petra.get(LIST, headers={"HX-Request": "true", "HX-History-Restore-Request": "true"})

    assert part.content.decode().lstrip().startswith('<div id="organizations"')
    assert restored.content.decode().lstrip().startswith("<!doctype html>")
    assert "HX-Request" in part["Vary"]


def test_what_is_no_filter_is_ignored(cast, petra):
    odd = {"sort": "password", "phase": "X", "parent": "none", "page": "-4", "rows": "9999", "country": "'--"}

    assert len(names(petra, **odd)) == 3


def many(count: int, parent: Organization) -> None:
    rows = [
        Organization(
            kind=Kind.MANAGED, origin=Origin.KONTOR, parent=parent, in_test=True, name=f"Shop {number:04}",
            address_line1="Weg 1", zip="1010", town="Wien", country_code="AUT",
        )
        for number in range(count)
    ]  # fmt: skip
    made = Organization.objects.bulk_create(rows)
    Mirror.objects.bulk_create(
        Mirror(kind="ORGANIZATION", subject_id=row.public_id, organization=row, applied_generation=1) for row in made
    )


def test_pages_hold_fifty_rows_and_a_page_beyond_the_last_is_the_last(cast, petra):
    many(60, cast.maker)

    assert len(names(petra)) == 50
    assert len(names(petra, page="2")) == 13
    assert names(petra, page="99") == names(petra, page="2")
    assert len(names(petra, rows="100")) == 63
    assert "1–50 of 63" in petra.get(LIST).content.decode()


def test_the_number_of_queries_does_not_grow_with_the_list(cast, petra):
    counts = []
    for size in (10, 200):
        many(size, cast.maker)
        with CaptureQueriesContext(connection) as queries:
            assert petra.get(LIST, {"q": "Shop", "parent": str(cast.maker.public_id)}).status_code == 200
        counts.append(len(queries))
        with CaptureQueriesContext(connection) as queries:
            petra.get(LIST)
        counts.append(len(queries))

    assert counts[0] == counts[2] <= 12
    assert counts[1] == counts[3] <= 12


def rows_of(response) -> list[dict[str, str]]:
    text = b"".join(response.streaming_content).decode().removeprefix("\ufeff")
    return list(csv.DictReader(io.StringIO(text)))


def test_the_file_holds_exactly_the_filtered_rows_over_all_pages(cast, petra):
    many(60, cast.maker)

    rows = rows_of(petra.get("/organizations.csv", {"q": "Shop", "rows": "25", "page": "2"}))

    assert [row["name"] for row in rows] == [f"Shop {number:04}" for number in range(60)]
    assert {row["parent"] for row in rows} == {"Kassenwerk GmbH"}
    assert all(Organization.objects.filter(public_id=row["id"]).exists() for row in rows)


@pytest.mark.parametrize("name", ["=1+1 GmbH", "+43 Kassen", "-minus", "@home", "\tTab GmbH"])
def test_no_cell_of_the_file_is_a_formula(cast, petra, name):
    Organization.objects.filter(pk=cast.shop.pk).update(name=name)

    rows = rows_of(petra.get("/organizations.csv", {"kind": Kind.MANAGED}))

    assert f"'{name}" in {row["name"] for row in rows}


def test_the_file_too_ends_at_the_persons_reach(cast):
    rows = rows_of(signed_in(cast.mio).get("/organizations.csv"))

    assert [(row["name"], row["parent"]) for row in rows] == [("Gasthaus Mio", "")]


def test_a_person_of_two_shops_of_one_parent_does_not_see_them_grouped_by_it(cast):
    grant_everything(cast.mio, [cast.sibling])
    allow(cast.mio, cast.elsewhere, Scope.ORGANIZATIONS, level=Level.VIEW)

    assert names(signed_in(cast.mio)) == ["Café Nebenan", "Fremde Kassen GmbH", "Gasthaus Mio"]


def test_who_is_invoiced_out_of_reach_is_nothing_to_filter_by(cast):
    assert list_organizations(cast.petra, OrganizationFilters(billed_to=cast.maker.public_id)).total == 2
    assert list_organizations(cast.mio, OrganizationFilters(billed_to=cast.maker.public_id)).total == 0


def test_who_is_invoiced_is_told_of_organizations_whose_billing_may_be_viewed(cast):
    mixed = person("mixed@kassenwerk.example", "Mixed")
    allow(mixed, cast.maker, Scope.ORGANIZATIONS)
    allow(mixed, cast.maker, Scope.BILLING, covers=Covers.HERE)

    rows = {row.name: row.billed_to for row in list_organizations(mixed, OrganizationFilters()).rows}

    assert rows["Gasthaus Mio"] is None


def test_who_has_more_roads_than_are_named_one_by_one_finds_the_same(cast, monkeypatch):
    mixed = person("mixed@kassenwerk.example", "Mixed")
    allow(mixed, cast.shop, Scope.ORGANIZATIONS)
    monkeypatch.setattr(sys.modules["organizations.access.roads"], "FEW", 0)

    assert list_organizations(cast.mio, OrganizationFilters()).total == 1
    assert viewer(roads(cast.mio)).sees_billing
    assert not viewer(roads(mixed)).sees_billing
