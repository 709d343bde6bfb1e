"""The work list: what it counts, where each line leads, and who sees what of it."""

from __future__ import annotations

from datetime import timedelta

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from fiscal.models import Credential, Mirror
from organizations.choices import Mode
from organizations.models import Organization, User
from organizations.services import issue_key, start_draft
from tests.cast import below, person


def home(user: User) -> str:
    client = Client()
    client.force_login(user)
    response = client.get("/")
    assert response.status_code == 200
    return response.content.decode()


def trouble(organization: Organization, **fields: object) -> None:
    Mirror.objects.filter(kind="ORGANIZATION", organization=organization).update(
        **{"applied_generation": 0, "failing_since": timezone.now(), **fields}
    )


def test_with_nothing_to_do_it_says_so_and_when_it_looked(cast):
    html = home(cast.petra)

    assert "Nothing needs you" in html
    assert "Checked" in html


def test_lines_are_counted_worst_first_and_lead_to_what_they_count(cast, settle):
    issue_key(cast.reach(cast.petra, cast.shop), name="till-1", mode=Mode.TEST)
    settle()
    trouble(cast.shop, parked_generation=1)
    trouble(cast.sibling, parked_generation=1, human_action="gone")
    trouble(cast.maker, applied_generation=1, drifted_at=timezone.now())
    Credential.objects.filter(organization=cast.maker, mode=Mode.LIVE).update(status="PAUSED")

    html = home(cast.petra)

    words = [
        "1 object refused by fiskaly", "1 object needs a person", "1 object drifted", "1 credential is paused",
        "1 API key waits to be shown",
    ]  # fmt: skip
    places = [html.index(word) for word in words]
    assert places == sorted(places)
    assert "/mirror/?phase=REFUSED" in html
    assert f"/o/{cast.maker.public_id}/credentials/" in html
    assert f"/o/{cast.shop.public_id}/keys/" in html


def test_retrying_counts_only_after_an_hour(cast):
    trouble(cast.shop, tries=2, error_code="UNREACHABLE")
    assert "failing for over an hour" not in home(cast.petra)

    trouble(cast.shop, tries=9, failing_since=timezone.now() - timedelta(hours=2))
    assert "1 object failing for over an hour" in home(cast.petra)


def test_nobody_is_told_of_trouble_out_of_reach(cast):
    trouble(cast.sibling, parked_generation=1)
    trouble(cast.maker, parked_generation=1)
    Credential.objects.filter(organization=cast.maker).update(status="PAUSED")

    html = home(cast.mio)

    assert "Nothing needs you" in html
    assert "Kassenwerk" not in html


def test_unfinished_wizards_and_own_recent_organizations_are_offered(cast):
    start_draft(cast.petra, {"facts": {"name": "Filiale West"}})
    start_draft(cast.hanna, {"facts": {"name": "Somebody else's"}})

    html = home(cast.petra)

    assert "Continue: Filiale West" in html
    assert "Somebody else" not in html
    assert "Gasthaus Mio" in html
    assert "Ostermann" not in html


def test_a_person_without_any_organization_is_led_to_connect_one(db):
    html = home(person("new@example.com", "New"))

    assert "Connect your organization" in html
    assert "/connect/" in html


def test_the_number_of_queries_does_not_grow(cast):
    counts = []
    for size in (1, 12):
        for number in range(size):
            trouble(below(cast.petra, cast.maker, f"Shop {size} {number}"), parked_generation=1)
        with CaptureQueriesContext(connection) as queries:
            home(cast.petra)
        counts.append(len(queries))

    assert counts[0] == counts[1]
