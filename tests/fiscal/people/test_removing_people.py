"""A person loses access to fiskaly's dashboard, and not by mistake somebody who was invited meanwhile."""

from __future__ import annotations

from datetime import timedelta

import pytest

from fiscal.models import Mirror
from fiscal.queries import Standing, dashboard_people
from fiscal.services import remove_person
from organizations.models import AuditEntry
from organizations.rules import RulesBroken
from organizations.services import invite_dashboard_user, remove_dashboard_user, retire

ANNA = "anna@kassenwerk.example"
DELETE = {"method": "DELETE", "path": "/users/"}


@pytest.fixture
def anna(people):
    people.sandbox.register_person(ANNA)
    made = people.invite()
    people.settle()
    return made


def test_a_person_is_removed_by_one_call_and_on_record(people, anna):
    remove_person(people.reach, user_id=anna.public_id, reason="left")
    assert people.row().standing == Standing.LEAVING
    assert people.page().moving
    people.settle()

    assert people.there() == {}
    assert people.page().people == []
    assert people.phase(anna) == "RETIRED"
    assert people.sandbox.ledger.count(**DELETE) == 1
    assert AuditEntry.objects.get(verb="DASHBOARD_USER_REMOVED").reason == "left"


def test_an_invitation_is_taken_back(people):
    person = people.invite()
    people.settle()
    remove_person(people.reach, user_id=person.public_id)
    people.settle()

    assert people.there() == {}


def test_an_invitation_that_was_not_sent_yet_is_never_sent(people):
    person = people.invite()
    remove_person(people.reach, user_id=person.public_id)
    people.settle()

    assert people.sandbox.ledger.count(path="/users") == 0
    assert people.phase(person) == "RETIRED"


def test_whose_invitation_lapsed_is_forgotten_without_a_call(people):
    person = people.invite()
    people.settle()
    people.pass_hours(49)
    remove_person(people.reach, user_id=person.public_id)
    people.settle()

    assert people.phase(person) == "RETIRED"
    assert people.sandbox.ledger.count(**DELETE) == 0


def test_a_person_who_was_removed_there_already_is_gone_here_too(people, anna):
    people.sandbox.delete(str(people.id_there(ANNA)))
    remove_person(people.reach, user_id=anna.public_id)
    people.settle()

    assert people.phase(anna) == "RETIRED"


def test_a_person_listed_under_another_id_by_now_is_removed_all_the_same(people, anna):
    people.sandbox.delete(str(people.id_there(ANNA)))
    people.sandbox.make_user(people.remote_organization, "ANNA@kassenwerk.example")
    remove_person(people.reach, user_id=anna.public_id)
    people.settle()

    assert people.there() == {}
    assert people.phase(anna) == "RETIRED"


def test_a_person_invited_anew_while_the_removal_is_on_its_way_stays(people, anna):
    people.sandbox.faults.add("timeout_before", times=3, **DELETE)
    remove_person(people.reach, user_id=anna.public_id)
    people.settle()
    again = people.invite()
    for _ in range(60):
        people.settle()
        people.clock.shift(timedelta(seconds=15))

    assert people.there() == {ANNA: "USER"}
    assert people.mirror(again).remote_id == str(people.id_there(ANNA))
    assert people.phase(again) == "IN_STEP"
    assert people.phase(anna) == "RETIRED"


def test_who_created_the_organization_there_is_not_removed(people, anna):
    owner = Mirror.objects.get(kind="ORGANIZATION", organization=people.cast.maker)
    owner.observed = {**owner.observed, "created_by_user": str(people.id_there(ANNA))}
    owner.save()

    assert people.row().stays
    with pytest.raises(RulesBroken):
        remove_person(people.reach, user_id=anna.public_id)
    anna.refresh_from_db()
    assert anna.retired_at is None


def test_a_creator_that_kontor_did_not_know_as_such_waits_for_a_person(people, anna):
    people.sandbox.edit_organization(people.remote_organization, created_by_user=str(people.id_there(ANNA)))
    remove_dashboard_user(people.reach, user_id=anna.public_id)
    people.settle()

    assert people.phase(anna) == "NEEDS_PERSON"
    assert people.mirror(anna).human_action == "stays_at_fiskaly"
    assert people.row().cause == "fiskaly keeps this person"


def test_people_of_a_retired_organization_go_with_it(people):
    reach = people.cast.reach(people.cast.petra, people.cast.shop)
    mio = invite_dashboard_user(reach, email="mio@gasthaus.example")
    people.settle()
    retire(people.cast.reach(people.cast.petra, people.cast.shop))
    people.settle()

    assert people.there() == {}
    assert people.phase(mio) == "RETIRED"
    assert dashboard_people(reach).people == []


def test_a_removed_person_can_be_invited_anew(people, anna):
    remove_person(people.reach, user_id=anna.public_id)
    people.settle()
    again = people.invite()
    people.settle()

    assert people.there() == {ANNA: "USER"}
    assert people.phase(again) == "IN_STEP"
    assert [row.person_id for row in people.page().people] == [again.public_id]
