"""The provider cannot be reached, or only says that it is not well."""

from __future__ import annotations

from itertools import pairwise

from fiscal.choices import ErrorCode
from fiscal.models import Mirror, ProviderState
from fiscal.providers.http import Door
from tests.fiscal.faults.world import check, mirror_of


def seconds_between(entries):
    return [later.at - earlier.at for earlier, later in pairwise(entries)]


def test_a_refused_connection_opens_the_circuit_and_is_probed_every_half_minute(world, converge):
    """F24."""
    shops = world.standing(7)
    world.rename_all(shops)
    world.sandbox.faults.add("connect_refused", times=None, lasts=600)

    converge(seconds=590, step=10)

    asked = world.asked()
    assert not [entry for entry in asked if entry.seen]
    assert ProviderState.objects.get().failures >= 5
    assert min(seconds_between(asked[4:])) >= 30
    assert len(asked) <= 5 + 600 / 30
    tries = Mirror.objects.filter(error_code=ErrorCode.UNREACHABLE).values_list("tries", flat=True)
    assert max(tries) <= 2

    world.forget()
    converge(seconds=65)

    assert ProviderState.objects.get().failures == 0
    assert len([entry for entry in world.asked("PATCH") if entry.seen]) == len(shops)
    check(world.sandbox)


def test_one_black_hole_does_not_keep_others_waiting(world, settle, converge):
    """F25."""
    hole = mirror_of(world.cast.shop).remote_id
    world.sandbox.faults.add("connect_timeout", path=hole, times=None, lasts=300)
    world.rename(world.cast.shop, "Gasthaus im Loch")
    world.rename(world.cast.sibling, "Café Danach")
    world.rename(world.cast.branch, "Ostermann Graz Mitte", by=world.cast.hanna)

    settle()

    assert world.named("Café Danach")
    assert world.named("Ostermann Graz Mitte")
    converge(seconds=290)
    assert len(world.asked(path=hole)) <= 12
    converge(seconds=600, step=20)
    assert world.named("Gasthaus im Loch")
    check(world.sandbox)


def test_a_black_hole_for_everybody_is_not_fed(world, converge):
    """F25."""
    world.shops(8)
    world.sandbox.faults.add("connect_timeout", times=None, lasts=120)

    converge(seconds=110)

    assert len(world.asked()) <= 5 + 110 / 30
    converge(seconds=60)
    check(world.sandbox)


def test_a_name_that_does_not_resolve_is_waited_for(world, converge, monkeypatch):
    """F44."""
    asked = []

    class Unresolved(Door):
        def _session(self):
            asked.append(1)
            return super()._session()

    nowhere = Unresolved("https://provider.invalid", connect_timeout=1)
    with monkeypatch.context() as patch:
        patch.setattr("fiscal.clients.management_door", lambda: nowhere)
        world.rename(world.cast.shop, "Gasthaus ohne Namen")
        converge(seconds=300, step=10)
        mirror = mirror_of(world.cast.shop)
        assert mirror.error_code == ErrorCode.UNREACHABLE
        assert "name could not be resolved" in ProviderState.objects.get().last_error
        assert len(asked) <= 5 + 300 / 30

    converge(seconds=120)
    check(world.sandbox)


def test_a_connection_closed_while_idle_is_noticed(world, settle, converge):
    """F46: a read is repeated at once; a create goes the way of unknown outcomes; nothing is made twice."""
    world.rename(world.cast.shop, "Gasthaus Eins")
    world.sandbox.faults.add("close")
    settle()
    (new,) = world.shops(1)

    settle()
    assert mirror_of(new).unknown_since is not None
    converge(seconds=120)

    assert len(world.named("Filiale 0")) == 1
    check(world.sandbox)


def test_a_storm_of_server_errors_is_hardly_amplified(world, converge):
    """F37: 100 changes, two minutes of 503."""
    shops = world.standing(100)
    world.sandbox.faults.add("status", status=503, times=None, lasts=120)
    world.rename_all(shops)

    converge(seconds=240, step=10)

    looked = sum(1 for entry in world.asked("GET") if entry.status == 200)
    unknown = sum(1 for entry in world.asked("PATCH") if entry.status == 503)
    assert looked <= unknown  # one look for each change of unknown outcome
    assert len(world.asked()) - looked <= 1.1 * len(shops)
    check(world.sandbox)


def test_a_server_error_on_a_create_is_looked_into(world, converge):
    """F37."""
    for status in (500, 502, 503, 504):
        world.sandbox.faults.add("status", status=status, method="POST", path="/organizations$")
        world.wanting(1, f"Fehler {status}")

        converge(seconds=100, step=20)

        assert len(world.named(f"Fehler {status} 0")) == 1
        check(world.sandbox)


def test_a_day_without_the_provider_queues_objects_not_clicks(world, converge):
    """F45."""
    world.sandbox.faults.add("connect_refused", times=None)
    first, second = world.cast.shop, world.cast.sibling
    for hour in range(24):
        world.rename(first, f"Gasthaus um {hour}")
        if hour % 6 == 0:
            world.rename(second, f"Café um {hour}")
        (new,) = world.shops(1, f"Neu um {hour}") if hour == 3 else (None,)
        if new:
            world.rename(new, "Doch anders")
        converge(seconds=3600, step=3600)
    world.sandbox.faults.clear()
    refused = len(world.asked())
    world.forget()

    converge(seconds=80)

    sent = [(entry.method, entry.status) for entry in world.asked(path="/organizations")]
    assert sorted(sent) == [("PATCH", 200), ("PATCH", 200), ("POST", 200)]
    assert (world.named("Gasthaus um 23"), world.named("Doch anders")) != ([], [])
    assert refused <= 5 + 86_400 / 30
    check(world.sandbox)
