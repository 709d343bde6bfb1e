"""The list of organizations: one page of rows, the counts of every tab and option, and the same rows for a file.

Built for tens of thousands: one query counts everything, one finds the page's ids, one reads only these rows.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import BooleanField, CharField, Count, ExpressionWrapper, Q, QuerySet, Value
from django.utils import timezone

from fiscal.choices import Phase
from fiscal.phases import not_in_step, phase_case
from fiscal.queries.organization_filters import (
    TABS,
    OrganizationFilters,
    Viewer,
    chosen,
    mirrored,
    narrowed,
    ordered,
    viewer,
)
from fiscal.queries.words import short_reason
from organizations.access import Starts, in_reach, reachable, road_starts
from organizations.choices import Kind, Mode, Scope
from organizations.models import Organization, User

CHUNK = 500
COLUMNS = {
    "pk": "pk",
    "public_id": "public_id",
    "name": "name",
    "display_name": "display_name",
    "kind": "kind",
    "in_test": "in_test",
    "in_live": "in_live",
    "town": "town",
    "country": "country_code",
    "changed_at": "changed_at",
    "parent_id": "parent_id",
    "phase": "phase",
    "due_at": "mirror__due_at",
    "remote_id": "mirror__remote_id",
    "error_code": "mirror__error_code",
    "error_text": "mirror__error_text",
    "human_action": "mirror__human_action",
    "credential_status": "mirror__credential__status",
    "pays": "pays",
    "bill_to": "arrangement__bill_to_id",
    "withheld": "arrangement__withhold",
}


@dataclass(frozen=True)
class OrganizationRow:
    """One line of the list. `billed_to` is None where the person may not know; `path` names a parent in reach."""

    pk: int
    public_id: UUID
    name: str
    legal_name: str
    remote_id: str
    managed: bool
    modes: tuple[str, ...]
    phase: str
    reason: str
    next_at: datetime | None
    town: str
    country: str
    changed_at: datetime
    parent_pk: int | None
    path: str = ""
    level: int = 0
    billed_to: str | None = None
    """'' means that it is billed itself."""
    withheld: bool = False


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
    now = timezone.now()
    who = viewer(user)
    starts = road_starts(user, Scope.ORGANIZATIONS)
    found = narrowed(user, filters, starts)
    cube = _cube(found, now)
    total = _sum(cube, filters)
    everything = (
        reachable(user, Scope.ORGANIZATIONS, starts=starts).count() if filters.narrows_in_sql else sum(cube.values())
    )
    page = max(1, min(page, -(-total // size)))
    ids = ordered(chosen(found, filters, phase_case("mirror", now)), user, who, filters).values_list("pk", flat=True)
    rows = _rows(user, who, list(ids[(page - 1) * size : page * size]) if total else [], now)
    return OrganizationList(
        rows=_as_tree(rows) if filters.sort.endswith("name") else rows,
        total=total,
        everything=everything,
        tabs={tab: _sum(cube, replace(filters, phase=tab)) for tab in TABS},
        modes={mode: _sum(cube, replace(filters, mode=mode)) for mode in Mode.values},
        kinds={kind: _sum(cube, replace(filters, kind=kind)) for kind in Kind.values},
        countries={code: _sum(cube, replace(filters, country=code)) for code in sorted({key[4] for key in cube})},
        parents=_parents(user, starts),
        viewer=who,
        counted_at=now,
    )


def every_organization(user: User, filters: OrganizationFilters) -> Iterator[OrganizationRow]:
    """Exactly the rows of the list over all its pages, in chunks, for a file."""
    now, who = timezone.now(), viewer(user)
    found = chosen(narrowed(user, filters), filters, phase_case("mirror", now))
    ids = list(ordered(found, user, who, filters).values_list("pk", flat=True))
    for start in range(0, len(ids), CHUNK):
        yield from _rows(user, who, ids[start : start + CHUNK], now)


def organization_rows(user: User, ids: Sequence[int]) -> list[OrganizationRow]:
    """Rows of organizations that the caller found within the person's reach, in the order given."""
    return _rows(user, viewer(user), ids, timezone.now())


def organization_name(user: User, public_id: UUID) -> str:
    """The name of an organization in reach; '' for any other."""
    found = reachable(user).filter(public_id=public_id).only("name", "display_name").first()
    return str(found) if found else ""


Cube = dict[tuple[str, str, bool, bool, str], int]
COUNTED = ("kind", "in_test", "in_live", "country_code")


