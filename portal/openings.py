"""What each area at each level opens, read off the doors of the pages themselves: a new page tells by its door and docstring.

`portal.http.scoped` stamps every view with the authorization it demands.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import cache

from django.urls import URLPattern, URLResolver, get_resolver

from organizations.choices import Level, Scope
from portal.http import Door, View


@cache
def openings() -> Mapping[tuple[Scope, Level], tuple[str, ...]]:
    """The first sentence of every page's own words, by area and level, in the order of the addresses."""
    found: dict[tuple[Scope, Level], dict[str, None]] = defaultdict(dict)
    for view in _views(get_resolver().url_patterns):
        door = getattr(view, "door", None)
        if isinstance(door, Door) and door.scope and door.level:
            found[door.scope, door.level][_sentence(view)] = None
    return {opened: tuple(sentences) for opened, sentences in found.items()}


def _views(patterns: list[URLPattern | URLResolver]) -> Iterator[View]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from _views(pattern.url_patterns)
        else:
            yield pattern.callback


def _sentence(view: View) -> str:
    """The first sentence of a docstring, without what it says in brackets to programmers."""
    words = " ".join((view.__doc__ or "").split("\n\n")[0].split())
    first = words.partition(". ")[0].rstrip(".").replace("`", "")
    return first.partition(" (")[0]
