"""The roles of the house and an organization's own: one matrix, and what each area opens (row 22)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from organizations.access import access_organization
from organizations.choices import Level, Preset, Scope, Verb
from organizations.models import AuditEntry, Invitation, InvitationGrant, Right, Role
from organizations.roles import TABLE
from portal.openings import openings
from tests.cast import Cast, allow
from tests.portal.people import role, seen_in
from tests.portal.sales import only, signed_in, url


@pytest.fixture
def petra(cast: Cast) -> Client:
    return signed_in(cast.petra)


def form(name: str = "Rollout", **levels: str) -> dict[str, str]:
    return {"name": name, "sentence": "Sets up shops.", **{f"level_{scope}": level for scope, level in levels.items()}}


def held(role: Role) -> dict[str, str]:
    return dict(role.rights.filter(until=None).values_list("scope", "level"))


def test_the_page_says_of_every_preset_what_the_table_says(cast, petra):
    page = petra.get(url("roles", cast.maker)).content.decode()
    for preset, standard in TABLE.items():
        assert str(preset.label) in page
        assert str(standard.sentence).replace("'", "&#x27;") in page
    manages = sum(level == Level.MANAGE for standard in TABLE.values() for level in standard.rights.values())
    assert page.count('data-level="manage"') == manages


def test_what_an_area_opens_is_read_off_the_doors(cast, petra):
    opened = openings()
    assert "Grant a role here to a person who is known, or to a team" in opened[Scope.USERS, Level.MANAGE]
    assert (
        "Everybody who reaches the organization, by any road, with their level in each area"
        in opened[Scope.USERS, Level.VIEW]
    )
    page = petra.get(url("roles", cast.maker)).content.decode()
    for sentence in opened[Scope.BILLING, Level.VIEW]:
        assert sentence.replace("'", "&#x27;") in page


def test_an_own_role_is_made_and_can_be_given(cast, petra):
    assert petra.post(url("role_new", cast.maker), form(TSS="MANAGE", CLIENTS="VIEW")).status_code == 303
    made = Role.objects.get(organization=cast.maker, name="Rollout")
    assert held(made) == {"TSS": "MANAGE", "CLIENTS": "VIEW"}
    assert str(made.public_id) in petra.get(url("grant_new", cast.maker)).content.decode()
    assert str(made.public_id) not in petra.get(url("grant_new", cast.shop)).content.decode()
    assert AuditEntry.objects.get(verb=Verb.ROLE_CREATED).after["rights"] == {"TSS": "MANAGE", "CLIENTS": "VIEW"}


@pytest.mark.parametrize(
    ("values", "words"),
    [
        (form(name="Owner", TSS="VIEW"), "There is a role of this name already."),
        (form(name="Taken", TSS="VIEW"), "There is a role of this name already."),
        (form(), "choose at least one area"),
        (form(name=" ", TSS="VIEW"), "This field is required."),
    ],
)
def test_what_cannot_be_is_refused_in_words_and_keeps_what_was_typed(cast, petra, values, words):
    Role.objects.create(organization=cast.maker, name="Taken", sentence="x")
    answer = petra.post(url("role_new", cast.maker), values)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert "Sets up shops." in answer.content.decode()
    assert (
        Role.objects.filter(organization=cast.maker).exclude(name="Taken").exclude(sentence="For a test.").count() == 0
    )


def test_nobody_makes_a_role_that_carries_more_than_they_have(cast):
    only(cast.viewer, cast.maker, Scope.USERS, Level.MANAGE)
    client = signed_in(cast.viewer)
    assert 'name="level_BILLING" value="MANAGE"' not in client.get(url("role_new", cast.maker)).content.decode()
    assert client.post(url("role_new", cast.maker), form(BILLING="MANAGE")).status_code == 422
    assert not Role.objects.filter(name="Rollout").exists()


def test_a_change_shows_whom_it_affects_before_it_is_saved_and_keeps_the_past(cast, petra):
    given = allow(cast.stranger, cast.maker, Scope.TSS, Scope.CLIENTS)
    own, before = given.role, timezone.now()
    address = url("role", cast.maker, own.public_id)
    values = form(TSS="MANAGE", EXPORTS="VIEW")
    shown = petra.post(address, values)
    assert "1 person holds this role (Stranger)" in shown.content.decode()
    assert held(own) == {"TSS": "VIEW", "CLIENTS": "VIEW"}
    assert petra.post(address, {**values, "seen": seen_in(shown)}).status_code == 303
    assert held(own) == {"TSS": "MANAGE", "EXPORTS": "VIEW"}
    assert access_organization(cast.stranger, cast.maker.public_id, scope=Scope.EXPORTS)
    then = access_organization(cast.stranger, cast.maker.public_id, scope=Scope.CLIENTS, at=before)
    assert not then.allows(Scope.EXPORTS)


def test_who_joined_since_is_shown_before_the_change_is_saved(cast, petra):
    own = allow(cast.stranger, cast.maker, Scope.TSS).role
    shown = petra.post(url("role", cast.maker, own.public_id), form(TSS="MANAGE"))
    own.grants.create(user=cast.mio, organization=cast.maker, role=own, covers="HERE")
    again = petra.post(url("role", cast.maker, own.public_id), {**form(TSS="MANAGE"), "seen": seen_in(shown)})
    assert again.status_code == 200
    assert held(own) == {"TSS": "VIEW"}


def test_a_role_that_carries_more_than_the_editor_has_is_not_theirs_to_change(cast):
    own = allow(cast.stranger, cast.maker, Scope.BILLING, level=Level.MANAGE).role
    only(cast.viewer, cast.maker, Scope.USERS, Level.MANAGE)
    client = signed_in(cast.viewer)
    answer = client.post(url("role", cast.maker, own.public_id), form(USERS="VIEW"))
    again = client.post(url("role", cast.maker, own.public_id), form(USERS="VIEW") | {"seen": "anything"})
    assert "not yours to change" in client.get(url("role", cast.maker, own.public_id)).content.decode()
    assert {answer.status_code, again.status_code} <= {200, 422}
    assert held(own) == {"BILLING": "MANAGE"}


def test_presets_are_nobodys_to_change_or_retire(cast, petra):
    for preset in Preset:
        row = role(preset)
        assert petra.get(url("role", cast.maker, row.public_id)).status_code == 404
        assert petra.post(url("role", cast.maker, row.public_id), form(TSS="VIEW")).status_code == 404
        assert petra.post(url("role_retire", cast.maker, row.public_id)).status_code == 404
    assert Right.objects.filter(role__organization=None).exclude(until=None).count() == 0


def test_a_role_is_retired_once_nobody_holds_it_or_is_invited_with_it(cast, petra):
    given = allow(cast.stranger, cast.maker, Scope.TSS)
    address = url("role_retire", cast.maker, given.role.public_id)
    assert "Still held by: Stranger." in petra.get(address).content.decode()
    assert petra.post(address).status_code == 422
    given.until = timezone.now()
    given.save()
    invitation = Invitation.objects.create(
        organization=cast.maker, email="new@example.example", expires_at=timezone.now() + timedelta(hours=48)
    )
    InvitationGrant.objects.create(invitation=invitation, organization=cast.maker, role=given.role)
    assert petra.post(address).status_code == 422
    Invitation.objects.update(revoked_at=timezone.now())
    assert petra.post(address).status_code == 303
    given.role.refresh_from_db()
    assert given.role.retired_at
    assert petra.post(address).status_code == 404


def test_another_organizations_role_is_not_there_and_viewing_changes_nothing(cast, petra):
    foreign = allow(cast.stranger, cast.elsewhere, Scope.TSS).role
    assert petra.post(url("role", cast.maker, foreign.public_id), form(TSS="MANAGE")).status_code == 404
    own = allow(cast.stranger, cast.maker, Scope.TSS).role
    only(cast.viewer, cast.maker, Scope.USERS, Level.VIEW)
    viewer = signed_in(cast.viewer)
    assert viewer.get(url("roles", cast.maker)).status_code == 200
    assert viewer.post(url("role", cast.maker, own.public_id), form(TSS="MANAGE")).status_code == 403
    assert viewer.post(url("role_new", cast.maker), form(TSS="VIEW")).status_code == 403
    assert held(own) == {"TSS": "VIEW"}


def test_a_change_of_the_name_alone_needs_no_second_press(cast, petra):
    own = allow(cast.stranger, cast.maker, Scope.TSS).role
    assert petra.post(url("role", cast.maker, own.public_id), form(name="Renamed", TSS="VIEW")).status_code == 303
    own.refresh_from_db()
    assert own.name == "Renamed"
    assert own.rights.count() == 1
