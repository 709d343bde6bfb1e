"""Mirror work that failed: seeing it, trying one object again, and trying all of them again."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from fiscal.models import Mirror
from fiscal.queries.mirror_work import WorkFilters, retryable_ids
from organizations.choices import Level, Scope
from organizations.models import AuditEntry, DashboardUser, Organization, User
from tests.cast import Cast, allow, below, person, withdraw

PARKED = {
    "parked_generation": 1,
    "applied_generation": 0,
    "error_code": "REFUSED",
    "error_text": "no such town",
    "tries": 1,
}


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def park(*organizations: Organization, kind: str = "ORGANIZATION", **fields: object) -> list[Mirror]:
    found = Mirror.objects.filter(kind=kind, organization__in=organizations)
    found.update(**{**PARKED, "failing_since": timezone.now(), **fields})
    return list(found.order_by("pk"))


@pytest.fixture
def petra(cast: Cast) -> Client:
    return signed_in(cast.petra)


def page(client: Client, **params: str) -> str:
    return client.get("/mirror/", params).content.decode()


def test_failed_work_is_listed_with_cause_and_the_providers_words(cast, petra):
    park(cast.shop)

    html = page(petra)

    assert "Gasthaus Mio" in html
    assert "fiskaly refused this." in html
    assert "no such town" in html
    assert "Café Nebenan" not in html


def test_nothing_failed_says_so(cast, petra):
    assert "Nothing waits" in page(petra)
    park(cast.shop)
    assert "Nothing matches" in page(petra, phase="DRIFTED")


def test_phase_and_kind_filter_and_are_counted(cast, petra):
    park(cast.shop)
    park(cast.sibling, kind="ARRANGEMENT", human_action="forbidden")

    assert "Café Nebenan" not in page(petra, phase="REFUSED")
    assert "Gasthaus Mio" not in page(petra, phase="NEEDS_PERSON")
    assert "Gasthaus Mio" not in page(petra, kind="ARRANGEMENT")
    assert 'Refused <span class="k-count">1<' in page(petra)


def test_nobody_sees_the_trouble_of_others(cast):
    park(cast.shop, cast.sibling, cast.maker)

    html = page(signed_in(cast.mio))

    assert "Gasthaus Mio" in html
    assert "Café Nebenan" not in html
    assert "Kassenwerk" not in html


def test_trouble_with_billing_needs_the_billing_authorization(cast, petra):
    park(cast.shop, kind="ARRANGEMENT")
    assert "Gasthaus Mio" in page(petra)

    withdraw(cast.petra, Scope.BILLING)

    assert "Gasthaus Mio" not in page(petra)


def test_trying_again_makes_it_due_is_on_record_and_returns_to_the_same_filter(cast, petra, settle):
    [mirror] = park(cast.shop)

    response = petra.post(f"/o/{cast.shop.public_id}/mirror/{mirror.pk}/retry/", {"next": "/mirror/?phase=REFUSED"})

    assert (response.status_code, response["Location"]) == (303, "/mirror/?phase=REFUSED")
    mirror.refresh_from_db()
    assert mirror.parked_generation == 0
    assert AuditEntry.objects.filter(verb="TRIED_AGAIN", actor=cast.petra, organization=cast.shop).count() == 1
    settle()
    assert "Nothing waits" in page(petra)


def test_the_way_back_never_leads_to_another_site(cast, petra):
    [mirror] = park(cast.shop)

    response = petra.post(f"/o/{cast.shop.public_id}/mirror/{mirror.pk}/retry/", {"next": "//evil.example/"})

    assert response["Location"] == f"/o/{cast.shop.public_id}/"


def test_a_mirror_of_another_organization_is_not_there(cast, petra):
    [mirror] = park(cast.elsewhere)

    assert petra.post(f"/o/{cast.shop.public_id}/mirror/{mirror.pk}/retry/").status_code == 404
    mirror.refresh_from_db()
    assert mirror.parked_generation == 1


def test_who_may_only_view_gets_no_button_and_no_way_around_it(cast):
    [mirror] = park(cast.shop)
    viewer = signed_in(cast.viewer)

    assert "/retry/" not in page(viewer)
    assert viewer.post(f"/o/{cast.shop.public_id}/mirror/{mirror.pk}/retry/").status_code == 403
    assert viewer.post("/mirror/retry/", {"understood": "yes", "expected": "1"}).status_code == 422
    mirror.refresh_from_db()
    assert mirror.parked_generation == 1


def test_trying_all_again_wants_a_tick(cast, petra):
    park(cast.shop, cast.sibling)

    asked = petra.get("/mirror/retry/", {"phase": "REFUSED"})
    refused = petra.post("/mirror/retry/", {"phase": "REFUSED", "expected": "2"})

    assert "Try 2 objects again" in asked.content.decode()
    assert refused.status_code == 422
    assert Mirror.objects.filter(parked_generation=1).count() == 2


def test_trying_all_again_is_refused_when_the_count_changed_meanwhile(cast, petra):
    park(cast.shop, cast.sibling)

    response = petra.post("/mirror/retry/", {"understood": "yes", "expected": "1"})

    assert response.status_code == 422
    assert "There are 2 objects by now" in response.content.decode()
    assert Mirror.objects.filter(parked_generation=1).count() == 2


def test_trying_all_again_takes_exactly_what_the_filter_shows(cast, petra):
    park(cast.shop, cast.sibling)
    park(cast.maker, human_action="gone")
    park(cast.elsewhere)

    response = petra.post("/mirror/retry/", {"understood": "yes", "expected": "2", "phase": "REFUSED"})

    assert (response.status_code, response["Location"]) == (303, "/mirror/?phase=REFUSED")
    left = Mirror.objects.filter(parked_generation=1).values_list("organization__name", flat=True)
    assert set(left) == {"Kassenwerk GmbH", "Fremde Kassen GmbH"}
    assert AuditEntry.objects.filter(verb="TRIED_AGAIN").count() == 2


def test_the_number_of_queries_does_not_grow_with_the_trouble(cast, petra):
    park(cast.shop, cast.sibling)
    counts = []
    for size in (0, 12):
        park(*(below(cast.petra, cast.maker, f"Shop {size} {number}") for number in range(size)))
        with CaptureQueriesContext(connection) as queries:
            page(petra)
        counts.append(len(queries))

    assert counts[0] == counts[1] <= 12


def test_an_object_of_billing_is_not_there_for_who_may_not_view_billing(cast, petra):
    [mirror] = park(cast.shop, kind="ARRANGEMENT")
    withdraw(cast.petra, Scope.BILLING)

    answer = petra.post(f"/o/{cast.shop.public_id}/mirror/{mirror.pk}/retry/")

    assert answer.status_code == 404
    assert not AuditEntry.objects.filter(verb="TRIED_AGAIN").exists()


@pytest.mark.parametrize("missing", [Scope.ORGANIZATIONS, Scope.BULK, Scope.USERS])
def test_who_may_only_look_at_one_area_tries_nothing_of_it_again(cast, missing):
    people = DashboardUser.objects.create(organization=cast.shop, email="anna@example.example")
    Mirror.objects.create(kind="DASHBOARD_USER", organization=cast.shop, subject_id=people.public_id)
    park(cast.shop, kind="DASHBOARD_USER")
    who = person("mixed@kassenwerk.example", "Mixed")
    needed = {Scope.ORGANIZATIONS, Scope.BULK, Scope.USERS}
    allow(who, cast.shop, *needed)
    assert retryable_ids(who, WorkFilters()) == []
    allow(who, cast.shop, *needed - {missing}, level=Level.MANAGE)
    assert retryable_ids(who, WorkFilters()) == []
    allow(who, cast.shop, missing, level=Level.MANAGE)
    assert len(retryable_ids(who, WorkFilters())) == 1
