"""The provider did it and nobody heard: looked for by its mark, adopted, and never made twice."""

from __future__ import annotations

import random
import time
from dataclasses import replace
from datetime import timedelta

import pytest
from django.utils import timezone

from billing.rules import Address
from billing.services import add_address, change_address
from fiscal import services
from fiscal.choices import ErrorCode, KindName, Operation, Outcome
from fiscal.models import IssuedKey, Mirror, MirrorAttempt
from fiscal.providers.http import Door
from fiscal.sandbox.server import serving
from organizations.choices import Mode
from organizations.models import Organization
from organizations.services import disable_key, issue_key
from tests.fiscal.faults.world import check, mirror_of

CREATE_ORGANIZATION = {"method": "POST", "path": "/organizations$"}
CREATE_KEY = {"method": "POST", "path": "/api-keys$"}
ADDRESS = Address(
    recipient="Kassenwerk GmbH", address_line1="Werkstraße 1", zip="4020", town="Linz", country_code="AUT"
)
LOST = ("drop_after", "timeout_after", "read_timeout", "half_body", "fail_after")


def our_keys(world):
    return [key for key in world.sandbox.objects("api_key") if key["metadata"].get("kontor_id")]


@pytest.mark.parametrize("fault", LOST)
def test_an_organization_whose_answer_was_lost_is_adopted(world, converge, fault):
    """F26, F33: half an answer is as good as none."""
    world.sandbox.faults.add(fault, **CREATE_ORGANIZATION)
    (new,) = world.shops(1)

    converge(seconds=30)

    assert len(world.named("Filiale 0")) == 1
    assert len(world.asked("POST", "/organizations$")) == 1
    assert len(world.asked("GET", "/organizations$")) <= 3
    assert MirrorAttempt.objects.filter(mirror=mirror_of(new), outcome=Outcome.UNKNOWN).count() == 1
    check(world.sandbox)


@pytest.mark.parametrize("fault", LOST)
def test_a_key_whose_secret_was_lost_is_disabled_and_issued_anew(world, converge, fault):
    """F27."""
    world.sandbox.faults.add(fault, **CREATE_KEY)
    key = issue_key(world.cast.reach(world.cast.petra, world.cast.shop), name="till-1", mode=Mode.TEST)

    converge(seconds=30)

    assert sorted(doc["status"] for doc in our_keys(world)) == ["disabled", "enabled"]
    issued = IssuedKey.objects.get(api_key=key)
    (working,) = (doc for doc in our_keys(world) if doc["status"] == "enabled")
    assert working["_id"] == mirror_of(key).remote_id
    assert issued.unsealed()[0] == working["key"]
    assert len(world.asked("GET", "/api-keys$")) <= 3
    assert MirrorAttempt.objects.filter(operation=Operation.DISABLE_ORPHAN, outcome=Outcome.DONE).count() == 1
    check(world.sandbox)


def test_a_billing_address_whose_answer_was_lost_is_adopted_by_its_content(world, converge):
    """F28."""
    world.sandbox.faults.add("drop_after", method="POST", path="/billing-addresses$")
    row = add_address(world.cast.reach(world.cast.petra, world.cast.maker), address=ADDRESS, mode=Mode.TEST)

    converge(seconds=30)

    (there,) = world.sandbox.objects("billing_address")
    assert mirror_of(row).remote_id == there["_id"]
    assert len(world.asked("POST", "/billing-addresses$")) == 1
    check(world.sandbox)


@pytest.mark.parametrize("fault", LOST)
def test_a_billing_address_edited_after_its_answer_was_lost_is_adopted_by_what_was_sent(world, converge, fault):
    """F28, when a person is faster than the look: the provider still holds what was sent, not what is wanted now."""
    reach = world.cast.reach(world.cast.petra, world.cast.maker)
    world.sandbox.faults.add(fault, method="POST", path="/billing-addresses$")
    row = add_address(reach, address=ADDRESS, mode=Mode.TEST)
    converge(seconds=1)
    assert mirror_of(row).unknown_since is not None

    moved = replace(ADDRESS, address_line1="Neue Gasse 9", address_line2="Stiege 2")
    change_address(reach, address_id=row.public_id, address=moved, generation=row.generation)
    converge(seconds=90)

    (there,) = world.sandbox.objects("billing_address")
    assert mirror_of(row).remote_id == there["_id"]
    assert (there["address_line1"], there["address_line2"]) == ("Neue Gasse 9", "Stiege 2")
    assert not mirror_of(row).attempts.exclude(sent=None).exists()
    assert len(world.asked("POST", "/billing-addresses$")) == 1
    check(world.sandbox)


def test_a_billing_address_that_is_only_alike_is_not_taken_for_the_one_that_was_sent(world, converge):
    """The other one has a second line: somebody made it in fiskaly's dashboard."""
    reach = world.cast.reach(world.cast.petra, world.cast.maker)
    alike = replace(ADDRESS, address_line2="Hinterhaus")
    other = add_address(reach, address=alike, mode=Mode.TEST)
    converge(seconds=5)
    mirror_of(other).delete()
    world.sandbox.faults.add("drop_before", method="POST", path="/billing-addresses$")
    row = add_address(reach, address=ADDRESS, mode=Mode.TEST)
    other.delete()
    converge(seconds=120)

    assert len(world.sandbox.objects("billing_address")) == 2
    assert "address_line2" not in mirror_of(row).observed
    check(world.sandbox)


