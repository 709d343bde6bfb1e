"""Every organization that somebody reaches today or would reach, with what they may do there then and now."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from django.db.models import Q

from organizations.access import Head, Right, covers
from organizations.choices import Kind, Level, Scope
from organizations.models import Organization

CHUNK = 5_000
"""How many primary keys one statement names at most."""
NOTHING: frozenset[Right] = frozenset()


class Place(NamedTuple):
    """What tells organizations apart here: very many of them are alike."""

    managed: bool
    live: bool
    bill_to: int | None
    today: frozenset[Right]
    after: frozenset[Right]


@dataclass(frozen=True)
class Everywhere:
    """All places, by the organization's primary key, and how many are alike."""

    places: Mapping[int, Place]
    alike: Mapping[Place, int]
    conditions: Sequence[tuple[list[int], list[int]]]

    def chunks(self, organization: str) -> Iterator[Q]:
        """Conditions that together find the rows of all places; one row may be found by several of them."""
        for at, below in self.conditions:
            yield Q(**{f"{organization}__in": at}) | Q(**{f"{organization}__parent__in": below})


class Holds:
    """What holds where, by the heads of somebody's roads."""

    def __init__(self, heads: Sequence[Head]) -> None:
        self.here = {head.pk: head.here for head in heads}
        self.below = {head.pk: head.below for head in heads if head.below}

    def at(self, pk: int, parent: int | None) -> frozenset[Right]:
        """All that holds at one organization."""
        return both(self.here.get(pk, NOTHING), self.below.get(parent or 0, NOTHING))


@lru_cache(maxsize=1024)
def both(one: frozenset[Right], other: frozenset[Right]) -> frozenset[Right]:
    """All rights of two sets. Remembered: thousands of organizations have the same few."""
    return one | other


def places_of(
    *, today: Sequence[Head], rest: Sequence[Head], new: Sequence[Head], reader: Sequence[Head] | None
) -> Everywhere:
    """All places that roads lead to: those of `today`, the `rest` of them that would stay, and the `new` ones.

    SECURITY: what somebody has besides counts only where the `reader` (None: the system) administers people.
    """
    before, staying, coming, own = Holds(today), Holds(rest), Holds(new), Holds(reader or ())
    heads = before.here.keys() | coming.here.keys()
    conditions = list(_conditions(sorted(heads), before.below.keys() | coming.below.keys()))
    places: dict[int, Place] = {}
    told: dict[frozenset[Right], bool] = {}
    for at, below in conditions:
        rows = Organization.objects.filter(Q(pk__in=at) | Q(parent__in=below)).order_by()
        facts = rows.values_list("pk", "parent", "kind", "in_live", "arrangement__bill_to")
        for pk, parent, kind, live, bill_to in facts.iterator(2000):
            now, stays = before.at(pk, parent), staying.at(pk, parent)
            if now and reader is not None:
                mine = own.at(pk, parent)
                if not told.setdefault(mine, covers(mine, Scope.USERS, Level.VIEW)):
                    now = stays = NOTHING
            places[pk] = Place(kind == Kind.MANAGED, live, bill_to, now, both(stays, coming.at(pk, parent)))
    return Everywhere(places, Counter(places.values()), conditions)


def _conditions(heads: Sequence[int], below: AbstractSet[int]) -> Iterator[tuple[list[int], list[int]]]:
    for start in range(0, len(heads), CHUNK):
        chunk = heads[start : start + CHUNK]
        yield list(chunk), [pk for pk in chunk if pk in below]
