"""The order of the list by name: a tree, walked root by root, so that a page costs what it shows and not what there is."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Case, Q, QuerySet, Value, When

from organizations.access import Head, Roads
from organizations.choices import Scope
from organizations.models import Organization, shown_name


@dataclass(frozen=True)
class Stretch:
    """What of one root's rows lies on a page: the root itself or not, and `take` managed ones after `skip`."""

    root: int
    itself: bool
    skip: int
    take: int


def page_of_tree(
    known: Roads,
    found: Callable[[Q], QuerySet[Organization]],
    counts: Mapping[int, tuple[int, int]],
    *,
    descending: bool,
    offset: int,
    size: int,
) -> list[int]:
    """The ids of one page in the order of the tree, as `ordered` would give them.

    `counts` says of each root how many main and managed organizations match; `found` gives those that match among the
    rows of a condition. One query, and none where a page holds only roots.
    """
    stretches = _stretches(_roots(known, descending=descending), counts, offset, size)
    below = _below(found, [each for each in stretches if each.take])
    ids: list[int] = []
    for each in stretches:
        ids += [each.root] if each.itself else []
        ids += below.get(each.root, [])
    return ids


def _roots(known: Roads, *, descending: bool) -> list[Head]:
    """The roots of the tree in its order.

    A managed organization whose parent is not in the list is a root of its own, sorted by the parent's name if the
    person may know it.
    """
    heads, roots = known.heads or (), known.roots(Scope.ORGANIZATIONS) or ()
    names = {head.pk: head.name for head in heads}
    rank: dict[str, int] = {}
    for place, head in enumerate(heads):
        rank.setdefault(head.name, place)

    def key(head: Head) -> tuple[int, int]:
        by_name = rank[names.get(head.parent_id or head.pk, head.name)]
        return -by_name if descending else by_name, head.parent_id or head.pk

    return sorted(roots, key=key)


def _stretches(roots: Sequence[Head], counts: Mapping[int, tuple[int, int]], offset: int, size: int) -> list[Stretch]:
    """Cut the page out of the rows of all roots, laid end to end. The first row of a root is the root, if it matches."""
    found, start = [], 0
    for root in roots:
        main, managed = counts.get(root.pk, (0, 0))
        if root.parent_id is not None:
            main, managed = managed, 0
        first, last = max(offset - start, 0), min(offset + size - start, main + managed)
        start += main + managed
        if first < last:
            found.append(Stretch(root.pk, bool(main and not first), max(first - main, 0), last - max(first, main)))
    return found


def _below(found: Callable[[Q], QuerySet[Organization]], stretches: Sequence[Stretch]) -> dict[int, list[int]]:
    """The managed organizations of the stretches, by root. They follow one another, so one slice holds them all."""
    if not stretches:
        return {}
    roots = [each.root for each in stretches]
    if len(roots) == 1:
        rows = found(Q(parent=roots[0])).order_by(shown_name(), "pk")
    else:
        order = Case(*(When(parent=root, then=Value(place)) for place, root in enumerate(roots)))
        rows = found(Q(parent__in=roots)).order_by(order, shown_name(), "pk")
    skip = stretches[0].skip
    below: dict[int, list[int]] = {}
    for pk, root in rows.values_list("pk", "parent_id")[skip : skip + sum(each.take for each in stretches)]:
        below.setdefault(root, []).append(pk)
    return below
