"""Who can see this, and why: drawn for anybody whom the reader may know, now and of the past."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from organizations.choices import Covers, Level, Mode, Scope
from organizations.models import Delegation, Grant, Team, TeamMember
from organizations.services import issue_key
from tests.cast import Cast, allow, person
from tests.portal.sales import only, signed_in, url
from tests.takings import Takings


def page(who, organization, status: int = 200, **query: object) -> str:
    answer = signed_in(who).get(url("why", organization), query)
    assert answer.status_code == status, answer.content.decode()[:400]
    return " ".join(answer.content.decode().split())


@pytest.fixture
def clerk(cast: Cast):
    return person("clerk@kassenwerk.example", "Clara Clerk")


def test_the_road_leads_from_the_person_over_the_parent_to_the_organization(cast, clerk):
    allow(clerk, cast.maker, Scope.TSS)

    found = page(cast.petra, cast.shop, person=clerk.public_id, area="TSS")

    assert "Clara Clerk has “TSS” of Gasthaus Mio: view." in found
    assert "at Kassenwerk GmbH, for this organization and everything below it" in found


def test_a_grant_that_does_not_reach_down_is_named_as_what_is_missing(cast, clerk):
    allow(clerk, cast.maker, Scope.TSS, covers=Covers.HERE)

    assert "Below Kassenwerk GmbH: covers Kassenwerk GmbH only" in page(
        cast.petra, cast.shop, person=clerk.public_id, area="TSS"
    )


def test_a_grant_that_ended_says_on_which_day_and_still_holds_as_of_the_day_before(cast, clerk):
    grant = allow(clerk, cast.maker, Scope.TSS)
    two_days_ago = timezone.now() - timedelta(days=2)
    Grant.objects.filter(pk=grant.pk).update(until=two_days_ago)

    assert "ended on" in page(cast.petra, cast.maker, person=clerk.public_id, area="TSS")
    before = (timezone.localdate() - timedelta(days=4)).isoformat()
    then = page(cast.petra, cast.maker, person=clerk.public_id, area="TSS", at=before)
    assert "Clara Clerk has “TSS” of Kassenwerk GmbH: view." in then
    assert "As it was at the end of" in then


def test_a_delegation_that_covers_only_view_says_so(cast, clerk):
    allow(clerk, cast.maker, Scope.TSS, level=Level.MANAGE)
    Delegation.objects.create(organization=cast.holding, scope=Scope.TSS, level=Level.VIEW)
    Delegation.objects.create(organization=cast.holding, scope=Scope.USERS, level=Level.VIEW)

    found = page(cast.petra, cast.branch, person=clerk.public_id, area="TSS")

    assert "the delegation covers only view" in found
    assert "Clara Clerk has “TSS” of Ostermann Graz: view." in found


def test_a_road_through_a_team_names_the_team(cast, clerk):
    team = Team.objects.create(organization=cast.maker, name="Support")
    TeamMember.objects.create(team=team, user=clerk)
    grant = allow(cast.viewer, cast.maker, Scope.TSS)
    Grant.objects.filter(pk=grant.pk).update(user=None, team=team)

    assert "Team Support" in page(cast.petra, cast.shop, person=clerk.public_id, area="TSS")


def test_people_of_a_managed_organization_learn_nothing_of_who_stands_above(cast, clerk):
    allow(clerk, cast.maker, *Scope)

    found = page(cast.mio, cast.shop)

    for secret in ("Petra", "Clara", "Kassenwerk"):
        assert secret not in found
    assert "People of organizations above Gasthaus Mio see it too" in found
    page(cast.mio, cast.shop, 404, person=clerk.public_id)


def test_it_is_asked_of_keys_and_registers_as_well(cast):
    key = issue_key(cast.reach(cast.petra, cast.shop), name="till-7", mode=Mode.TEST)
    register = Takings().register(cast.shop, "Till 9")

    assert "of till-7" in page(cast.petra, cast.shop, key=key.public_id)
    assert "of Till 9" in page(cast.petra, cast.shop, register=register.public_id)
    page(cast.petra, cast.sibling, 404, register=register.public_id)
    page(cast.petra, cast.shop, 404, key="no-id")


def test_who_may_not_see_a_register_does_not_learn_its_name_here(cast, clerk):
    only(clerk, cast.maker, Scope.USERS)
    register = Takings().register(cast.shop, "Till 9")

    page(clerk, cast.shop, 403, register=register.public_id)


def test_a_day_to_come_is_refused_at_the_field(cast):
    tomorrow = (timezone.localdate() + timedelta(days=1)).isoformat()

    assert "a day that has passed" in page(cast.petra, cast.maker, 422, at=tomorrow)


def test_the_area_that_is_answered_for_is_the_one_that_is_chosen(cast):
    """Also where nothing was asked for yet."""
    found = page(cast.petra, cast.maker)

    assert "Everybody who can see “Organization management”" in found
    assert '<option value="ORGANIZATIONS" selected>' in found
