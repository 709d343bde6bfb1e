"""Every organization that somebody reaches today or would reach, with what they may do there then and now."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery

from fiscal.choices import ConnectionStatus
from fiscal.models import Connection, Register
from organizations.access import NOTHING, Holding, Right, both, covers
from organizations.choices import Kind, Level, Scope
from organizations.models import ApiKey, Organization

CHUNK = 5_000
"""How many primary keys one statement names at most."""
FACTS = ("pk", "parent", "kind", "in_live", "arrangement__bill_to")


class Place(NamedTuple):
    """What tells organizations apart here: very many of them are alike."""

    managed: bool
    live: bool
    bill_to: int | None
    today: frozenset[Right]
    after: frozenset[Right]


@dataclass(frozen=True)
class Everywhere:
    """All places, by the organization's primary key, how many are alike, and how many things stand at those."""

    places: Mapping[int, Place]
    alike: Mapping[Place, int]
    things: Mapping[str, Mapping[Place, int]]
    """Keys, registers and connections, each as its list counts them."""


def places_of(*, today: Holding, rest: Holding, new: Holding, reader: Holding | None) -> Everywhere:
    """All places that roads lead to: those of `today`, the `rest` of them that would stay, and the `new` ones.

    SECURITY: what somebody has besides counts only where the `reader` (None: the system) administers people.
    """
    counted = {name: _per_organization(rows) for name, rows in _things().items()}
    places: dict[int, Place] = {}
    things: dict[str, Counter[Place]] = {name: Counter() for name in counted}
    for condition in _conditions(sorted(today.here.keys() | new.here.keys()), today.below.keys() | new.below.keys()):
        rows = Organization.objects.filter(condition).order_by().values_list(*FACTS, *counted.values())
        for pk, parent, kind, live, bill_to, *numbers in rows.iterator(2000):
            if pk in places:  # found by its own roads in one statement and by its parent's in another
                continue
            now, stays = today.at(pk, parent), rest.at(pk, parent)
            if now and reader is not None and not covers(reader.at(pk, parent), Scope.USERS, Level.VIEW):
                now = stays = NOTHING
            place = places[pk] = Place(kind == Kind.MANAGED, live, bill_to, now, both(stays, new.at(pk, parent)))
            for name, number in zip(things, numbers, strict=True):
                if number:
                    things[name][place] += number
    return Everywhere(places, Counter(places.values()), things)


def _things() -> dict[str, QuerySet[Any]]:
    return {
        "keys": ApiKey.objects.filter(retired_at=None),
        "registers": Register.objects.all(),
        "connections": Connection.objects.exclude(status=ConnectionStatus.REVOKED),
    }


def _per_organization(rows: QuerySet[Any]) -> Subquery:
    """How many of these rows the organization around it has; None for none."""
    own = rows.filter(organization=OuterRef("pk")).order_by().values("organization")
    return Subquery(own.annotate(number=Count("pk")).values("number"))


def _conditions(heads: Sequence[int], below: AbstractSet[int]) -> Iterator[Q]:
    for start in range(0, len(heads), CHUNK):
        chunk = heads[start : start + CHUNK]
        yield Q(pk__in=chunk) | Q(parent__in=[pk for pk in chunk if pk in below])
