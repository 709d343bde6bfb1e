"""The list walks its tree root by root and counts by facts: the same rows, order and counts as sorting and asking all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from fiscal.models import Mirror
from fiscal.phases import phase_of
from fiscal.queries import OrganizationFilters, every_organization, list_organizations
from fiscal.queries.organization_filters import TABS
from fiscal.queries.shell import attention_count
from organizations import access
from organizations.access import EVERYTHING, Reach
from organizations.choices import Kind, Level, Road, Scope
from organizations.models import Organization, User
from organizations.services import delegate_everything
from tests.cast import allow, person

FACTS = {"address_line1": "Weg 1", "zip": "1010", "town": "Wien", "country_code": "AUT", "in_test": True}
FILTERS = {
    "all": OrganizationFilters(),
    "descending": OrganizationFilters(sort="-name"),
    "managed": OrganizationFilters(kind=Kind.MANAGED),
    "main": OrganizationFilters(kind=Kind.ORGANIZATION, sort="-name"),
    "live": OrganizationFilters(mode="LIVE"),
    "country": OrganizationFilters(country="DEU"),
    "search": OrganizationFilters(q="o"),
    "refused": OrganizationFilters(phase="REFUSED"),
    "in step": OrganizationFilters(phase="IN_STEP", sort="-name"),
    "waiting in Germany": OrganizationFilters(phase="MOVING", country="DEU"),
}


def made(name: str, parent: Organization | None = None, **fields: object) -> Organization:
    kind = Kind.MANAGED if parent else Kind.ORGANIZATION
    return Organization.objects.create(**{**FACTS, "name": name, "kind": kind, "parent": parent, **fields})


def mirror(organization: Organization, **fields: object) -> None:
    Mirror.objects.create(
        kind="ORGANIZATION",
        subject_id=organization.public_id,
        organization=organization,
        **{"applied_generation": organization.generation, **fields},
    )


def let_in(user: User, organization: Organization, scope: Scope = Scope.ORGANIZATIONS) -> None:
    allow(user, organization, scope, level=Level.VIEW)


@pytest.fixture
def rosa(db) -> User:
    """Roads of every kind: roots of the same name, by delegation, single shops with a known and an unknown parent."""
    rosa = person("rosa@example.example", "Rosa")
    first, same = made("Bäckerei Ost"), made("Other", display_name="Bäckerei Ost")
    partner = made("Partner KG")
    delegated = made("anders GmbH", provisioned_by=partner)
    delegate_everything(Reach(rosa, delegated, EVERYTHING, Road.DIRECT, owner=True))
    silent = made("Not delegated", provisioned_by=partner)
    known, unknown = made("Konditorei Mitte", country_code="DEU"), made("Secret AG")
    for root in (first, same, partner):
        let_in(rosa, root)
    let_in(rosa, known, Scope.BILLING)
    for parent in (first, same, delegated, known, unknown, silent):
        for number in range(7):
            shop = made(
                f"Shop {number % 3}",
                parent,
                country_code="DEU" if number % 2 else "AUT",
                in_live=number == 4,
                display_name="Aal" if number == 6 else "",
            )
            if parent in {known, unknown} and number in {1, 2, 5}:
                let_in(rosa, shop)
    _stand_everywhere()
    return rosa


def _stand_everywhere() -> None:
    """All phases, in turns."""
    now = timezone.now()
    states: list[dict | None] = [
        {},
        None,
        {"applied_generation": 0, "tries": 2},
        {"applied_generation": 0, "parked_generation": 1},
        {"parked_generation": 1, "human_action": "gone"},
        {"drifted_at": now},
        {"lease_until": now + timedelta(minutes=5)},
        {"applied_generation": 0},
    ]
    for number, organization in enumerate(Organization.objects.order_by("pk")):
        state = states[number % len(states)]
        if number % 11 == 0:
            organization.retired_at = now
            organization.save()
        if state is not None:
            mirror(organization, **state)


def page_by_page(user: User, filters: OrganizationFilters, size: int) -> list[int]:
    total = list_organizations(user, filters).total
    pages = range(1, -(-total // size) + 1)
    return [row.pk for page in pages for row in list_organizations(user, filters, page=page, size=size).rows]


@pytest.mark.parametrize("size", [3, 5, 50])
@pytest.mark.parametrize("name", FILTERS)
def test_the_pages_laid_end_to_end_are_the_file(rosa, name, size):
    filters = FILTERS[name]

    assert page_by_page(rosa, filters, size) == [row.pk for row in every_organization(rosa, filters)]


def test_the_list_holds_each_reached_organization_once(rosa):
    found = page_by_page(rosa, OrganizationFilters(), 4)

    assert len(found) == len(set(found)) == 3 + 1 + 3 * 7 + 2 * 3


@pytest.mark.parametrize("few", [200, 1])
@pytest.mark.parametrize("name", FILTERS)
def test_every_count_is_what_asking_each_organization_gives(rosa, name, few, monkeypatch):
    """With `few` roads or very many of them, which are sorted and counted without being named."""
    monkeypatch.setattr(access, "FEW", few)
    filters, now = FILTERS[name], timezone.now()
    reached = {row.pk: row for row in every_organization(rosa, OrganizationFilters(q=filters.q))}
    mirrors = {each.organization_id: each for each in Mirror.objects.filter(kind="ORGANIZATION")}
    phases = {
        each.pk: phase_of(
            mirrors.get(each.pk), generation=each.generation, retired=each.retired_at is not None, now=now
        )
        for each in Organization.objects.filter(pk__in=reached)
    }
    narrowed = {row.pk for row in every_organization(rosa, replace(filters, phase=""))}
    counted = Counter(phases[pk] for pk in narrowed)

    shown = list_organizations(rosa, filters)

    assert {tab: n for tab, n in shown.tabs.items() if tab} == {
        tab: sum(counted[phase] for phase in wanted) for tab, wanted in TABS.items() if tab
    }
    assert shown.tabs[""] == len(narrowed)
    assert shown.everything == len(list(every_organization(rosa, OrganizationFilters())))
    for country, n in shown.countries.items():
        assert n == len(list(every_organization(rosa, replace(filters, country=country))))
    for kind, n in shown.kinds.items():
        assert n == len(list(every_organization(rosa, replace(filters, kind=kind))))


@pytest.mark.parametrize("name", FILTERS)
def test_very_many_roads_lead_to_the_same_pages(rosa, name, monkeypatch):
    walked = page_by_page(rosa, FILTERS[name], 5)
    monkeypatch.setattr(access, "FEW", 1)

    assert page_by_page(rosa, FILTERS[name], 5) == walked


def test_a_name_is_text_and_never_markup(rosa, client):
    Organization.objects.filter(name="Partner KG").update(name='<b onclick="x">&', town="<i>", display_name="")
    client.force_login(rosa)

    html = client.get("/organizations/").content.decode()

    assert "&lt;b onclick=&quot;x&quot;&gt;&amp;" in html
    assert "<b onclick" not in html
    assert "&lt;i&gt;" in html


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL plans by how much there is, and here is little")
def test_a_page_is_read_from_an_index_and_not_sorted(rosa):
    plans = plans_of(lambda: list_organizations(rosa, OrganizationFilters(), page=1, size=4))
    walk = [plan for sql, plan in plans if "LIMIT" in sql and "COALESCE" in sql and "public_id" not in sql]

    assert len(walk) == 1
    assert "INDEX organization_tree (parent_id=?)" in walk[0]
    assert "TEMP B-TREE" not in walk[0]


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL plans by how much there is, and here is little")
def test_what_waits_is_counted_without_reading_all_mirrors(rosa):
    plans = plans_of(lambda: attention_count(rosa))

    assert "USING COVERING INDEX mirror_unsettled" in plans[0][1]


def plans_of(work: Callable[[], object]) -> list[tuple[str, str]]:
    """Each statement with SQLite's plan of it, made with the parameters bound, as it is when it runs."""
    plans = []

    def explain(execute, sql, params, many, context):
        rows = connection.connection.execute(f"EXPLAIN QUERY PLAN {sql.replace('%s', '?')}", params or ()).fetchall()
        plans.append((sql, " · ".join(row[3] for row in rows)))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(explain):
        work()
    return plans
