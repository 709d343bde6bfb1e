"""All ways to ask who may do what agree with the guide's own sentences, in random worlds.

WORLDS=240 in the environment asks in so many of them.
"""

from __future__ import annotations

import os
import random
import sys

import pytest
import time_machine

from organizations.access import (
    Holding,
    NoSuchOrganization,
    NotAuthorized,
    Reach,
    Roads,
    Starts,
    access_organization,
    covers,
    heads_of,
    holding_of,
    reach_at,
    reachable,
    roads,
    ways,
)
from organizations.access.places import places
from organizations.choices import Level, Road, Scope
from organizations.models import Organization
from tests.organizations.oracle import SCOPES, Human, Org
from tests.organizations.worlds import DAYS, Drawn, Written, moment, write

AT_ONCE = 15
WORLDS = int(os.environ.get("WORLDS", "30"))
ASKED = [(None, Level.VIEW), *((scope, level) for scope in SCOPES for level in Level)]


def expected(written: Written, who: Human, scope: Scope | None, level: Level, at: float) -> set[int]:
    """What the oracle lets the person reach; without a scope, with any."""
    world = written.world
    scopes = Scope if scope is None else [scope]
    return {written.orgs[org].pk for org in world.orgs if any(world.may(who, org, each, level, at) for each in scopes)}


@pytest.fixture(params=range(0, WORLDS, AT_ONCE))
def batch(request, db) -> list[tuple[int, float, Written]]:
    """Worlds with their seed, each to be asked at one of its moments, borders of spans among them."""
    seeds = range(request.param, request.param + AT_ONCE)
    drawn = [Drawn(seed) for seed in seeds]
    moments = [one.chance.randint(0, 2 * DAYS) / 2 for one in drawn]
    return list(zip(seeds, moments, write([one.world for one in drawn]), strict=True))


def test_every_way_to_ask_agrees_with_the_guide(batch):
    wrong: list[object] = []
    for seed, at, written in batch:
        for who in written.people:
            wrong += [(seed, at, who.key, *what) for what in differences(written, who, at)]

    assert wrong == []


def differences(written: Written, who: Human, at: float):
    """Every answer that differs from the oracle's."""
    user = written.people[who]
    heads = heads_of(user, moment(at))
    assert heads is not None
    holding = holding_of(user, moment(at))
    for scope, level in ASKED:
        right = expected(written, who, scope, level, at)
        if found_at(places(user, scope, level, moment(at))) != right:
            yield "places", scope, level
        if led_to(Roads(user, heads).starts(scope, level), written) != right:
            yield "heads", scope, level
        if held_at(holding, scope, level, written) != right:
            yield "holding", scope, level
    for org, row in written.orgs.items():
        yield from wrong_reach(written, who, org, reach_at(user, row, at=moment(at)), at)
    yield from wrong_ways(written, who, random.Random(who.key).choice(written.world.orgs), at)


def wrong_ways(written: Written, who: Human, org: Org, at: float):
    """What explains the decision: the roads that hold give just what the person may do, and who else may."""
    scope = SCOPES[0]
    row = written.orgs[org]
    own = {way.level for way in ways(row, scope, moment(at), person=written.people[who]) if way.holds}
    if best(own) != allowed(written, who, org, scope, at):
        yield "ways", org.key, own
    everybody: dict[int, set] = {}
    for way in ways(row, scope, moment(at)):
        everybody.setdefault(way.person.pk, set()).add(way.level)
    for one, user in written.people.items():
        if best(everybody.get(user.pk, set())) != allowed(written, one, org, scope, at):
            yield "everybody", org.key, one.key


def best(levels: set) -> Level | None:
    return next((level for level in (Level.MANAGE, Level.VIEW) if level in levels), None)


def allowed(written: Written, who: Human, org: Org, scope: Scope, at: float) -> Level | None:
    return next((level for level in (Level.MANAGE, Level.VIEW) if written.world.may(who, org, scope, level, at)), None)


def led_to(starts: Starts, written: Written) -> set[int]:
    """What stands at these starts or below them."""
    at, below = set(starts.at), set(starts.below)
    return {row.pk for row in written.orgs.values() if row.pk in at or row.parent_id in below}


