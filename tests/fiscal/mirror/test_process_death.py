"""Death of the web process and of workers, one named case after the other. All steps of all operations: F09, elsewhere."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from fiscal import tasks
from fiscal.choices import ErrorCode, Operation, Outcome
from fiscal.mirror.engine import LEASE, claim
from fiscal.mirror.kinds.api_key import ApiKeyKind
from fiscal.models import Mirror, MirrorAttempt
from fiscal.services import try_again
from organizations.choices import Mode
from organizations.models import ApiKey, Organization
from organizations.services import issue_key
from tests.cast import below
from tests.fiscal.mirror import invariants
from tests.fiscal.mirror.conftest import Killed


def _creates(sandbox):
    return sandbox.ledger.count("POST", "/organizations$")


def test_a_web_process_killed_before_commit_leaves_nothing_and_the_second_press_works(
    house, sandbox, quiet, monkeypatch
):
    """F01: everything but the key is written when it dies."""
    before = _creates(sandbox)

    def die(*_, **__):
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr("billing.services.issue_key", die)
        with pytest.raises(Killed):
            below(house.petra, house.maker, "Filiale Nord", key_name="till-1")

    quiet()
    assert not Organization.objects.filter(name="Filiale Nord").exists()
    assert _creates(sandbox) == before

    below(house.petra, house.maker, "Filiale Nord")
    quiet()
    assert _creates(sandbox) == before + 1
    invariants.check(sandbox)


def test_a_web_process_killed_after_commit_before_ringing_loses_nothing(house, sandbox, settle, quiet):
    """F02: no callback of this transaction ever runs, so no message was sent. One sweep is enough."""
    since = sandbox.ledger.requests()[-1].n
    below(house.petra, house.maker, "Filiale Nord")

    settle(rounds=1)

    invariants.nothing_is_due_ever()
    invariants.check(sandbox, needed=1, since=since)


def test_a_worker_killed_before_its_claim_has_no_effect(house, sandbox, settle, kill_at):
    """F03: the next one need not even wait."""
    below(house.petra, house.maker, "Filiale Nord")
    kill_at("before-claim")
    with pytest.raises(Killed):
        settle()

    settle()

    invariants.nothing_is_due_ever()
    invariants.check(sandbox)


def test_a_worker_killed_after_its_claim_is_taken_over_when_its_lease_ends(house, sandbox, settle, kill_at, clock):
    """F04"""
    before = _creates(sandbox)
    below(house.petra, house.maker, "Filiale Nord")
    kill_at("after-claim")
    with pytest.raises(Killed):
        settle()

    settle()
    assert _creates(sandbox) == before
    clock.shift(LEASE + timedelta(seconds=6))
    settle()

    assert _creates(sandbox) == before + 1
    invariants.nothing_is_due_ever()
    invariants.check(sandbox)


@pytest.mark.parametrize("point", ["after-answer", "in-settle"])
def test_a_worker_killed_after_its_request_was_carried_out_adopts_what_it_made(
    point, house, sandbox, settle, kill_at, quiet
):
    """F05, F06"""
    since = sandbox.ledger.requests()[-1].n
    below(house.petra, house.maker, "Filiale Nord")
    kill_at(point)
    with pytest.raises(Killed):
        settle()

    quiet()

    assert [attempt.outcome for attempt in MirrorAttempt.objects.filter(operation=Operation.LOOK)] == [Outcome.DONE]
    invariants.nothing_is_due_ever()
    invariants.check(sandbox, needed=1, lookups=1, since=since)


def test_a_worker_killed_before_it_sent_anything_looks_twice_and_then_creates_once(
    house, sandbox, settle, kill_at, quiet
):
    """F05 where the request never left: the grace period passes first."""
    before = _creates(sandbox)
    below(house.petra, house.maker, "Filiale Nord")
    kill_at("after-attempt-written")
    with pytest.raises(Killed):
        settle()

    taken = quiet()

    assert taken >= 60
    assert _creates(sandbox) == before + 1
    invariants.check(sandbox)


def _deliver_to_all() -> None:
    for organization in Organization.objects.all():
        tasks.reconcile(organization_id=organization.pk)


def test_a_redelivery_after_commit_sends_nothing(house, sandbox, settle, kill_at):
    """F07: killed after its commit, before its acknowledgement; the message comes again."""
    below(house.petra, house.maker, "Filiale Nord")
    kill_at("after-settle", times=1)
    with pytest.raises(Killed):
        settle()
    settle()
    _deliver_to_all()  # fiskaly's lists of people are read
    since = sandbox.ledger.requests()[-1].n

    _deliver_to_all()

    assert sandbox.ledger.requests(since=since) == []
    invariants.check(sandbox)


def test_what_kills_its_worker_three_times_is_put_aside_and_other_work_goes_on(house, sandbox, kill_at, settle, clock):
    """F11"""
    poison = issue_key(house.at_shop(), name="poison", mode=Mode.TEST)
    kill_at("after-load", times=3)
    for _ in range(3):
        with pytest.raises(Killed):
            settle()
        clock.shift(timedelta(minutes=2))
    fine = issue_key(house.at_shop(), name="fine", mode=Mode.TEST)
    settle()

    mirror = Mirror.objects.get(subject_id=poison.public_id)
    assert (mirror.error_code, mirror.human_action) == (ErrorCode.POISON, "poison")
    assert Mirror.objects.get(subject_id=fine.public_id).applied_generation == 1
    invariants.check(sandbox)

    try_again(house.at_shop(), mirror_id=mirror.pk)
    settle()
    invariants.nothing_is_due_ever()
    invariants.check(sandbox)


def test_what_uses_up_the_memory_three_times_is_put_aside_too(house, sandbox, settle, clock, monkeypatch):
    """F11, where the process survives: Python gives up an allocation, and the pass with it."""
    poison = issue_key(house.at_shop(), name="poison", mode=Mode.TEST)
    load = ApiKeyKind.load

    def devour(self, subject_id, mirror):
        if subject_id == poison.public_id:
            raise MemoryError
        return load(self, subject_id, mirror)

    monkeypatch.setattr(ApiKeyKind, "load", devour)
    for _ in range(3):
        with pytest.raises(MemoryError):
            settle()
        clock.shift(timedelta(minutes=2))
    settle()

    mirror = Mirror.objects.get(subject_id=poison.public_id)
    assert (mirror.error_code, mirror.human_action) == (ErrorCode.POISON, "poison")
    invariants.check(sandbox)


def test_a_worker_that_slept_through_its_lease_sends_nothing(house, sandbox, settle, monkeypatch, clock):
    """Fencing: between its plan and its call the first worker is stopped, and a second one does the work meanwhile."""
    before = _creates(sandbox)
    below(house.petra, house.maker, "Filiale Nord")
    slept = []

    def reached(point):
        if point == "after-plan" and not slept:
            slept.append(point)
            clock.shift(timedelta(minutes=5))
            settle()

    monkeypatch.setattr("fiscal.mirror.engine.reached", reached)
    settle()

    assert slept
    assert _creates(sandbox) == before + 1
    invariants.check(sandbox)


def test_a_claim_holds_until_its_lease_ends(house, clock):
    mirror = Mirror.objects.first()
    assert claim(mirror, timezone.now())
    assert claim(mirror, timezone.now()) is None
    clock.shift(LEASE + timedelta(seconds=10))
    assert claim(mirror, timezone.now())


def test_a_new_object_is_done_by_its_first_message_although_time_never_stands_still(house, sandbox, clock, monkeypatch):
    """The mirror row is made within the pass that claims it: its default due moment lies after the pass began."""
    key = issue_key(house.at_shop(), name="till-1", mode=Mode.TEST)
    real = timezone.now

    def ticking():
        clock.shift(timedelta(microseconds=50))
        return real()

    monkeypatch.setattr(timezone, "now", ticking)
    tasks.reconcile(organization_id=house.shop.pk)

    assert Mirror.objects.get(subject_id=ApiKey.objects.get(pk=key.pk).public_id).applied_generation == 1