def test_a_change_whose_answer_was_lost_is_looked_at_before_it_is_repeated(world, converge):
    """F29."""
    for fault in LOST:
        world.forget()
        world.sandbox.faults.add(fault, method="PATCH")
        world.rename(world.cast.shop, f"Gasthaus nach {fault}")

        converge(seconds=20)

        assert len(world.asked("GET", "/organizations/")) == 1  # whether it arrived, before anything is sent again
        assert len(world.asked("PATCH")) <= 2
        assert world.named(f"Gasthaus nach {fault}")
        check(world.sandbox)


@pytest.mark.parametrize("fault", ["drop_before", "timeout_before"])
def test_a_create_that_never_arrived_is_sent_again_after_the_grace_period(world, converge, fault):
    """F30."""
    world.sandbox.faults.add(fault, **CREATE_ORGANIZATION)
    world.shops(1)

    converge(seconds=120)

    first, second = world.asked("POST", "/organizations$")
    assert second.at - first.at >= 60
    assert len(world.asked("GET", "/organizations$")) <= 3
    assert len(world.named("Filiale 0")) == 1
    check(world.sandbox)


def test_a_duplicate_that_arrives_late_is_found_and_left_to_a_person(world, converge, clock):
    """F31: a proxy sends the create once more after 90 seconds."""
    world.sandbox.faults.add("replay_later", seconds=90, **CREATE_ORGANIZATION)
    (new,) = world.shops(1)
    converge(seconds=100)
    world.sandbox.run_due()
    assert len(world.named("Filiale 0")) == 2
    first = mirror_of(new).remote_id

    clock.shift(timedelta(hours=8))
    services.compare_due(now=timezone.now())

    mirror = mirror_of(new)
    assert (mirror.human_action, mirror.error_code) == ("duplicate", ErrorCode.DUPLICATE)
    assert mirror.remote_id == first
    assert len(world.named("Filiale 0")) == 2
    assert not world.asked("DELETE")
    world.rename(new, "Filiale umbenannt")
    converge(seconds=10)
    assert [doc["_id"] for doc in world.named("Filiale umbenannt")] == [first]


def test_a_list_that_lags_does_not_lead_to_a_second_create(world, converge):
    """F32: the new object shows in lists only after 45 seconds."""
    world.sandbox.faults.add("delayed_visibility", seconds=45)
    world.sandbox.faults.add("drop_after", **CREATE_ORGANIZATION)
    (new,) = world.shops(1)

    converge(seconds=120)

    assert len(world.asked("POST", "/organizations$")) == 1
    assert mirror_of(new).remote_id == world.named("Filiale 0")[0]["_id"]
    check(world.sandbox)


def test_an_answer_of_one_byte_at_a_time_ends_at_the_deadline(world, converge, monkeypatch):
    """F41, over real sockets, with a deadline of half a second for one of twenty."""
    world.sandbox.faults.add("slow", bytes_per_second=20, **CREATE_ORGANIZATION)
    world.shops(1)
    with serving(world.sandbox) as url, monkeypatch.context() as patch:
        # Frozen time would never be late.
        door = Door(f"{url}/management/api/v0", deadline=0.5, clock=time.perf_counter)
        patch.setattr("fiscal.clients.management_door", lambda: door)
        services.sweep(now=timezone.now())

    mirror = Mirror.objects.get(remote_id="", kind=KindName.ORGANIZATION)
    assert (mirror.error_code, mirror.unknown_since is None) == (ErrorCode.UNREACHABLE, False)
    converge(seconds=60)
    assert len(world.named("Filiale 0")) == 1
    check(world.sandbox)


@pytest.mark.once
def test_two_hundred_lost_answers_make_no_duplicate(world, converge):
    """RG3: organizations and keys, four at a time, each losing its answer (or its request) in one of five ways."""
    chance = random.Random(20_26)
    ways = ("drop_after", "timeout_after", "half_body", "fail_after", "drop_before")
    reach = world.cast.reach(world.cast.petra, world.cast.shop)
    subjects = []
    for wave in range(50):
        for number in range(4):
            is_key = number < 2
            fault = CREATE_KEY if is_key else CREATE_ORGANIZATION
            world.sandbox.faults.add(chance.choice(ways), skip=number % 2, **fault)
            if is_key:
                subjects.append(issue_key(reach, name=f"till-{wave}-{number}", mode=Mode.TEST))
            else:
                subjects += world.wanting(1, f"Verloren {wave}-{number}")
        converge(seconds=4, step=4)
    converge(seconds=400, step=40)

    check(world.sandbox)
    lost = MirrorAttempt.objects.filter(operation=Operation.CREATE, outcome=Outcome.UNKNOWN)
    assert 190 <= lost.count() <= 200
    there = [doc for doc in world.sandbox.objects("organization") if doc["name"].startswith("Verloren")]
    assert len(there) == len({doc["name"] for doc in there}) == sum(isinstance(one, Organization) for one in subjects)
    for subject in subjects:
        attempts = mirror_of(subject).attempts
        looks = attempts.filter(operation=Operation.LOOK, outcome__in=[Outcome.DONE, Outcome.NOT_THERE]).count()
        assert looks <= 3 * attempts.filter(operation=Operation.CREATE, outcome=Outcome.UNKNOWN).count()


def test_a_key_that_was_switched_off_meanwhile_is_not_left_on(world, converge):
    """F27: what is desired when the answer comes counts."""
    reach = world.cast.reach(world.cast.petra, world.cast.shop)
    world.sandbox.faults.add("drop_after", **CREATE_KEY)
    key = issue_key(reach, name="till-1", mode=Mode.TEST)
    converge(seconds=0.5, step=0.5)
    disable_key(reach, key_id=key.public_id)

    converge(seconds=30)

    assert {doc["status"] for doc in our_keys(world)} == {"disabled"}
    check(world.sandbox)
