"""A person is invited at fiskaly: at once if registered there, else for 48 hours, and again when those are over."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from fiscal.models import Mirror, UserListing
from fiscal.queries import Standing
from fiscal.services import invite_again, try_again
from organizations.access import NotAuthorized, access_organization
from organizations.choices import Level, Scope
from organizations.models import AuditEntry, DashboardUser
from organizations.rules import RulesBroken
from organizations.services import invite_dashboard_user
from tests.cast import allow, below
from tests.cast import person as somebody

ANNA = "anna@kassenwerk.example"


def test_a_person_is_invited_by_one_call_and_on_record(people):
    anna = people.invite(" Anna@Kassenwerk.example ", first_name="Anna", last_name="Berg")
    people.settle()

    (there,) = people.sandbox.objects("user")
    assert (there["email"], there["first_name"], there["last_name"]) == (ANNA, "Anna", "Berg")
    assert people.mirror(anna).remote_id == there["_id"]
    assert people.phase(anna) == "IN_STEP"
    assert people.sandbox.ledger.count("POST", "/users$") == 1
    assert people.sandbox.ledger.count("GET", "/users$") == 0
    entry = AuditEntry.objects.get(verb="DASHBOARD_USER_INVITED")
    assert (entry.subject_name, entry.after["email"]) == (ANNA, ANNA)


def test_who_has_yet_to_register_is_invited_with_the_time_that_is_left(people):
    people.invite()
    people.settle()
    people.pass_hours(7)

    row = people.row()
    assert row.standing == Standing.INVITED
    assert row.lapses_at - timezone.now() == timedelta(hours=41)
    assert not people.page().moving


def test_a_registered_address_has_access_at_once(people):
    people.sandbox.register_person(ANNA)
    people.invite()
    people.settle()

    assert people.row().standing == Standing.USER
    assert people.row().lapses_at is None


def test_registering_is_seen_within_the_hour(people):
    people.invite()
    people.settle()
    people.sandbox.register_person(ANNA)

    people.pass_hours(0.3)

    assert people.row().standing == Standing.USER
    assert people.row().confirmed_at == UserListing.objects.get().read_at


def test_while_somebody_is_invited_the_list_is_read_every_hour_and_then_rarely(people):
    people.invite()
    people.settle()
    for _ in range(20):
        people.pass_hours(0.25)
    assert people.sandbox.ledger.count("GET", "/users$") == 5

    people.sandbox.register_person(ANNA)
    people.pass_hours(1.1)
    before = people.sandbox.ledger.count("GET", "/users$")
    for _ in range(16):
        people.pass_hours(0.25)
    assert people.sandbox.ledger.count("GET", "/users$") == before


def test_an_invitation_that_nobody_takes_up_lapses_and_waits_for_a_person(people):
    anna = people.invite()
    people.settle()
    for _ in range(49):
        people.pass_hours(1)

    assert people.there() == {}
    assert people.row().standing == Standing.LAPSED
    assert people.phase(anna) == "NEEDS_PERSON"
    assert people.row().cause == "The invitation lapsed"
    posts = people.sandbox.ledger.count("POST", "/users$")
    people.pass_hours(30)
    assert people.sandbox.ledger.count("POST", "/users$") == posts


@pytest.fixture
def lapsed(people):
    anna = people.invite()
    people.settle()
    people.pass_hours(49)
    assert people.row().standing == Standing.LAPSED
    return anna


def test_a_lapsed_invitation_is_sent_again(people, lapsed):
    invite_again(people.reach, user_id=lapsed.public_id)
    people.settle()

    assert people.row().standing == Standing.INVITED
    assert people.row().lapses_at - timezone.now() == timedelta(hours=48)
    assert people.phase(lapsed) == "IN_STEP"
    assert AuditEntry.objects.filter(verb="DASHBOARD_USER_INVITED").count() == 2
    people.pass_hours(49)
    assert people.row().standing == Standing.LAPSED


def test_trying_a_lapsed_invitation_again_on_the_page_of_mirror_work_invites_again(people, lapsed):
    try_again(people.reach, mirror_id=people.mirror(lapsed).pk)
    people.settle()

    assert people.row().standing == Standing.INVITED
    assert not AuditEntry.objects.filter(verb="TRIED_AGAIN").exists()


def test_who_was_added_in_the_dashboard_after_lapsing_here_is_in_step_again(people, lapsed):
    people.sandbox.make_user(people.remote_organization, ANNA)
    people.read()

    assert people.row().standing == Standing.USER
    assert people.phase(lapsed) == "IN_STEP"


def test_whom_fiskaly_knows_already_is_not_invited_again(people):
    anna = people.invite()
    people.settle()

    with pytest.raises(RulesBroken):
        invite_again(people.reach, user_id=anna.public_id)

    assert people.phase(anna) == "IN_STEP"


def test_somebody_who_is_on_fiskalys_list_already_is_found_and_taken_over(people):
    people.sandbox.make_user(people.remote_organization, "Anna@Kassenwerk.example")
    anna = people.invite()
    people.settle()
    people.clock.shift(timedelta(seconds=10))
    people.settle()

    assert people.phase(anna) == "IN_STEP"
    assert people.mirror(anna).remote_id == str(people.id_there(ANNA))
    assert len(people.there()) == 1


@pytest.mark.parametrize("email", ["", "anna", "anna@", f"{'a' * 250}@kassenwerk.example"])
def test_what_is_no_address_is_refused(people, email):
    with pytest.raises(RulesBroken) as broken:
        people.invite(email)
    assert "email" in broken.value.errors


def test_the_same_address_twice_is_refused_whatever_its_case(people):
    people.invite()
    with pytest.raises(RulesBroken):
        people.invite("ANNA@kassenwerk.example")
    assert DashboardUser.objects.count() == 1
    assert AuditEntry.objects.filter(verb="DASHBOARD_USER_INVITED").count() == 1


def test_a_managed_organization_has_people_of_its_own(people):
    reach = people.cast.reach(people.cast.petra, people.cast.shop)
    invite_dashboard_user(reach, email="mio@gasthaus.example")
    people.settle()

    shop = Mirror.objects.get(kind="ORGANIZATION", organization=people.cast.shop).remote_id
    (made,) = people.sandbox.ledger.requests("POST", "/users$")
    assert f"/organizations/{shop}/users" in made.path
    assert people.page().people == []


def test_an_organization_that_is_not_at_fiskaly_yet_keeps_the_invitation_waiting(people):
    shop = below(people.cast.petra, people.cast.maker, "Neu")
    anna = invite_dashboard_user(people.cast.reach(people.cast.petra, shop), email=ANNA)
    people.settle()

    assert people.phase(anna) == "IN_STEP"


def test_nobody_is_invited_to_a_retired_organization(people):
    people.cast.shop.retired_at = timezone.now()
    people.cast.shop.save()
    with pytest.raises(RulesBroken):
        invite_dashboard_user(people.cast.reach(people.cast.petra, people.cast.shop), email=ANNA)


def test_who_may_only_view_users_invites_nobody(people):
    viewer = somebody("vera@kassenwerk.example", "Vera")
    allow(viewer, people.cast.maker, Scope.USERS, level=Level.VIEW)
    reach = access_organization(viewer, people.cast.maker.public_id, scope=Scope.USERS)

    with pytest.raises(NotAuthorized):
        invite_dashboard_user(reach, email=ANNA)

    assert not DashboardUser.objects.exists()
