"""An invitation has no idempotency key: after an unknown outcome the list is looked through for the address first."""

from __future__ import annotations

from datetime import timedelta

import pytest

from fiscal.choices import Operation, Outcome
from fiscal.services import remove_person

ANNA = "anna@kassenwerk.example"
INVITE = {"method": "POST", "path": "/users$"}
REMOVE = {"method": "DELETE", "path": "/users/"}
LOST = ("drop_after", "timeout_after", "read_timeout", "half_body", "fail_after")


def wait(people, seconds: float = 120) -> None:
    for _ in range(int(seconds / 5)):
        people.settle()
        people.clock.shift(timedelta(seconds=5))
    people.settle()


@pytest.mark.parametrize("fault", LOST)
def test_an_invitation_whose_answer_was_lost_is_found_by_its_address(people, fault):
    people.sandbox.faults.add(fault, **INVITE)
    anna = people.invite()
    wait(people)

    assert list(people.there()) == [ANNA]
    assert people.mirror(anna).remote_id == str(people.id_there(ANNA))
    assert people.phase(anna) == "IN_STEP"
    assert people.sandbox.ledger.count(**INVITE) == 1
    lost = people.mirror(anna).attempts.filter(operation=Operation.CREATE, outcome=Outcome.UNKNOWN)
    assert lost.count() == 1
    assert people.row().lapses_at == lost.get().started_at + timedelta(hours=48)


@pytest.mark.parametrize("fault", ["drop_before", "timeout_before"])
def test_an_invitation_that_never_arrived_is_sent_again_after_the_grace_period(people, fault):
    people.sandbox.faults.add(fault, **INVITE)
    anna = people.invite()
    wait(people, 180)

    first, second = people.sandbox.ledger.requests(**INVITE)
    assert second.at - first.at >= 60
    assert people.phase(anna) == "IN_STEP"
    assert list(people.there()) == [ANNA]


def test_a_person_removed_while_it_is_unknown_whether_the_invitation_arrived_has_no_access(people):
    people.sandbox.faults.add("drop_after", **INVITE)
    anna = people.invite()
    people.settle()
    assert people.mirror(anna).unknown_since is not None

    remove_person(people.reach, user_id=anna.public_id)
    wait(people)

    assert people.there() == {}
    assert people.phase(anna) == "RETIRED"


@pytest.mark.parametrize("fault", LOST)
def test_a_removal_whose_answer_was_lost_is_looked_at_before_it_is_repeated(people, fault):
    anna = people.invite()
    people.settle()
    people.sandbox.faults.add(fault, **REMOVE)
    remove_person(people.reach, user_id=anna.public_id)
    wait(people)

    assert people.there() == {}
    assert people.phase(anna) == "RETIRED"
    assert people.sandbox.ledger.count(**REMOVE) == 1


def test_a_list_with_an_item_that_cannot_be_read_proves_nobody_missing(people):
    anna = people.invite()
    people.settle()
    before = people.row().standing
    people.sandbox.make_user(people.remote_organization, "", _id="11111111-1111-4111-8111-111111111111")
    people.sandbox.delete(str(people.id_there(ANNA)))

    people.read()

    assert people.row().standing == before
    assert people.phase(anna) == "IN_STEP"


def test_a_list_that_cannot_be_had_changes_nothing_and_says_why(people):
    people.invite()
    people.settle()
    people.sandbox.faults.add("status", method="GET", path="/users$", status=503, times=9)
    people.read()

    page = people.page()
    assert page.trouble == "fiskaly did not answer. Kontor tries again by itself."
    assert not page.awaited
    people.sandbox.faults.clear()
    people.clock.shift(timedelta(minutes=11))
    people.settle()
    assert people.page().trouble == ""
