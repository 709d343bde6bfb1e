"""Changing and revoking a grant, and removing a person: at once, on record, never the last owner (row 37, D23)."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.db import connection, connections
from django.test import Client
from django.utils import timezone

from organizations.access import access_organization
from organizations.access.reach import NoSuchOrganization
from organizations.choices import Level, Preset, Scope, Verb
from organizations.models import AuditEntry, Grant, TeamMember, User
from organizations.rules import RulesBroken
from organizations.services import NoSuchGrant, remove_person, revoke_access
from tests.cast import Cast, allow
from tests.portal.people import grant, press_twice, role, seen_in, team
from tests.portal.sales import only, signed_in, url


@pytest.fixture
def petra(cast: Cast) -> Client:
    return signed_in(cast.petra)


def in_force_at(organization, user) -> list[Grant]:
    now = timezone.now()
    return [
        each for each in Grant.objects.filter(organization=organization, user=user).order_by("pk") if each.holds(now)
    ]


def test_a_change_ends_the_old_grant_and_begins_the_new_one_after_its_numbers_were_shown(cast, petra):
    old = grant(cast.stranger, cast.maker, Preset.VIEWER)
    address = url("grant_change", cast.maker, old.public_id)
    page = petra.get(address).content.decode()
    assert f'value="{role(Preset.VIEWER).public_id}" class="input"' in page or "checked" in page
    values = {"role": str(role(Preset.TECHNICIAN).public_id), "reaches": "HERE", "lasts": "7d", "reason": "Rollout"}
    assert press_twice(petra, address, values).status_code == 303
    (new,) = in_force_at(cast.maker, cast.stranger)
    old.refresh_from_db()
    assert (new.role.preset, new.covers, new.reason) == (Preset.TECHNICIAN, "HERE", "Rollout")
    assert old.until is not None
    entry = AuditEntry.objects.get(verb=Verb.ACCESS_CHANGED)
    assert (entry.before["role"], entry.after["role"]) == ("Viewer", "Technician")


def test_the_preview_of_a_change_counts_without_what_is_replaced(cast, petra):
    old = grant(cast.stranger, cast.maker, Preset.AUDITOR)
    values = {"role": str(role(Preset.VIEWER).public_id), "reaches": "BELOW", "lasts": ""}
    fragment = petra.get(url("grant_preview", cast.maker), {**values, "replaces": str(old.public_id)})
    assert "−" in fragment.content.decode()  # billing and people are lost
    saved = petra.post(url("grant_change", cast.maker, old.public_id), {**values, "seen": seen_in(fragment)})
    assert saved.status_code == 303


def test_a_revoked_grant_is_over_at_the_next_request(cast, petra):
    given = grant(cast.stranger, cast.maker, Preset.VIEWER)
    address = url("grant_revoke", cast.maker, given.public_id)
    assert "Revoke Viewer of Stranger" in petra.get(address).content.decode()
    assert petra.post(address, {"reason": "Left"}).status_code == 303
    with pytest.raises(NoSuchOrganization):
        access_organization(cast.stranger, cast.maker.public_id, scope=Scope.TSS)
    assert AuditEntry.objects.get(verb=Verb.ACCESS_REVOKED).reason == "Left"
    assert petra.post(address).status_code == 404


def test_the_last_owner_is_not_revoked_and_the_page_says_what_to_do(cast, petra):
    (own,) = in_force_at(cast.maker, cast.petra)
    answer = petra.post(url("grant_revoke", cast.maker, own.public_id))
    assert answer.status_code == 422
    assert "hand ownership over" in answer.content.decode()
    assert in_force_at(cast.maker, cast.petra) == [own]


def test_an_owner_who_cannot_sign_in_any_more_is_not_the_last_one(cast, petra):
    gone = grant(cast.stranger, cast.maker, Preset.OWNER)
    User.objects.filter(pk=cast.stranger.pk).update(is_active=False)
    assert petra.post(url("grant_revoke", cast.maker, gone.public_id)).status_code == 303
    assert in_force_at(cast.maker, cast.stranger) == []


def test_who_has_less_can_neither_change_nor_revoke(cast):
    only(cast.viewer, cast.maker, Scope.USERS, Level.MANAGE)
    given = grant(cast.stranger, cast.maker, Preset.ADMIN)
    client = signed_in(cast.viewer)
    assert client.post(url("grant_revoke", cast.maker, given.public_id)).status_code == 422
    assert (
        "more than you have there yourself"
        in client.get(url("grant_change", cast.maker, given.public_id)).content.decode()
    )
    page = client.get(url("person", cast.maker, cast.stranger.public_id)).content.decode()
    assert url("grant_revoke", cast.maker, given.public_id) not in page
    assert in_force_at(cast.maker, cast.stranger) == [given]


def test_a_grant_of_another_organization_is_not_there(cast, petra):
    for foreign in (grant(cast.mio, cast.elsewhere, Preset.VIEWER), grant(cast.mio, cast.shop, Preset.VIEWER)):
        assert petra.get(url("grant_change", cast.maker, foreign.public_id)).status_code == 404
        assert petra.post(url("grant_revoke", cast.maker, foreign.public_id)).status_code == 404
        assert in_force_at(foreign.organization, cast.mio)


def test_removing_a_person_ends_all_their_own_grants_here_and_below_and_their_teams(cast, petra):
    for place in (cast.maker, cast.shop, cast.sibling):
        grant(cast.viewer, place, Preset.VIEWER)
    field = team(cast.maker, "Field service", cast.viewer)
    address = url("person_remove", cast.maker, cast.viewer.public_id)
    page = petra.get(address).content.decode()
    assert "Gasthaus Mio: Viewer" in page
    assert "Field service" in page
    assert petra.post(address, {"reason": "Left us"}).status_code == 303
    with pytest.raises(NoSuchOrganization):
        access_organization(cast.viewer, cast.shop.public_id, scope=Scope.ORGANIZATIONS)
    assert not TeamMember.objects.filter(team=field, until=None).exists()
    entries = AuditEntry.objects.filter(verb=Verb.ACCESS_REVOKED, subject_name="Viktor")
    assert {entry.organization for entry in entries} == {cast.maker, cast.shop, cast.sibling}
    assert {entry.reason for entry in entries} == {"Left us"}
    history = petra.get(url("person", cast.maker, cast.viewer.public_id)).content.decode()
    assert "“Left us”" in history or "Left us" in history
    assert "does not reach" in history


def test_the_last_owner_is_not_removed_and_nothing_else_of_theirs_ends(cast, petra):
    grant(cast.petra, cast.shop, Preset.VIEWER)
    answer = petra.post(url("person_remove", cast.maker, cast.petra.public_id))
    assert answer.status_code == 422
    assert "The last owner cannot leave" in answer.content.decode()
    assert in_force_at(cast.shop, cast.petra)


def test_who_has_more_than_the_actor_is_not_removed(cast):
    only(cast.viewer, cast.maker, Scope.USERS, Level.MANAGE)
    answer = signed_in(cast.viewer).post(url("person_remove", cast.maker, cast.petra.public_id))
    assert answer.status_code == 422
    assert in_force_at(cast.maker, cast.petra)


def test_below_only_as_much_ends_as_the_actor_may_and_the_rest_is_counted(cast):
    only(cast.viewer, cast.maker, Scope.USERS, Level.MANAGE)
    mine = allow(cast.stranger, cast.maker, Scope.USERS)
    kept = grant(cast.stranger, cast.shop, Preset.ADMIN)
    done = remove_person(_reach(cast, cast.viewer), person_id=cast.stranger.public_id)
    assert (done.grants, done.kept) == (1, 1)
    assert in_force_at(cast.maker, cast.stranger) == []
    assert in_force_at(cast.shop, cast.stranger) == [kept]
    mine.refresh_from_db()
    assert mine.until


def test_what_comes_from_above_is_not_ended_below(cast):
    answer = signed_in(cast.mio).get(url("person", cast.shop, cast.petra.public_id))
    assert answer.status_code == 404
    petra = signed_in(cast.petra)
    refused = petra.post(url("person_remove", cast.shop, cast.viewer.public_id))
    assert refused.status_code == 422
    assert "nothing here that could be ended here" in refused.content.decode()
    assert in_force_at(cast.maker, cast.viewer)


def _reach(cast: Cast, person):
    return access_organization(person, cast.maker.public_id, scope=Scope.USERS, level=Level.MANAGE)


@pytest.mark.django_db(transaction=True)
def test_of_two_owners_who_leave_at_once_one_stays(shared_database, sandbox, settle, cast):
    """Whoever is second finds the organization held, and an owner to keep."""
    grant(cast.viewer, cast.maker, Preset.OWNER)
    reaches = [_reach(cast, cast.petra), _reach(cast, cast.viewer)]
    barrier, outcomes = threading.Barrier(2), []
    kind, house = type(connections["default"]), connection.settings_dict

    def leave(mine, person) -> None:
        connections["default"] = kind(house, "default")
        barrier.wait(10)
        try:
            remove_person(mine, person_id=person.public_id)
            outcomes.append("removed")
        except RulesBroken:
            outcomes.append("refused")
        finally:
            connections.close_all()

    threads = [
        threading.Thread(target=leave, args=pair) for pair in zip(reaches, (cast.petra, cast.viewer), strict=True)
    ]
    for each in threads:
        each.start()
    for each in threads:
        each.join(30)
    assert sorted(outcomes) == ["refused", "removed"]
    owners = Grant.objects.filter(organization=cast.maker, role__preset=Preset.OWNER)
    assert sum(each.holds(timezone.now()) for each in owners) == 1


def test_the_same_grant_is_ended_once_and_the_second_one_finds_nothing(cast):
    given = grant(cast.stranger, cast.maker, Preset.VIEWER)
    revoke_access(_reach(cast, cast.petra), grant_id=given.public_id)
    with pytest.raises(NoSuchGrant):
        revoke_access(_reach(cast, cast.petra), grant_id=given.public_id)


def test_a_grant_that_ended_by_itself_cannot_be_changed(cast, petra):
    over = grant(cast.stranger, cast.maker, Preset.VIEWER, until=timezone.now() - timedelta(minutes=1))
    assert petra.get(url("grant_change", cast.maker, over.public_id)).status_code == 404
