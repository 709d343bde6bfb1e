"""How many organizations stand in which tab, behind which filter and below which root: one query, exact on every load."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import NamedTuple

from django.db.models import Case, Count, F, Q, QuerySet, Value, When
from django.db.models.lookups import IsNull

from fiscal.choices import CredentialStatus, Phase
from fiscal.phases import not_in_step, phase_of
from fiscal.queries.organization_filters import TABS, OrganizationFilters, mirrored, narrowed
from organizations.access import Roads
from organizations.choices import Kind, Mode, Scope
from organizations.models import Organization

COUNTED = ("kind", "in_test", "in_live", "country_code")


class Cell(NamedTuple):
    """One combination of all that the tabs and options of the list tell apart."""

    root: int
    """The organization that a road starts at, above or equal to those counted; 0 where there are too many roots."""
    phase: str
    kind: str
    test: bool
    live: bool
    country: str

    def matches(self, filters: OrganizationFilters) -> bool:
        phases = TABS[filters.phase]
        return (
            (not phases or self.phase in phases)
            and filters.kind in {"", self.kind}
            and filters.country in {"", self.country}
            and (not filters.mode or (self.live if filters.mode == Mode.LIVE else self.test))
        )


@dataclass(frozen=True)
class Counts:
    """Every tab and option is a sum over the cells, with one of the filters changed."""

    cells: dict[Cell, int]

    def total(self, filters: OrganizationFilters | None = None) -> int:
        return sum(n for cell, n in self.cells.items() if filters is None or cell.matches(filters))

    def by_root(self, filters: OrganizationFilters) -> dict[int, tuple[int, int]]:
        """Of each root how many main and how many managed organizations match; roots without any are left out."""
        found: dict[int, list[int]] = defaultdict(lambda: [0, 0])
        for cell, n in self.cells.items():
            if cell.matches(filters):
                found[cell.root][cell.kind == Kind.MANAGED] += n
        return {root: (main, managed) for root, (main, managed) in found.items()}

    def tabs(self, filters: OrganizationFilters) -> dict[str, int]:
        return {tab: self.total(replace(filters, phase=tab)) for tab in TABS}

    def modes(self, filters: OrganizationFilters) -> dict[str, int]:
        return {mode: self.total(replace(filters, mode=mode)) for mode in Mode.values}

    def kinds(self, filters: OrganizationFilters) -> dict[str, int]:
        return {kind: self.total(replace(filters, kind=kind)) for kind in Kind.values}

    def countries(self, filters: OrganizationFilters) -> dict[str, int]:
        codes = sorted({cell.country for cell in self.cells})
        return {code: self.total(replace(filters, country=code)) for code in codes}


class Group(NamedTuple):
    """What is read of organizations that share all that a phase depends on, in this order. No mirror: None."""

    root: int
    kind: str
    test: bool
    live: bool
    country: str
    generation: int
    standing: bool
    """Not retired."""
    applied_generation: int | None
    parked_generation: int
    human_action: str
    lease_until: datetime | None
    drifted_at: datetime | None
    tries: int
    credential_status: str | None
    n: int


def count_organizations(known: Roads, filters: OrganizationFilters, now: datetime) -> Counts:
    """Count what the person reaches, less what search, parent and bill-to leave out.

    Nearly all are in step, and that is counted without asking their mirrors: first all below a root as if they were, in
    the order of an index; then the roots are added, and those that are not in step move to where they stand.
    """
    starts, roots = known.starts(Scope.ORGANIZATIONS), known.roots(Scope.ORGANIZATIONS)
    alone = {root.pk for root in roots or () if root.parent_id is not None}
    cells: dict[Cell, int] = defaultdict(int)
    below = Q(parent__in=starts.below) if roots is not None else starts.rows()
    above: F | Value = F("parent_id") if roots is not None else Value(0)
    # Rows, not keys: PostgreSQL then has no column to look at.
    assumed = _asked(known, filters, below).values_list(above, *COUNTED).annotate(n=Count("*")).order_by()
    for root, *facts, n in assumed:
        cells[Cell(root, Phase.IN_STEP, *facts)] += n
    for group in _groups(known, filters, now, below, [root.pk for root in roots or ()], above):
        facts = group[1:5]
        cells[Cell(group.root, _phase(group, now), *facts)] += group.n
        if group.root not in alone and (group.kind == Kind.MANAGED or roots is None):
            cells[Cell(group.root, Phase.IN_STEP, *facts)] -= group.n
    return Counts({cell: n for cell, n in cells.items() if n})


def _asked(known: Roads, filters: OrganizationFilters, where: Q) -> QuerySet[Organization]:
    return narrowed(mirrored(Organization.objects.all()).filter(where), known.user, filters)


def _groups(
    known: Roads, filters: OrganizationFilters, now: datetime, below: Q, roots: list[int], above: F | Value
) -> Iterator[Group]:
    """All roots, and what below them is not in step.

    The phase is derived here and not in SQL: a statement that holds the whole rule takes longer to build than to run.
    """
    themselves = Q(pk__in=roots)
    rows = _asked(known, filters, (themselves | below) & (themselves | not_in_step("mirror", now)))
    found = rows.values_list(
        Case(When(themselves, then=F("pk")), default=above) if roots else above,
        *COUNTED,
        "generation",
        IsNull(F("retired_at"), True),
        "mirror__applied_generation",
        "mirror__parked_generation",
        "mirror__human_action",
        "mirror__lease_until",
        "mirror__drifted_at",
        "mirror__tries",
        "mirror__credential__status",
    )
    return (Group(*values) for values in found.annotate(n=Count("pk")).order_by())


def _phase(group: Group, now: datetime) -> Phase:
    return phase_of(
        None if group.applied_generation is None else group,
        generation=group.generation,
        retired=not group.standing,
        now=now,
        credential_paused=group.credential_status == CredentialStatus.PAUSED,
    )
