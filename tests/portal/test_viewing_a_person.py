"""One person's page: what they may here and why, their grants and teams, and what became of earlier ones."""

from __future__ import annotations

import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone

from fiscal.queries.people_person import person_page
from organizations.audit import record
from organizations.choices import Preset, Scope, Verb
from organizations.models import Grant
from organizations.services import grant_access, revoke_access
from tests.cast import Cast, person
from tests.portal.people import grant, role, team
from tests.portal.sales import signed_in, url


@pytest.fixture
def petra(cast: Cast) -> Client:
    return signed_in(cast.petra)


def page(client: Client, cast: Cast, place, who) -> str:
    answer = client.get(url("person", place, who.public_id))
    assert answer.status_code == 200
    return answer.content.decode()


def test_it_shows_own_grants_those_from_elsewhere_and_below_and_the_teams(cast, petra):
    grant(cast.viewer, cast.shop, Preset.TECHNICIAN, reason="Summer", granted_by=cast.petra)
    field = team(cast.shop, "Waiters", cast.viewer)
    grant(field, cast.shop, Preset.BILLING)
    html = page(petra, cast, cast.shop, cast.viewer)
    for words in ("Technician", "“Summer”", "Waiters", "team Waiters", "Kassenwerk GmbH", "granted here"):
        assert words in html
    above = page(petra, cast, cast.maker, cast.viewer)
    assert "Gasthaus Mio only" in above
    assert "Change there" in above


def test_who_comes_from_above_has_no_page_below_for_who_may_not_know_them(cast):
    client = signed_in(cast.mio)
    assert client.get(url("person", cast.shop, cast.petra.public_id)).status_code == 404
    assert client.get(url("person", cast.shop, cast.stranger.public_id)).status_code == 404


def test_granted_by_somebody_above_is_told_without_a_name(cast):
    grant(cast.stranger, cast.shop, Preset.VIEWER, granted_by=cast.petra)
    html = page(signed_in(cast.mio), cast, cast.shop, cast.stranger)
    assert "somebody above this organization" in html
    assert "Petra" not in html


def test_history_says_what_ended_by_whom_and_why(cast, petra):
    given = grant(cast.stranger, cast.maker, Preset.VIEWER)
    revoke_access(cast.reach(cast.petra, cast.maker), grant_id=given.public_id, reason="Contract over")
    html = page(petra, cast, cast.maker, cast.stranger)
    assert "Petra revoked the access of Stranger: Viewer" in html
    assert "Contract over" in html
    assert "Stranger does not reach Kassenwerk GmbH now." in html


def test_a_person_is_not_found_where_nothing_leads_or_led_them(cast, petra):
    assert petra.get(url("person", cast.sibling, cast.mio.public_id)).status_code == 404
    Grant.objects.filter(user=cast.mio).update(until=timezone.now())
    assert petra.get(url("person", cast.sibling, cast.mio.public_id)).status_code == 404


def test_the_highest_level_names_every_source_of_it(cast, petra):
    grant(cast.viewer, cast.shop, Preset.BILLING)
    html = page(petra, cast, cast.shop, cast.viewer)
    assert "granted here; Kassenwerk GmbH" in html
    assert str(Scope.BILLING.label) in html


def test_what_somebody_has_and_had_elsewhere_stays_there(cast):
    somebody = person("somebody@kassenwerk.example", "Somebody")
    for place, actor in ((cast.maker, cast.petra), (cast.elsewhere, cast.stranger)):
        team(place, f"Team of {place}", somebody)
        reach = cast.reach(actor, place)
        grant_access(reach, to=somebody, role=role(Preset.VIEWER), reason=f"needed at {place}")
    with transaction.atomic():
        record(cast.reach(cast.stranger, cast.elsewhere), Verb.INVITATION_REDEEMED, somebody, reason="came there")

    found = person_page(cast.reach(cast.petra, cast.maker), somebody.public_id)

    assert found is not None
    assert [each.name for each in found.teams] == ["Team of Kassenwerk GmbH"]
    assert [each.reason for each in found.history] == ["needed at Kassenwerk GmbH"]
    assert len(found.grants) == 1