def held_at(holding: Holding, scope: Scope | None, level: Level, written: Written) -> set[int]:
    """Where this says that the scope is held, or any."""
    scopes = Scope if scope is None else [scope]
    return {
        row.pk
        for row in written.orgs.values()
        if any(covers(holding.at(row.pk, row.parent_id), each, level) for each in scopes)
    }


def wrong_reach(written: Written, who: Human, org: Org, reach: Reach, at: float):
    """What one decision says: rights here and below, ownership, and the road."""
    world, child = written.world, Org("a new one", parent=org)
    for scope in Scope:
        for level in Level:
            if reach.allows(scope, level) != world.may(who, org, scope, level, at):
                yield "allows", org.key, scope, level
            if not org.parent and reach.allows_below(scope, level) != world.may(who, child, scope, level, at):
                yield "allows_below", org.key, scope, level
    if reach.owner != world.owns(who, org, at):
        yield "owner", org.key
    if reach.grants and reach.road != road(written, who, org, at):
        yield "road", org.key, reach.road


def road(written: Written, who: Human, org: Org, at: float) -> Road:
    if written.world.stands(who, org, at):
        return Road.DIRECT
    return Road.PARENT if written.world.within(who, org, at) else Road.DELEGATION


def test_what_pages_ask_now_agrees_with_the_guide(batch, monkeypatch):
    """`roads` and `Reach.tree` know only the present: so the present is put where the world is asked.

    In every other batch more than two heads are too many, so that both ways to answer are asked.
    """
    few = 2 if batch[0][0] else 200
    monkeypatch.setattr(sys.modules["organizations.access.roads"], "FEW", few)
    wrong: list[object] = []
    for seed, at, written in batch:
        with time_machine.travel(moment(at), tick=False):
            for who in written.people:
                wrong += [(seed, at, who.key, *what) for what in differences_now(written, who, at)]

    assert wrong == []


def differences_now(written: Written, who: Human, at: float):
    user, parents = written.people[who], {row.pk: row.parent_id for row in written.orgs.values()}
    known = roads(user)
    for scope, level in ASKED:
        right, starts = expected(written, who, scope, level, at), known.starts(scope, level)
        if set(reachable(user, scope, level).values_list("pk", flat=True)) != right:
            yield "reachable", scope, level
        if known.heads is not None and led_to(starts, written) != right:
            yield "starts", scope, level
        if scope and level == Level.VIEW:
            if known.reached(scope, parents) != right:
                yield "reached", scope
            yield from wrong_roots(known.roots(scope), starts, right, parents)
    for org, row in written.orgs.items():
        yield from wrong_door(written, who, org, row, at)


def found_at(starts: Starts) -> set[int]:
    """What the database finds there."""
    return set(Organization.objects.filter(starts.rows()).values_list("pk", flat=True))


def wrong_roots(roots, starts: Starts, right: set[int], parents: dict[int, int | None]):
    """Roots are reached, none stands below another, and everything reached is one or stands below one."""
    if roots is None:
        return
    pks = {root.pk for root in roots}
    below = set(starts.below)
    under = {pk for pk in right if parents[pk] in below}
    if not pks <= right or pks & under or pks | under != right:
        yield "roots", sorted(pks), sorted(right)


def wrong_door(written: Written, who: Human, org: Org, row: Organization, at: float):
    """404 for what is out of reach, 403 for a missing authorization; and what the tree below shows."""
    user, world = written.people[who], written.world
    anything = any(world.may(who, org, scope, Level.VIEW, at) for scope in Scope)
    scope, level = random.Random(org.key).choice(ASKED[1:])
    try:
        reach = access_organization(user, row.public_id, scope=scope, level=level)
        answer = 200
    except NoSuchOrganization:
        answer = 404
    except NotAuthorized:
        answer = 403
    right = 200 if world.may(who, org, scope, level, at) else 403 if anything else 404
    if answer != right:
        yield "door", org.key, scope, level, answer
    if answer == right == 200:
        children = {written.orgs[one].pk for one in world.orgs if one.parent is org}
        seen = (expected(written, who, scope, level, at) & children) | {row.pk}
        tree = Organization.objects.filter(reach.tree(scope, level, field=""))
        if set(tree.values_list("pk", flat=True)) != seen:
            yield "tree", org.key, scope, level
