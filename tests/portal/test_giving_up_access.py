"""A person sees on their account where they are let in, and gives up what they were granted by name."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from organizations.access import NoSuchOrganization, access_organization
from organizations.choices import Covers, Kind, Preset, Scope, Verb
from organizations.models import AuditEntry, Grant, Organization
from tests.cast import Cast
from tests.portal.people import grant, team
from tests.portal.sales import signed_in
from tests.portal.test_dangerous_doors import make_old

ACCOUNT = reverse("portal:account")


def address(given: Grant) -> str:
    return reverse("portal:access_give_up", args=[given.public_id])


def test_the_account_says_where_somebody_is_let_in_and_by_what(cast: Cast) -> None:
    grant(cast.stranger, cast.maker, Preset.TECHNICIAN, covers=Covers.HERE)
    grant(team(cast.holding, "Night shift", cast.stranger), cast.holding, Preset.VIEWER)

    page = signed_in(cast.stranger).get(ACCOUNT).content.decode()

    assert str(cast.maker) in page and "Technician" in page and f"{cast.maker} only" in page
    assert "by team Night shift" in page and "Ends when you leave the team" in page
    assert str(cast.label) not in page


def test_what_was_given_up_is_over_at_the_next_request_and_on_record(cast: Cast) -> None:
    given = grant(cast.stranger, cast.maker, Preset.VIEWER)
    client = signed_in(cast.stranger)
    assert f"Give up Viewer at {cast.maker}" in client.get(address(given)).content.decode()

    answer = client.post(address(given), {"reason": "I moved on"})

    assert (answer.status_code, answer["Location"]) == (303, ACCOUNT)
    with pytest.raises(NoSuchOrganization):
        access_organization(cast.stranger, cast.maker.public_id, scope=Scope.TSS)
    entry = AuditEntry.objects.get(verb=Verb.PERSON_LEFT)
    assert (entry.organization, entry.actor, entry.reason) == (cast.maker, cast.stranger, "I moved on")
    assert entry.request_id
    assert address(given) not in client.get(ACCOUNT).content.decode()
    assert client.post(address(given)).status_code == 404


def test_other_grants_stay(cast: Cast) -> None:
    given = grant(cast.stranger, cast.maker, Preset.VIEWER)
    grant(cast.stranger, cast.maker, Preset.TECHNICIAN)

    signed_in(cast.stranger).post(address(given))

    reach = access_organization(cast.stranger, cast.maker.public_id, scope=Scope.TSS)
    assert not reach.allows(Scope.BILLING)
    assert Grant.objects.filter(user=cast.stranger, until=None).count() == 2  # one of them at their own organization


def test_the_last_owner_is_told_so_and_stays(cast: Cast) -> None:
    given = Grant.objects.get(user=cast.petra, organization=cast.maker)
    client = signed_in(cast.petra)
    page = client.get(ACCOUNT).content.decode()
    assert "You are the last owner" in page and address(given) not in page

    answer = client.post(address(given))

    assert answer.status_code == 422
    assert "hand ownership over" in answer.content.decode()
    given.refresh_from_db()
    assert given.until is None


def test_one_owner_of_two_may_go(cast: Cast) -> None:
    given = Grant.objects.get(user=cast.petra, organization=cast.maker)
    other = grant(cast.stranger, cast.maker, Preset.OWNER)
    client = signed_in(cast.petra)
    assert address(given) in client.get(ACCOUNT).content.decode()

    assert client.post(address(given)).status_code == 303
    assert client.post(address(given)).status_code == 404
    assert signed_in(cast.stranger).post(address(other)).status_code == 422


def test_nobody_gives_up_what_another_person_or_a_team_has(cast: Cast) -> None:
    theirs = grant(cast.viewer, cast.holding, Preset.VIEWER)
    shared = grant(team(cast.holding, "Night shift", cast.stranger), cast.holding, Preset.VIEWER)
    client = signed_in(cast.stranger)

    for given in (theirs, shared):
        assert client.get(address(given)).status_code == 404
        assert client.post(address(given)).status_code == 404
    assert Grant.objects.filter(pk__in=[theirs.pk, shared.pk], until=None).count() == 2


def test_what_ended_already_is_not_listed(cast: Cast) -> None:
    given = grant(cast.stranger, cast.maker, Preset.VIEWER)
    Grant.objects.filter(pk=given.pk).update(until=timezone.now())

    client = signed_in(cast.stranger)

    assert str(cast.maker) not in client.get(ACCOUNT).content.decode()
    assert client.get(address(given)).status_code == 404


def test_the_account_costs_the_same_with_many_grants(cast: Cast, django_assert_num_queries) -> None:
    client = signed_in(cast.petra)
    client.get(ACCOUNT)
    with CaptureQueriesContext(connection) as few:
        client.get(ACCOUNT)
    for organization in (cast.holding, cast.label, cast.elsewhere):
        grant(cast.petra, organization, Preset.OWNER)

    with django_assert_num_queries(len(few)):
        client.get(ACCOUNT)


def test_many_grants_come_in_pages(cast: Cast) -> None:
    facts = {"in_test": True, "country_code": "AUT", "address_line1": "Ring 1", "zip": "1010", "town": "Wien"}
    for number in range(30):
        here = Organization.objects.create(name=f"Filiale {number:02}", kind=Kind.MANAGED, parent=cast.holding, **facts)
        grant(cast.stranger, here, Preset.TECHNICIAN)
    client = signed_in(cast.stranger)

    first, second, beyond = (client.get(ACCOUNT, {"page": page}).content.decode() for page in (1, 2, 99))

    assert "Filiale 00" in first and "Filiale 29" not in first
    assert f'href="{ACCOUNT}?page=2"' in first
    assert "Filiale 29" in second and "Filiale 00" not in second
    assert "Filiale 29" in beyond


def test_somebody_of_a_managed_organization_does_not_read_the_parents_name(cast: Cast) -> None:
    grant(cast.mio, cast.shop, Preset.OWNER, until=timezone.now() + timedelta(days=3))

    page = signed_in(cast.mio).get(ACCOUNT).content.decode()

    assert f"{cast.shop} only" in page
    assert str(cast.maker) not in page


def test_giving_up_asks_again_who_somebody_is(cast: Cast) -> None:
    given = grant(cast.stranger, cast.maker, Preset.VIEWER)
    client = signed_in(cast.stranger)
    make_old(client)

    assert client.get(address(given)).status_code == 302
    client.post(address(given))

    given.refresh_from_db()
    assert given.until is None
