"""Teams: who is in one has what it has, so nobody puts people in who could not grant the same."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.test import Client
from django.utils import timezone

from organizations.access import NoSuchOrganization, access_organization
from organizations.choices import Level, Preset, Scope, Verb
from organizations.models import AuditEntry, Team, TeamMember
from organizations.rules import RulesBroken
from organizations.services import add_to_team, set_delegation
from tests.cast import Cast, allow, person
from tests.portal.people import grant, press_twice, seen_in, team
from tests.portal.sales import only, signed_in, url


@pytest.fixture
def petra(cast: Cast) -> Client:
    return signed_in(cast.petra)


@pytest.fixture
def field(cast: Cast) -> Team:
    made = team(cast.maker, "Field service", cast.viewer)
    grant(made, cast.maker, Preset.TECHNICIAN)
    return made


def members(of: Team) -> set[str]:
    return {str(row.user) for row in TeamMember.objects.filter(team=of, until=None).select_related("user")}


def test_a_team_is_made_renamed_and_listed_with_its_people_and_grants(cast, petra, field):
    made = petra.post(url("team_new", cast.maker), {"name": "Accounting"})
    assert made.status_code == 303
    accounting = Team.objects.get(name="Accounting")
    assert petra.post(url("team_rename", cast.maker, accounting.public_id), {"name": "Finance"}).status_code == 303
    page = petra.get(url("teams", cast.maker)).content.decode()
    assert "Finance" in page
    assert "Field service" in page
    verbs = [entry.verb for entry in AuditEntry.objects.filter(subject_id=accounting.public_id).order_by("pk")]
    assert verbs == [Verb.TEAM_CREATED, Verb.TEAM_CHANGED]


def test_a_name_is_given_once(cast, petra, field):
    for answer in (
        petra.post(url("team_new", cast.maker), {"name": "Field service "}),
        petra.post(url("team_new", cast.maker), {"name": ""}),
    ):
        assert answer.status_code == 422
    assert Team.objects.filter(organization=cast.maker).count() == 1


def test_who_is_added_has_at_once_what_the_team_has_after_it_was_shown(cast, petra, field):
    address = url("team_add", cast.maker, field.public_id)
    shown = petra.post(address, {"email": "mio@gasthaus.example"})
    page = shown.content.decode()
    assert "Nothing is saved yet. This is what Mio would get" in page
    assert 'id="exposure"' in page
    assert "Technician" in page
    assert members(field) == {"Viktor"}
    assert petra.post(address, {"email": "mio@gasthaus.example", "seen": seen_in(shown)}).status_code == 303
    assert members(field) == {"Viktor", "Mio"}
    assert access_organization(cast.mio, cast.sibling.public_id, scope=Scope.TSS, level=Level.MANAGE)
    again = press_twice(petra, address, {"email": "mio@gasthaus.example"})
    assert again.status_code == 422
    assert "is in the team already" in again.content.decode()


def test_a_grant_that_the_team_got_meanwhile_is_shown_before_anybody_is_added(cast, petra, field):
    address = url("team_add", cast.maker, field.public_id)
    shown = petra.post(address, {"email": "mio@gasthaus.example"})
    grant(field, cast.maker, Preset.BILLING)
    again = petra.post(address, {"email": "mio@gasthaus.example", "seen": seen_in(shown)})
    assert again.status_code == 200
    assert members(field) == {"Viktor"}


def test_who_is_taken_out_loses_it_at_once(cast, petra, field):
    TeamMember.objects.create(team=field, user=cast.stranger)
    address = url("team_remove", cast.maker, field.public_id, cast.stranger.public_id)
    assert "What the team has is lost at once: Technician." in petra.get(address).content.decode()
    assert petra.post(address, {"reason": "Moved"}).status_code == 303
    with pytest.raises(NoSuchOrganization):
        access_organization(cast.stranger, cast.maker.public_id, scope=Scope.TSS)
    assert petra.post(address).status_code == 404


def test_nobody_adds_or_takes_out_who_has_less_than_the_team(cast, field):
    TeamMember.objects.filter(team=field).update(user=cast.mio)
    only(cast.viewer, cast.maker, Scope.USERS, Level.MANAGE)
    client, address = signed_in(cast.viewer), url("team_add", cast.maker, field.public_id)
    for email in ("petra@kassenwerk.example", "viewer@kassenwerk.example"):
        answer = press_twice(client, address, {"email": email})
        assert answer.status_code == 422
        assert "The team has more than you have there yourself." in answer.content.decode()
    out = client.post(url("team_remove", cast.maker, field.public_id, cast.mio.public_id))
    assert out.status_code == 422
    assert members(field) == {"Mio"}


def test_nobody_adds_somebody_whom_they_may_not_know(cast, petra, field):
    answer = petra.post(url("team_add", cast.maker, field.public_id), {"email": "stranger@fremd.example"})
    assert answer.status_code == 422
    assert "Invite them instead" in answer.content.decode()
    assert "Stranger" not in answer.content.decode()


def test_a_team_is_retired_once_it_has_no_grant(cast, petra, field):
    address = url("team_retire", cast.maker, field.public_id)
    refused = petra.post(address)
    assert refused.status_code == 422
    assert "still has grants" in refused.content.decode()
    field.grants.update(until=timezone.now())
    assert petra.post(address).status_code == 303
    assert members(field) == set()
    assert AuditEntry.objects.get(verb=Verb.TEAM_RETIRED).before["members"] == "Viktor"
    assert petra.get(url("team", cast.maker, field.public_id)).status_code == 404


def test_teams_of_others_are_not_there_and_viewing_changes_nothing(cast, petra, field):
    foreign = team(cast.elsewhere, "Foreign", cast.stranger)
    for name, more in (("team", ()), ("team_rename", ()), ("team_add", ()), ("team_retire", ())):
        assert petra.get(url(name, cast.maker, foreign.public_id, *more)).status_code == 404
    assert petra.post(url("team_remove", cast.maker, foreign.public_id, cast.stranger.public_id)).status_code == 404
    only(cast.viewer, cast.maker, Scope.USERS, Level.VIEW)
    allow(cast.viewer, cast.maker, Scope.USERS)
    viewer = signed_in(cast.viewer)
    assert viewer.get(url("team", cast.maker, field.public_id)).status_code == 200
    assert viewer.post(url("team_new", cast.maker), {"name": "Mine"}).status_code == 403
    assert viewer.post(url("team_retire", cast.maker, field.public_id)).status_code == 403
    assert Team.objects.filter(organization=cast.maker, retired_at=None).count() == 1


def test_by_delegation_nobody_of_the_partner_is_put_into_a_team_of_the_customer(cast):
    """What the team has would outlive the delegation."""
    colleague = person("colleague@kassenwerk.example", "Colleague")
    allow(colleague, cast.maker, Scope.ORGANIZATIONS)
    owner = replace(cast.reach(cast.hanna, cast.holding), owner=True)
    set_delegation(owner, rights=dict.fromkeys(Scope, Level.MANAGE))
    made = team(cast.holding, "Field service")
    there = access_organization(cast.petra, cast.holding.public_id, scope=Scope.USERS, level=Level.MANAGE)

    for partners in (cast.petra, colleague):
        with pytest.raises(RulesBroken, match="act here by delegation"):
            add_to_team(there, team_id=made.public_id, person_id=partners.public_id)

    assert not TeamMember.objects.filter(team=made).exists()
