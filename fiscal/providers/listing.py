"""Reads a paged list of fiskaly to its end, and notices when it moves, stops short or goes in circles."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from fiscal.providers.http import Answer
from fiscal.providers.payloads import KeptPayload, KeptT, garbled, sort_out

ItemT = TypeVar("ItemT", bound=KeptPayload)
_RUNS = 3
_MOST_PAGES = 1_000


@dataclass(frozen=True)
class Listing(Generic[ItemT]):
    """A list as the provider has it. `quarantine`: raw items that could not be read.

    `complete`: every item was read, so that what is not in `items` is not there.
    """

    items: list[ItemT]
    quarantine: list[Any]
    complete: bool


class _Moved(Exception):
    """The list changed between two pages, the later of which is `answer`."""

    def __init__(self, answer: Answer) -> None:
        super().__init__()
        self.answer = answer


def read_pages(kind: type[KeptT], page_size: int, fetch: Callable[[int, int], Answer]) -> Listing[KeptT]:
    """All pages; `fetch(limit, offset)` gets one. Complete, but for items in quarantine, or Garbled is raised.

    A deletion during the reading moves later items forward, over the edge of a page. So every page begins with the
    last item of the page before; when it is another one, the list has moved and is read again from its beginning.
    """
    for _ in range(_RUNS):
        try:
            return listing(kind, _one_run(page_size, fetch))
        except _Moved as moved:
            answer = moved.answer
    raise garbled(answer, f"the list did not hold still in {_RUNS} readings")


def listing(kind: type[KeptT], raws: list[Any], *, all_read: bool = True) -> Listing[KeptT]:
    """The items of a list that was read, sorted into readable and quarantined."""
    items, quarantine = sort_out(kind, raws)
    return Listing(items, quarantine, complete=all_read and not quarantine)


def page_of(answer: Answer) -> tuple[list[Any], int | None]:
    """The items of one page and the provider's `count`, whose meaning (page or total) fiskaly leaves open."""
    body = answer.body
    data = body.get("data") if isinstance(body, dict) else None
    if not isinstance(data, list):
        raise garbled(answer, "a list has no data")
    count = body.get("count")
    return data, count if isinstance(count, int) and not isinstance(count, bool) else None


def _one_run(page_size: int, fetch: Callable[[int, int], Answer]) -> list[Any]:
    seen: list[Any] = []
    for _ in range(_MOST_PAGES):
        overlap = 1 if seen else 0
        answer = fetch(page_size, len(seen) - overlap)
        data, count = page_of(answer)
        if overlap and (not data or _identity(data[0]) != _identity(seen[-1])):
            raise _Moved(answer)
        fresh = data[overlap:]
        seen.extend(fresh)
        more_by_count = count is not None and count > len(seen)
        if more_by_count and not fresh:
            raise garbled(answer, "the list ended before its count")
        if len(data) != page_size and not more_by_count:
            break
    else:
        raise garbled(answer, f"the list has more than {_MOST_PAGES} pages")
    if len({_identity(raw) for raw in seen}) != len(seen):
        raise _Moved(answer)
    return seen


def _identity(raw: Any) -> str:
    """What tells one item from another, even if it was edited in between or cannot be read."""
    return str(raw.get("_id", raw)) if isinstance(raw, dict) else repr(raw)
