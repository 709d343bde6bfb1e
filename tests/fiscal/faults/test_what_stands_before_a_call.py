"""The gate itself: what it costs, and what happens when several workers stand at it."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

import pytest
from django.utils import timezone

from fiscal.choices import ErrorCode
from fiscal.clients.gate import LONGEST_NAP, DatabaseGate
from fiscal.models import Credential, Mirror, ProviderState
from fiscal.providers.errors import Garbled, Throttled, Unreachable
from organizations.choices import Mode
from tests.fiscal.faults.world import mirror_of


@pytest.fixture
def credential(world) -> Credential:
    return Credential.objects.get(organization=world.cast.maker, mode=Mode.TEST)


def fresh(credential) -> Credential:
    return Credential.objects.get(pk=credential.pk)


def open_circuit(credential) -> None:
    for _ in range(5):
        DatabaseGate(credential).failed(Unreachable("nobody there", sent=False))


def test_a_calm_call_costs_two_small_reads(credential, django_assert_num_queries):
    gate = DatabaseGate(credential)
    gate.enter()
    gate.passed()

    with django_assert_num_queries(2):
        gate.enter()
        gate.passed()


def test_a_call_under_a_learnt_limit_costs_four(credential, django_assert_num_queries):
    Credential.objects.filter(pk=credential.pk).update(interval=0.2)
    gate = DatabaseGate(credential)
    gate.enter()
    gate.passed()

    with django_assert_num_queries(4):
        gate.enter()
        gate.passed()


def test_refusals_of_requests_under_way_together_slow_down_once(credential):
    gates = [DatabaseGate(credential) for _ in range(4)]
    for gate in gates:
        gate.enter()
    for gate in gates:
        gate.failed(Throttled("slow down", status=429))

    once = fresh(credential).interval
    alone = DatabaseGate(Credential.objects.get(organization__name="Fremde Kassen GmbH", mode=Mode.TEST))
    alone.enter()
    alone.failed(Throttled("slow down", status=429))
    assert once == Credential.objects.get(organization__name="Fremde Kassen GmbH", mode=Mode.TEST).interval


def test_the_longest_wait_asked_for_is_kept_by_later_refusals(credential):
    first, second = DatabaseGate(credential), DatabaseGate(credential)
    first.enter()
    second.enter()
    first.failed(Throttled("slow down", status=429, retry_after=60))
    second.failed(Throttled("slow down", status=429, retry_after=1))

    assert fresh(credential).not_before >= timezone.now() + timedelta(seconds=60)


def test_a_turn_that_comes_soon_is_slept_for_and_a_late_one_is_given_back(credential):
    Credential.objects.filter(pk=credential.pk).update(
        interval=0.2, next_slot_at=timezone.now() + timedelta(seconds=LONGEST_NAP)
    )
    before = timezone.now()
    DatabaseGate(credential).enter()
    assert timezone.now() - before == timedelta(seconds=LONGEST_NAP)

    Credential.objects.filter(pk=credential.pk).update(next_slot_at=timezone.now() + timedelta(seconds=9))
    with pytest.raises(Throttled) as refused:
        DatabaseGate(credential).enter()
    assert (refused.value.sent, refused.value.retry_after) == (False, 9)


def test_turns_are_given_in_order_of_arrival_and_evenly_spaced(credential):
    Credential.objects.filter(pk=credential.pk).update(interval=0.2, next_slot_at=timezone.now())
    turns = []
    for _ in range(5):
        DatabaseGate(credential).enter()
        turns.append(timezone.now())

    gaps = {round((later - earlier).total_seconds(), 3) for earlier, later in pairwise(turns)}
    assert gaps == {0.2}


def test_a_probe_is_not_spent_on_a_call_that_is_not_made(world, credential, clock):
    open_circuit(credential)
    clock.shift(timedelta(seconds=31))
    Credential.objects.filter(pk=credential.pk).update(not_before=timezone.now() + timedelta(minutes=5))
    with pytest.raises(Throttled):
        DatabaseGate(credential).enter()

    other = Credential.objects.get(organization=world.cast.elsewhere, mode=Mode.TEST)
    DatabaseGate(other).enter()
    with pytest.raises(Unreachable):
        DatabaseGate(other).enter()


def test_an_answer_closes_the_circuit_and_makes_what_waited_due(world, credential, clock):
    open_circuit(credential)
    later = timezone.now() + timedelta(hours=1)
    Mirror.objects.update(error_code=ErrorCode.UNREACHABLE, due_at=later)
    clock.shift(timedelta(seconds=31))
    gate = DatabaseGate(credential)
    gate.enter()

    gate.failed(Garbled("not what the contract says", status=200))

    assert ProviderState.objects.get().failures == 0
    assert mirror_of(world.cast.shop).due_at == timezone.now()


def test_the_first_call_of_all_needs_no_row(credential):
    for ending in ("passed", "failed"):
        ProviderState.objects.all().delete()
        gate = DatabaseGate(credential)
        gate.enter()
        gate.passed() if ending == "passed" else gate.failed(Unreachable("nobody there", sent=False))
        assert ProviderState.objects.get().failures == (0 if ending == "passed" else 1)


def test_a_row_that_vanishes_during_a_call_is_made_anew(credential):
    gate = DatabaseGate(credential)
    gate.enter()
    gate.passed()
    gate.enter()
    ProviderState.objects.all().delete()
    gate.failed(Unreachable("nobody there", sent=False))

    assert ProviderState.objects.get().failures == 1


def test_a_limit_set_by_the_operator_is_kept(credential, settings):
    settings.MANAGEMENT_RATE = 4
    turns = []
    for _ in range(4):
        DatabaseGate(credential).enter()
        turns.append(timezone.now())

    assert turns[-1] - turns[0] == timedelta(seconds=0.75)