def _cube(found: QuerySet[Organization], now: datetime) -> Cube:
    """How many of each combination of phase, kind, modes and country: every tab and option is a sum over it.

    Nearly all are in step, and that is counted without asking their mirrors: first all as if they were, then those that
    are not are moved to where they stand.
    """
    everybody = found.annotate(stands=Value("", CharField()))
    others = found.filter(not_in_step("mirror", now)).annotate(stands=phase_case("mirror", now))
    counted, moved = (
        rows.values_list("stands", *COUNTED).annotate(n=Count("pk")).order_by() for rows in (everybody, others)
    )
    cube: Cube = defaultdict(int)
    for stands, *facts, n in counted.union(moved, all=True):
        cube[Phase.IN_STEP, *facts] += -n if stands else n
        if stands:
            cube[stands, *facts] += n
    return {key: n for key, n in cube.items() if n}


def _sum(cube: Cube, filters: OrganizationFilters) -> int:
    phases = TABS[filters.phase]
    return sum(
        n
        for (phase, kind, test, live, country), n in cube.items()
        if (not phases or phase in phases)
        and filters.kind in {"", kind}
        and filters.country in {"", country}
        and (not filters.mode or (live if filters.mode == Mode.LIVE else test))
    )


def _rows(user: User, who: Viewer, ids: Iterable[int], now: datetime) -> list[OrganizationRow]:
    """The rows of `ids` in that order, with names of parents and bill-to organizations as far as they are in reach."""
    ids = list(ids)
    if not ids:
        return []
    found = mirrored(Organization.objects.filter(pk__in=ids)).annotate(
        phase=phase_case("mirror", now),
        pays=_told_who_pays(user, who),
    )
    raw = {values[0]: dict(zip(COLUMNS, values, strict=True)) for values in found.values_list(*COLUMNS.values())}
    related = [row["parent_id"] for row in raw.values()] + [row["bill_to"] for row in raw.values() if row["pays"]]
    names = _names(user, {pk for pk in related if pk is not None})
    return [_row(raw[pk], names) for pk in ids if pk in raw]


def _row(raw: dict[str, Any], names: dict[int, str]) -> OrganizationRow:
    billed_to = None
    if raw["pays"]:
        billed_to = names.get(raw["bill_to"], "–") if raw["bill_to"] else ""
    return OrganizationRow(
        pk=raw["pk"],
        public_id=raw["public_id"],
        name=raw["display_name"] or raw["name"],
        legal_name=raw["name"],
        remote_id=raw["remote_id"] or "",
        managed=raw["kind"] == Kind.MANAGED,
        modes=tuple(mode for mode, on in (("LIVE", raw["in_live"]), ("TEST", raw["in_test"])) if on),
        phase=raw["phase"],
        reason=short_reason(
            raw["phase"],
            error_code=raw["error_code"] or "",
            error_text=raw["error_text"] or "",
            human_action=raw["human_action"] or "",
            credential_status=raw["credential_status"] or "",
        ),
        next_at=raw["due_at"] if raw["phase"] == "RETRYING" else None,
        town=raw["town"],
        country=raw["country"],
        changed_at=raw["changed_at"],
        parent_pk=raw["parent_id"],
        path=names.get(raw["parent_id"], ""),
        billed_to=billed_to,
        withheld=bool(raw["pays"] and raw["withheld"]),
    )


def _as_tree(rows: Sequence[OrganizationRow]) -> list[OrganizationRow]:
    """Indent what stands directly under its parent on this page; elsewhere the parent's name is the path."""
    tree, root = [], None
    for row in rows:
        if row.parent_pk is None:
            root = row.pk
        under = row.parent_pk is not None and row.parent_pk == root
        tree.append(replace(row, level=1, path="") if under else row)
    return tree


def _told_who_pays(user: User, who: Viewer) -> ExpressionWrapper:
    """Whether the row has an arrangement and the person may view its billing."""
    may = Q(arrangement__isnull=False) & in_reach(user, Scope.BILLING) if who.sees_billing else Q(pk__in=[])
    return ExpressionWrapper(may, output_field=BooleanField())


def _names(user: User, ids: set[int]) -> dict[int, str]:
    """Names of those of `ids` that the person may know."""
    if not ids:
        return {}
    found = reachable(user).filter(pk__in=ids).values_list("pk", "display_name", "name")
    return {pk: display_name or name for pk, display_name, name in found}


def _parents(user: User, starts: Starts, most: int = 50) -> list[tuple[UUID, str]]:
    """Main organizations to filter by, the first ones by name."""
    found = (
        reachable(user, Scope.ORGANIZATIONS, starts=starts).filter(parent=None, retired_at=None).order_by("name", "pk")
    )
    return [
        (public_id, display or name)
        for public_id, display, name in found.values_list("public_id", "display_name", "name")[:most]
    ]
