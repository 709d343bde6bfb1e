"""Years of past sales: read newest first, paused, resumed, cancelled, and fair to everybody else."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.utils import timezone

from fiscal import services
from fiscal.choices import BackfillState, FillState
from fiscal.models import Backfill, Connection, FillDay
from fiscal.queries.statistics import Span, Wanted, of_organization, statistics
from fiscal.services.fills import BackfillRefused
from fiscal.statistics import schedule
from fiscal.statistics.rollup import roll_up
from fiscal.statistics.shapes import SourceRegister
from organizations.access import EVERYTHING, NotAuthorized, Reach
from organizations.choices import Road, Verb
from organizations.models import AuditEntry
from tests.cast import person
from tests.fiscal.statistics import books
from tests.fiscal.statistics.books import sale, turnover

ONE = timedelta(days=1)


@pytest.fixture
def reach(connection):
    return Reach(person("petra@kassenwerk.example", "Petra"), connection.organization, EVERYTHING, Road.DIRECT)


def test_past_years_are_read_newest_first_to_their_end(shelf, turn, today, register, reach, connection):
    old = [today - n * ONE for n in (120, 300, 700)]
    shelf.put(*(sale(day, 100) for day in old))
    backfill = services.start_backfill(reach, connection.public_id, first_day=today - 730 * ONE)
    shelf.asked.clear()

    turn(minutes=5)

    backfill.refresh_from_db()
    assert (backfill.state, turnover()) == (BackfillState.DONE, 300)
    past = [span for span in shelf.walks() if span[1] < today - 92 * ONE]
    assert past == sorted(past, reverse=True)
    assert FillDay.objects.count() == 731
    register.refresh_from_db()
    assert register.read_from == today - 730 * ONE
    assert AuditEntry.objects.filter(verb=Verb.BACKFILL_STARTED).count() == 1


def test_past_days_count_as_filled_where_the_register_stood_first(shelf, turn, today, register, reach, connection):
    """Else statistics would show turnover of days on which nobody stood anywhere, and compare it with nothing."""
    old = today - 300 * ONE
    shelf.put(sale(old, 100))
    first_known = register.placements.get().from_day
    assert first_known > old
    services.start_backfill(reach, connection.public_id, first_day=today - 365 * ONE)

    turn(minutes=5)
    roll_up(now=timezone.now())

    assert register.placements.get().from_day == today - 365 * ONE
    found = statistics(of_organization(reach, Wanted(span=Span(old - ONE, old))))
    assert [(day.expected, day.filled) for day in found.days.coverage.days.values()] == [(1, 1), (1, 1)]
    assert found.days.total.net == 100


def test_only_what_was_read_of_the_past_is_said_to_have_been_there(shelf, turn, today, register, reach, connection):
    shelf.put(*(sale(today - n * ONE, 100) for n in (120, 300)))
    backfill = services.start_backfill(reach, connection.public_id, first_day=today - 365 * ONE)

    def pause(what, _register):
        if what == "page" and Backfill.objects.get().next_day < today - 150 * ONE:
            Backfill.objects.update(state=BackfillState.PAUSED)

    shelf.before_call = pause
    turn(minutes=5)
    backfill.refresh_from_db()
    assert backfill.state == BackfillState.PAUSED
    read = FillDay.objects.exclude(state=FillState.STARTED).order_by("day").values_list("day", flat=True)
    assert register.placements.get().from_day == read.first()


def test_it_rests_while_it_is_paused_and_goes_on_where_it_was(shelf, turn, today, register, reach, connection):
    backfill = services.start_backfill(reach, connection.public_id, first_day=today - 365 * ONE)
    paused = []

    def pause(what, _register):
        if what == "page" and not paused and Backfill.objects.get().next_day < today - 150 * ONE:
            paused.append(Backfill.objects.update(state=BackfillState.PAUSED))

    shelf.before_call = pause
    turn(minutes=5)
    backfill.refresh_from_db()
    stopped_at = backfill.next_day
    assert today - 365 * ONE < stopped_at < today - 150 * ONE
    turn(minutes=5)
    backfill.refresh_from_db()
    assert backfill.next_day == stopped_at

    shelf.asked.clear()
    services.resume_backfill(reach, backfill.public_id)
    turn(minutes=5)
    backfill.refresh_from_db()
    assert backfill.state == BackfillState.DONE
    assert max(last for _, last in shelf.walks() if last < today - 100 * ONE) <= stopped_at


def test_a_cancelled_one_is_over_and_keeps_what_was_read(shelf, turn, today, register, reach, connection):
    backfill = services.start_backfill(reach, connection.public_id, first_day=today - 365 * ONE)
    services.pause_backfill(reach, backfill.public_id)
    services.cancel_backfill(reach, backfill.public_id)
    services.cancel_backfill(reach, backfill.public_id)
    services.resume_backfill(reach, backfill.public_id)
    backfill.refresh_from_db()
    assert backfill.state == BackfillState.CANCELLED
    verbs = list(AuditEntry.objects.order_by("pk").values_list("verb", flat=True))
    assert verbs == [Verb.BACKFILL_STARTED, Verb.BACKFILL_PAUSED, Verb.BACKFILL_CANCELLED]


def test_one_at_a_time_and_only_of_days_that_can_be(shelf, today, register, reach, connection):
    with pytest.raises(BackfillRefused):
        services.start_backfill(reach, connection.public_id, first_day=today)
    with pytest.raises(BackfillRefused):
        services.start_backfill(reach, connection.public_id, first_day=date(1999, 1, 1))
    services.start_backfill(reach, connection.public_id, first_day=today - 100 * ONE)
    with pytest.raises(BackfillRefused):
        services.start_backfill(reach, connection.public_id, first_day=today - 200 * ONE)
    one = services.start_backfill(
        reach, connection.public_id, first_day=today - 200 * ONE, register_id=register.public_id
    )
    assert one.register == register


def test_a_removed_connection_reads_no_past_sales(today, register, reach, connection):
    backfill = services.start_backfill(reach, connection.public_id, first_day=today - 365 * ONE)
    services.remove_connection(reach, connection.public_id, reason="moved")
    backfill.refresh_from_db()
    assert (backfill.state, backfill.ended_at is None) == (BackfillState.CANCELLED, False)
    for act in (
        lambda: services.start_backfill(reach, connection.public_id, first_day=today - 100 * ONE),
        lambda: services.read_now(reach, connection.public_id),
    ):
        with pytest.raises(Connection.DoesNotExist):
            act()


def test_nobody_reaches_another_ones_connection(register, connection, today):
    stranger = Reach(person("s@fremd.example", "S"), books.make_organization("Fremd GmbH"), EVERYTHING, Road.DIRECT)
    for act in (
        lambda: services.start_backfill(stranger, connection.public_id, first_day=today - ONE),
        lambda: services.read_now(stranger, connection.public_id),
    ):
        with pytest.raises(Connection.DoesNotExist):
            act()
    nobody = Reach(stranger.actor, connection.organization, frozenset(), Road.DIRECT)
    with pytest.raises(NotAuthorized):
        services.read_now(nobody, connection.public_id)


def test_read_now_makes_it_due(shelf, register, reach, connection):
    assert services.due_connections(now=timezone.now()) == []
    services.read_now(reach, connection.public_id)
    assert services.due_connections(now=timezone.now()) == [connection.pk]


def test_a_turn_ends_when_its_time_is_over_and_the_rest_comes_next(shelf, turn, today, connection, monkeypatch):
    """The first to be served is who waited longest: in two turns all registers are read."""
    shelf.registers_listed = [SourceRegister(str(n), f"Kassa {n}") for n in range(6)]
    for n in range(6):
        shelf.put(sale(today, 100), register=str(n))
    clock = iter(range(0, 10_000, 2))
    monkeypatch.setattr(schedule.time, "monotonic", lambda: next(clock))
    row = turn()
    assert 0 < turnover() < 600
    assert row.read_at is None
    assert row.due_at <= timezone.now() + timedelta(seconds=60)
    for _ in range(6):
        row = turn(minutes=1)
    assert turnover() == 600
    for _ in range(30):  # the settled days, counted one by one, come last
        row = turn(minutes=1)
    assert row.read_at is not None


def test_connections_that_are_behind_leave_room_for_the_others(shelf, db, clock):
    """However many workers there are, at most two of those that are slow are read from at once."""
    now = timezone.now()
    organization = books.make_organization()
    slow = [books.make_connection(organization) for _ in range(3)]
    quick = books.make_connection(organization, read_at=now - timedelta(minutes=5))
    taken = [schedule.take(row.pk, now=now) for row in (*slow, quick)]
    assert [lease is not None for lease in taken] == [True, True, False, True]
    assert services.due_connections(now=now) == [slow[2].pk]
    taken[0].release(now=now, finished=True)
    assert schedule.take(slow[2].pk, now=now) is not None


def test_many_new_connections_do_not_stand_before_one_that_is_read_all_along(db, clock):
    now = timezone.now()
    organization = books.make_organization()
    for _ in range(25):
        books.make_connection(organization, due_at=now - timedelta(days=1))
    quick = books.make_connection(organization, read_at=now - timedelta(minutes=5), due_at=now)
    found = services.due_connections(now=now, limit=200)
    assert found[0] == quick.pk
    assert len(found) == 1 + schedule.FEW_BEHIND
