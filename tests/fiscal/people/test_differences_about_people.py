"""What was done in fiskaly's dashboard is found, shown and decided by a person; nothing is repaired by itself."""

from __future__ import annotations

import pytest
from django.utils import timezone

from fiscal.models import Mirror, UserListing
from fiscal.queries import Standing
from fiscal.services import adopt_address, adopt_person, invite_again, remove_person, remove_unknown
from organizations.models import AuditEntry, DashboardUser
from organizations.rules import RulesBroken

ANNA, BERT = "anna@kassenwerk.example", "bert@kassenwerk.example"


@pytest.fixture
def anna(people):
    people.sandbox.register_person(ANNA)
    made = people.invite()
    people.settle()
    return made


@pytest.fixture
def bert(people):
    """Somebody added in fiskaly's dashboard, and read."""
    made = people.sandbox.make_user(people.remote_organization, "Bert@kassenwerk.example", first_name="Bert")
    people.read()
    return made


def test_a_person_removed_in_the_dashboard_drifts(people, anna):
    people.sandbox.make_user(people.remote_organization, BERT)
    people.sandbox.delete(str(people.id_there(ANNA)))
    people.read()

    assert people.row().standing == Standing.GONE
    assert people.phase(anna) == "DRIFTED"
    people.pass_hours(12)
    assert list(people.there()) == [BERT]


def test_the_only_person_removed_in_the_dashboard_drifts_once_the_empty_list_was_read_twice(people, anna):
    people.sandbox.delete(str(people.id_there(ANNA)))
    before = people.sandbox.ledger.count("GET", "/users$")
    people.read()

    assert people.row().standing == Standing.GONE
    assert people.sandbox.ledger.count("GET", "/users$") == before + 2


def test_an_invitation_taken_back_in_the_dashboard_before_its_time_is_drift_and_not_a_lapse(people):
    person = people.invite()
    people.settle()
    people.sandbox.delete(str(people.id_there(ANNA)))
    people.read()

    assert people.row().standing == Standing.GONE
    assert people.phase(person) == "DRIFTED"


def test_who_is_gone_there_is_invited_again(people, anna):
    people.sandbox.delete(str(people.id_there(ANNA)))
    people.read()
    invite_again(people.reach, user_id=anna.public_id)
    people.settle()

    assert people.there() == {ANNA: "USER"}
    assert people.phase(anna) == "IN_STEP"


def test_or_is_let_go_here_too_without_a_call(people, anna):
    people.sandbox.delete(str(people.id_there(ANNA)))
    people.read()
    calls = people.sandbox.ledger.count()
    remove_person(people.reach, user_id=anna.public_id)
    people.settle()

    assert people.phase(anna) == "RETIRED"
    assert people.sandbox.ledger.count() == calls


def test_somebody_added_in_the_dashboard_is_shown(people, anna, bert):
    (row,) = people.page().unknown
    assert (row.email, row.name, row.invited, row.stays) == (BERT, "Bert", False, False)
    assert row.first_seen_at == timezone.now()


def test_somebody_invited_in_the_dashboard_is_shown_with_the_most_time_that_can_be_left(people):
    people.sandbox.make_user(people.remote_organization, BERT, registered=False)
    people.read()
    (row,) = people.page().unknown
    assert row.invited
    assert row.lapses_at > timezone.now()


def test_the_list_of_an_organization_that_nobody_asked_about_is_not_read(people):
    people.pass_hours(24)
    assert people.sandbox.ledger.count("GET", "/users$") == 0
    assert people.page().read_at is None
    assert not UserListing.objects.exists()


def test_an_unknown_person_is_adopted_without_a_call(people, bert):
    calls = people.sandbox.ledger.count()
    row = adopt_person(people.reach, remote_id=bert["_id"])
    people.settle()

    assert (row.email, row.first_name) == (BERT, "Bert")
    assert people.phase(row) == "IN_STEP"
    assert people.row(BERT).standing == Standing.USER
    assert people.page().unknown == []
    assert people.sandbox.ledger.count() == calls
    assert AuditEntry.objects.get(verb="DASHBOARD_USER_ADOPTED").subject_name == BERT


def test_an_adopted_person_is_watched_like_others(people, bert):
    row = adopt_person(people.reach, remote_id=bert["_id"])
    people.sandbox.delete(bert["_id"])
    people.pass_hours(8)

    assert people.row(BERT).standing == Standing.GONE
    assert people.phase(row) == "DRIFTED"


def test_an_unknown_person_is_removed(people, bert):
    remove_unknown(people.reach, remote_id=bert["_id"], reason="nobody of ours")
    assert people.page().unknown == []
    people.settle()

    assert people.there() == {}
    assert AuditEntry.objects.get(verb="DASHBOARD_USER_REMOVED").reason == "nobody of ours"
    people.read()
    assert people.page().unknown == []
    assert people.page().people == []


def test_an_unknown_person_who_created_the_organization_is_not_removed(people, bert):
    owner = Mirror.objects.get(kind="ORGANIZATION", organization=people.cast.maker)
    owner.observed = {**owner.observed, "created_by_user": bert["_id"]}
    owner.save()

    assert people.page().unknown[0].stays
    with pytest.raises(RulesBroken):
        remove_unknown(people.reach, remote_id=bert["_id"])
    assert not DashboardUser.objects.exists()


@pytest.mark.parametrize("decide", [adopt_person, remove_unknown])
def test_nobody_is_decided_about_who_is_not_on_the_list_or_is_known_by_now(people, bert, decide):
    adopt_person(people.reach, remote_id=bert["_id"])
    with pytest.raises(RulesBroken):
        decide(people.reach, remote_id=bert["_id"])
    with pytest.raises(RulesBroken):
        decide(people.reach, remote_id="11111111-1111-4111-8111-111111111111")
    assert DashboardUser.objects.count() == 1


def test_nobody_of_another_tenant_is_decided_about(people, bert):
    stranger = people.cast.reach(people.cast.stranger, people.cast.elsewhere)
    with pytest.raises(RulesBroken):
        adopt_person(stranger, remote_id=bert["_id"])


@pytest.fixture
def renamed(people, anna):
    """Anna changed her address at fiskaly."""
    there = people.id_there(ANNA)
    people.sandbox.delete(str(there))
    people.sandbox.make_user(people.remote_organization, "anna.berg@kassenwerk.example", _id=str(there))
    people.read()
    return anna


def test_another_address_of_the_same_person_is_drift_and_no_stranger(people, renamed):
    assert people.row().standing == Standing.OTHER_ADDRESS
    assert people.row().their_email == "anna.berg@kassenwerk.example"
    assert people.phase(renamed) == "DRIFTED"
    assert people.page().unknown == []


def test_the_other_address_is_adopted_without_a_call(people, renamed):
    calls = people.sandbox.ledger.count()
    adopt_address(people.reach, user_id=renamed.public_id)
    people.settle()

    assert people.row("anna.berg@kassenwerk.example").standing == Standing.USER
    assert people.phase(renamed) == "IN_STEP"
    assert people.sandbox.ledger.count() == calls
    with pytest.raises(RulesBroken):
        adopt_address(people.reach, user_id=renamed.public_id)


def test_an_address_that_another_person_here_has_is_not_adopted(people, renamed):
    people.invite("anna.berg@kassenwerk.example")
    with pytest.raises(RulesBroken):
        adopt_address(people.reach, user_id=renamed.public_id)
