"""One role for several people or at several organizations: a bulk action of its own, with the exact count (row 45)."""

from __future__ import annotations

import pytest
from django.test import Client

from organizations.choices import Level, Preset, Scope, Verb
from organizations.models import AuditEntry, Grant
from tests.cast import Cast, allow
from tests.portal.people import role
from tests.portal.sales import only, signed_in, url


@pytest.fixture
def petra(cast: Cast) -> Client:
    return signed_in(cast.petra)


def values(cast: Cast, **more: object) -> dict[str, object]:
    people = [str(cast.mio.public_id), str(cast.viewer.public_id)]
    start = {"role": str(role(Preset.VIEWER).public_id), "reaches": "HERE", "lasts": "", "understood": "yes"}
    return {**start, "who": people, "at": [str(cast.maker.public_id)], "counted": "2", **more}


def made() -> int:
    return AuditEntry.objects.filter(verb=Verb.ACCESS_GRANTED).count()


def test_each_person_gets_the_role_at_each_organization(cast, petra):
    at = [str(each.public_id) for each in (cast.maker, cast.shop, cast.sibling)]
    page = petra.get(url("grant_several", cast.maker), {"who": values(cast)["who"], "at": at}).content.decode()
    assert "Make 6 grants" in page
    assert petra.post(url("grant_several", cast.maker), values(cast, at=at, counted="6")).status_code == 303
    assert made() == 6
    assert Grant.objects.filter(organization=cast.sibling, granted_by=cast.petra, user=cast.mio).count() == 1


def test_without_the_tick_nothing_is_granted_and_the_refusal_is_on_record(cast, petra):
    answer = petra.post(url("grant_several", cast.maker), values(cast, understood=""))
    assert answer.status_code == 422
    assert made() == 0
    assert AuditEntry.objects.filter(verb=Verb.PROOF_REFUSED).count() == 1


def test_another_count_than_the_one_read_is_shown_first(cast, petra):
    answer = petra.post(url("grant_several", cast.maker), values(cast, counted="1"))
    assert answer.status_code == 200
    assert "This makes 2 grants. Nothing is saved yet" in answer.content.decode()
    assert made() == 0


def test_it_needs_bulk_actions(cast):
    only(cast.viewer, cast.maker, Scope.USERS, Level.MANAGE)
    client = signed_in(cast.viewer)
    assert client.get(url("grant_several", cast.maker)).status_code == 403
    assert client.post(url("grant_several", cast.maker), values(cast)).status_code == 403
    assert made() == 0


def test_somebody_unknown_or_an_organization_out_of_reach_stops_all_of_it(cast, petra):
    at = [str(cast.maker.public_id), str(cast.elsewhere.public_id)]
    assert petra.post(url("grant_several", cast.maker), values(cast, at=at, counted="4")).status_code == 404
    who = [str(cast.stranger.public_id)]
    assert petra.post(url("grant_several", cast.maker), values(cast, who=who, counted="1")).status_code == 200
    assert made() == 0


def test_a_role_that_one_of_the_organizations_does_not_have_stops_all_of_it(cast, petra):
    own = allow(cast.viewer, cast.maker, Scope.TSS).role
    at = [str(cast.maker.public_id), str(cast.shop.public_id)]
    sent = values(cast, at=at, counted="4") | {"role": str(own.public_id)}
    answer = petra.post(url("grant_several", cast.maker), sent)
    assert answer.status_code == 422
    assert made() == 0
