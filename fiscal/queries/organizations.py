"""The list of organizations: one page of rows, the counts of every tab and option, and the same rows for a file.

Built for tens of thousands: one query counts everything, one finds the page's ids, one reads only these rows.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone

from fiscal.phases import phase_case
from fiscal.queries.organization_counts import Counts, count_organizations
from fiscal.queries.organization_filters import (
    OrganizationFilters,
    Viewer,
    chosen,
    mirrored,
    narrowed,
    ordered,
    viewer,
)
from fiscal.queries.organization_rows import OrganizationRow, rows_of
from fiscal.queries.organization_tree import page_of_tree
from organizations.access import Roads, reachable, roads
from organizations.choices import Scope
from organizations.models import Organization, User, shown_name

CHUNK = 500


@dataclass(frozen=True)
class OrganizationList:
    """One page of the list with all its counts."""

    rows: Sequence[OrganizationRow]
    total: int
    everything: int
    tabs: dict[str, int]
    modes: dict[str, int]
    kinds: dict[str, int]
    countries: dict[str, int]
    parents: list[tuple[UUID, str]]
    viewer: Viewer
    counted_at: datetime


def list_organizations(user: User, filters: OrganizationFilters, *, page: int = 1, size: int = 50) -> OrganizationList:
    """One page of what the person reaches with the organizations authorization. A page beyond the last is the last."""
    now, known = timezone.now(), roads(user)
    who = viewer(known)
    counts = count_organizations(known, filters, now)
    total = counts.total(filters)
    page = max(1, min(page, -(-total // size)))
    ids = _page(known, who, filters, counts, now, (page - 1) * size, size) if total else []
    rows = rows_of(known, ids, now)
    return OrganizationList(
        rows=_as_tree(rows) if filters.sort.endswith("name") else rows,
        total=total,
        everything=_reached(known).count() if filters.narrows_in_sql else counts.total(),
        tabs=counts.tabs(filters),
        modes=counts.modes(filters),
        kinds=counts.kinds(filters),
        countries=counts.countries(filters),
        parents=_parents(known),
        viewer=who,
        counted_at=now,
    )


def every_organization(user: User, filters: OrganizationFilters) -> Iterator[OrganizationRow]:
    """Exactly the rows of the list over all its pages, in chunks, for a file."""
    now, known = timezone.now(), roads(user)
    who = viewer(known)
    found = chosen(narrowed(mirrored(_reached(known)), user, filters), filters, phase_case("mirror", now))
    ids = list(ordered(found, user, who, filters).values_list("pk", flat=True))
    for start in range(0, len(ids), CHUNK):
        yield from rows_of(known, ids[start : start + CHUNK], now)


def organization_rows(user: User, ids: Sequence[int]) -> list[OrganizationRow]:
    """Rows of organizations that the caller found within the person's reach, in the order given."""
    return rows_of(roads(user), ids, timezone.now())


def organization_name(user: User, public_id: UUID) -> str:
    """The name of an organization in reach; '' for any other."""
    found = reachable(user).filter(public_id=public_id).only("name", "display_name").first()
    return str(found) if found else ""


def _reached(known: Roads) -> QuerySet[Organization]:
    return Organization.objects.filter(known.starts(Scope.ORGANIZATIONS).rows())


def _page(
    known: Roads, who: Viewer, filters: OrganizationFilters, counts: Counts, now: datetime, offset: int, size: int
) -> list[int]:
    """The ids of the page's rows. By name the tree is walked; anything else, and very many roots, the database sorts."""

    def found(rows: QuerySet[Organization]) -> QuerySet[Organization]:
        return chosen(narrowed(mirrored(rows), known.user, filters), filters, phase_case("mirror", now))

    if filters.sort.endswith("name") and known.heads is not None:
        return page_of_tree(
            known,
            lambda where: found(Organization.objects.filter(where)),
            counts.by_root(filters),
            descending=filters.sort.startswith("-"),
            offset=offset,
            size=size,
        )
    rows = ordered(found(_reached(known)), known.user, who, filters)
    return list(rows.values_list("pk", flat=True)[offset : offset + size])


def _as_tree(rows: Sequence[OrganizationRow]) -> list[OrganizationRow]:
    """Indent what stands directly under its parent on this page; elsewhere the parent's name is the path."""
    tree, root = [], None
    for row in rows:
        if row.parent_pk is None:
            root = row.pk
        under = row.parent_pk is not None and row.parent_pk == root
        tree.append(replace(row, level=1, path="") if under else row)
    return tree


def _parents(known: Roads, most: int = 50) -> list[tuple[UUID, str]]:
    """Main organizations to filter by, the first ones by name."""
    roots = known.roots(Scope.ORGANIZATIONS)
    if roots is not None:
        main = (root for root in roots if root.parent_id is None and not root.retired)
        return [(root.public_id, root.name) for root in islice(main, most)]
    found = _reached(known).filter(parent=None, retired_at=None).order_by(shown_name(), "pk")
    return list(found.values_list("public_id", shown_name())[:most])
