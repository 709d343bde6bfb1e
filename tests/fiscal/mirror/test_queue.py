"""The queue at its worst: messages twice, reversed, late or lost, the broker away, two of everything."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import timedelta

import pytest
from django.utils import timezone

from config.celery import app
from fiscal import services, tasks
from fiscal.choices import ErrorCode
from fiscal.mirror import engine
from fiscal.mirror.kinds.api_key import ApiKeyKind
from fiscal.models import Mirror
from organizations.choices import Mode
from organizations.models import Organization
from organizations.services import change_details, issue_key
from organizations.services.changes import details_of
from tests.cast import below
from tests.fiscal.mirror import invariants


@pytest.fixture
def messages(monkeypatch) -> list[int]:
    """Messages that would go to the broker, in their order."""
    sent: list[int] = []
    monkeypatch.setattr(tasks.reconcile, "delay", lambda *, organization_id: sent.append(organization_id))
    monkeypatch.setattr(tasks, "doorbell", tasks.Doorbell())
    return sent


@pytest.fixture
def dead_broker(monkeypatch) -> list[int]:
    """A broker that takes nothing. The list holds the tries."""
    tries: list[int] = []

    def refuse(*, organization_id):
        tries.append(organization_id)
        raise OSError("OOM command not allowed when used memory > 'maxmemory'")

    monkeypatch.setattr(tasks.reconcile, "delay", refuse)
    monkeypatch.setattr(tasks, "doorbell", tasks.Doorbell())
    return tries


def _rename(house, name):
    shop = Organization.objects.get(pk=house.shop.pk)
    change_details(house.at_shop(), details=replace(details_of(shop), name=name), generation=shop.generation)


def _name_there(house, sandbox):
    remote_id = Mirror.objects.get(organization=house.shop, kind="ORGANIZATION").remote_id
    return next(item["name"] for item in sandbox.objects() if item["_id"] == remote_id)


def test_every_message_delivered_twice_has_one_effect(house, sandbox, messages, django_capture_on_commit_callbacks):
    """F13"""
    before = len(sandbox.ledger.effects())
    with django_capture_on_commit_callbacks(execute=True):
        below(house.petra, house.maker, "Filiale Nord", key_name="till-1")
        _rename(house, "Gasthaus Mia")

    for organization_id in [*messages, *messages]:
        tasks.reconcile(organization_id=organization_id)

    assert len(sandbox.ledger.effects()) == before + 3
    invariants.nothing_is_due_ever()
    invariants.check(sandbox)


def test_messages_in_reverse_order_end_in_what_was_wanted_last(
    house, sandbox, messages, django_capture_on_commit_callbacks
):
    """F14"""
    with django_capture_on_commit_callbacks(execute=True):
        for name in ("Erster Name", "Zweiter Name", "Dritter Name"):
            _rename(house, name)
        below(house.petra, house.maker, "Filiale Nord")

    for organization_id in reversed(messages):
        tasks.reconcile(organization_id=organization_id)

    assert _name_there(house, sandbox) == "Dritter Name"
    assert sandbox.ledger.count("PATCH") == 1
    invariants.check(sandbox)


def test_a_message_two_hours_late_never_brings_back_an_old_version(
    house, sandbox, messages, django_capture_on_commit_callbacks, settle, clock
):
    """F15"""
    with django_capture_on_commit_callbacks(execute=True):
        _rename(house, "Erster Name")
    settle()
    _rename(house, "Zweiter Name")
    settle()
    clock.shift(timedelta(hours=2))

    tasks.reconcile(organization_id=messages[0])

    assert _name_there(house, sandbox) == "Zweiter Name"
    assert sandbox.ledger.count("PATCH") == 2
    invariants.check(sandbox)


def test_without_any_message_everything_is_done_by_the_sweep(house, sandbox, settle):
    """F16, F18, F19: flushed, restarted empty or failed over, a lost message is a lost message."""
    since = sandbox.ledger.requests()[-1].n
    for number in range(10):
        below(house.petra, house.maker, f"Filiale {number}")

    settle(rounds=1)

    invariants.nothing_is_due_ever()
    invariants.check(sandbox, needed=10, since=since)


def test_pages_keep_committing_while_the_broker_is_away(
    house, sandbox, dead_broker, django_capture_on_commit_callbacks, settle
):
    """F17, F22: the callback swallows the error, rings once, and then spares everybody the wait."""
    with django_capture_on_commit_callbacks(execute=True):
        for number in range(5):
            below(house.petra, house.maker, f"Filiale {number}")

    assert Organization.objects.filter(name__startswith="Filiale").count() == 5
    assert len(dead_broker) == 1
    settle()
    invariants.nothing_is_due_ever()
    invariants.check(sandbox)


def test_after_its_silence_the_doorbell_rings_again(dead_broker, clock):
    """F17: workers are rung for again without a restart."""
    doorbell = tasks.Doorbell()
    assert doorbell.ring(1) is False
    assert doorbell.ring(1) is False
    doorbell.silent_until -= doorbell.SILENCE
    doorbell.ring(1)
    assert len(dead_broker) == 2


def test_a_second_run_of_the_same_work_sees_the_lease_and_stops(house, sandbox, monkeypatch):
    """F20: while the first one is in its call, the message is delivered to a second worker."""
    services.reconcile_organization(house.shop.pk)  # fiskaly's list of people is read
    issue_key(house.at_shop(), name="till-1", mode=Mode.TEST)
    real, runs = ApiKeyKind.apply, []

    def apply(self, client, wanted, seen, call):
        runs.append(services.reconcile_organization(house.shop.pk))
        return real(self, client, wanted, seen, call)

    monkeypatch.setattr(ApiKeyKind, "apply", apply)
    services.reconcile_organization(house.shop.pk)

    assert runs == [0]
    assert len(sandbox.ledger.effects("api key created")) == 1
    invariants.check(sandbox)


def test_two_beats_run_a_job_once(db, clock):
    """F21"""
    ran = []
    minute = timedelta(minutes=1)
    for _ in range(2):
        services.periodic("job", minute, lambda: ran.append(timezone.now()), now=timezone.now())
    assert len(ran) == 1
    clock.shift(minute)
    assert services.periodic("job", minute, lambda: ran.append(timezone.now()), now=timezone.now())
    assert len(ran) == 2


def test_a_clock_that_went_back_runs_nothing_twice(db, clock):
    """F21 with C13: daylight saving, or a corrected clock."""
    minute = timedelta(minutes=1)
    assert services.periodic("job", minute, lambda: None, now=timezone.now())
    assert not services.periodic("job", minute, lambda: None, now=timezone.now() - timedelta(hours=1))


def test_beat_rings_for_exactly_what_is_periodic(db, clock, monkeypatch):
    ran = []
    monkeypatch.setattr(services, "tidy", lambda **_: ran.append("tidy"))
    monkeypatch.setattr(services, "compare_due", lambda **_: ran.append("compare_due"))
    by_name = {entry["task"]: entry["schedule"] for entry in app.conf.beat_schedule.values()}

    assert by_name == {f"fiscal.tasks.{name}": every.total_seconds() for name, (every, _job) in tasks.PERIODIC.items()}
    for name in by_name:
        app.tasks[name]()
        app.tasks[name]()
    assert sorted(ran) == ["compare_due", "tidy"]


def test_an_object_that_always_raises_holds_up_nobody_else(house, sandbox, settle, clock, monkeypatch, caplog):
    """F23: it shows as our fault, is tried again within the hour, and everything around it is done."""
    bad = issue_key(house.at_shop(), name="poison", mode=Mode.TEST)
    fine = issue_key(house.at_shop(), name="fine", mode=Mode.TEST)
    real = ApiKeyKind.plan

    def plan(self, wanted, seen, mirror):
        if wanted.subject.pk == bad.pk:
            raise ZeroDivisionError("a fault of ours")
        return real(self, wanted, seen, mirror)

    monkeypatch.setattr(ApiKeyKind, "plan", plan)
    settle()

    mirror = Mirror.objects.get(subject_id=bad.public_id)
    assert mirror.error_code == ErrorCode.INTERNAL
    assert timezone.now() < mirror.due_at <= timezone.now() + timedelta(hours=1)
    assert Mirror.objects.get(subject_id=fine.public_id).applied_generation == 1
    monkeypatch.setattr(ApiKeyKind, "plan", real)
    clock.shift(timedelta(hours=1))
    settle()
    invariants.nothing_is_due_ever()
    invariants.check(sandbox)


def test_a_row_that_stays_due_does_not_spin(house, sandbox, monkeypatch):
    """However wrong a kind is, one object has a few turns, and then the next one has its own."""
    stuck = issue_key(house.at_shop(), name="a-stuck", mode=Mode.TEST)
    other = issue_key(house.at_shop(), name="other", mode=Mode.TEST)
    real = engine._work

    def work(it):
        if it.mirror.subject_id == stuck.public_id:
            return it.settlement.released(due_at=it.now)
        return real(it)

    monkeypatch.setattr(engine, "_work", work)
    assert services.reconcile_organization(house.shop.pk) <= 7
    assert Mirror.objects.get(subject_id=other.public_id).applied_generation == 1


def test_messages_in_any_order_any_number_of_times_converge(
    house, sandbox, messages, django_capture_on_commit_callbacks, quiet
):
    """F13 to F16 mixed, by a fixed seed."""
    chance = random.Random(7)
    with django_capture_on_commit_callbacks(execute=True):
        for number in range(6):
            below(house.petra, house.maker, f"Filiale {number}", key_name=f"till-{number}")
            _rename(house, f"Name {number}")
    chance.shuffle(messages)
    for organization_id in messages * 2:
        if chance.random() < 0.5:
            tasks.reconcile(organization_id=organization_id)

    quiet()

    assert _name_there(house, sandbox) == "Name 5"
    invariants.nothing_is_due_ever()
    invariants.check(sandbox)
