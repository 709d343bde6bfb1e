"""What a right is, and how two of them compare."""

from __future__ import annotations

from functools import lru_cache

from organizations.choices import Level, Scope

Right = tuple[Scope, Level]
EVERYTHING: frozenset[Right] = frozenset((scope, Level.MANAGE) for scope in Scope)
NOTHING: frozenset[Right] = frozenset()


def covers(rights: frozenset[Right], scope: Scope, level: Level) -> bool:
    """Whether `rights` hold `scope` at `level`. Manage includes view."""
    return (scope, Level.MANAGE) in rights or (scope, level) in rights


@lru_cache(maxsize=1024)
def both(one: frozenset[Right], other: frozenset[Right]) -> frozenset[Right]:
    """All rights of two sets. Remembered: thousands of organizations have the same few."""
    return one | other


def lower(one: Level, other: Level | None) -> Level | None:
    """The lesser of two levels; nothing where one of them is missing."""
    if other is None:
        return None
    return Level.MANAGE if one == other == Level.MANAGE else Level.VIEW
