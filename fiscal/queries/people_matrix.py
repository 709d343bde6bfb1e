"""The matrix of people and teams against areas: who may what at one organization, and where it comes from.

Rows are computed from all standings at once and cut to a page afterwards, so that tabs, filters, pages and the file of the
rows count the same.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.utils.translation import gettext as _

from fiscal.queries.people import somebody
from fiscal.queries.people_standing import Holder, Standing, Standings, standings
from organizations.access import Reach
from organizations.choices import SHORT, Level, Road, Scope
from organizations.models import User

SOON = timedelta(days=30)
PEOPLE_TABS = ("", "own", "inherited", "teams", "ending")
NEAREST_FIRST = ("own", "team", "parent", "delegation")
"""By which way a person has a level, in the order in which ways of the same level are named."""


@dataclass(frozen=True)
class PeopleFilters:
    """One state of the matrix. `area`: only who may at least view it."""

    q: str = ""
    tab: str = ""
    role: str = ""
    area: str = ""


@dataclass(frozen=True)
class Cell:
    """One area of one row. `level` is '' for none; `way` is the nearest by which it is had, `source` names all."""

    scope: Scope
    level: str
    way: str = ""
    source: str = ""
    until: datetime | None = None

    @property
    def short(self) -> str:
        """One word for the area."""
        return str(SHORT.get(self.scope, self.scope.label))


@dataclass(frozen=True)
class MatrixRow:
    """A person, a team, or somebody above who may not be named (`public_id` is None)."""

    kind: str
    public_id: UUID | None
    name: str
    email: str
    members: int
    roles: tuple[str, ...]
    sentences: tuple[str, ...]
    sources: tuple[str, ...]
    cells: tuple[Cell, ...]
    own: bool
    until: datetime | None
    """When the last of what leads here ends; None if any of it has no end."""
    next_end: datetime | None
    you: bool


@dataclass(frozen=True)
class Matrix:
    """One page of rows with the counts of its tabs. `people` and `teams` count those who may be named."""

    rows: Sequence[MatrixRow]
    total: int
    tabs: dict[str, int]
    people: int
    teams: int
    roles: Sequence[str]
    at: datetime


@dataclass(frozen=True)
class _Way:
    """One standing as one row has it: directly, or through a team."""

    standing: Standing
    way: str
    source: str
    until: datetime | None


def people_matrix(reach: Reach, filters: PeopleFilters, *, page: int = 1, size: int = 50) -> Matrix:
    """One page of the matrix. Raises NotAuthorized."""
    read = standings(reach)
    every = matrix_rows(reach, read)
    narrowed = [row for row in every if _matches(row, filters)]
    tabs = {tab: sum(in_tab(row, tab, read.at) for row in narrowed) for tab in PEOPLE_TABS}
    shown = [row for row in narrowed if in_tab(row, filters.tab, read.at)]
    page = max(1, min(page, -(-len(shown) // size)))
    kinds = Counter(row.kind for row in every)
    return Matrix(
        rows=shown[(page - 1) * size : page * size],
        total=len(shown),
        tabs=tabs,
        people=kinds["person"],
        teams=kinds["team"],
        roles=sorted({role for row in every for role in row.roles}),
        at=read.at,
    )


def every_person(reach: Reach, filters: PeopleFilters) -> list[MatrixRow]:
    """The rows of the matrix over all its pages. Raises NotAuthorized."""
    read = standings(reach)
    return [row for row in matrix_rows(reach, read) if _matches(row, filters) and in_tab(row, filters.tab, read.at)]


def compared(reach: Reach, ids: Iterable[UUID]) -> list[MatrixRow]:
    """The rows of these people or teams, as far as they stand in the matrix. Raises NotAuthorized."""
    wanted = list(dict.fromkeys(ids))
    found = {row.public_id: row for row in matrix_rows(reach, standings(reach))}
    return [found[each] for each in wanted if each in found]


def row_of(reach: Reach, person: User) -> MatrixRow | None:
    """One person's row, read alone; None if nothing that may be named leads the person here."""
    rows = matrix_rows(reach, standings(reach, only=person))
    return next((row for row in rows if row.public_id == person.public_id), None)


def matrix_rows(reach: Reach, read: Standings) -> list[MatrixRow]:
    """Teams, then people, by name; in the end one row for each road by which somebody comes who may not be named."""
    ways: dict[Holder | Road, list[_Way]] = defaultdict(list)
    members: dict[int, int] = Counter(member.team for member in read.members)
    for standing in read.grants:
        you = reach.actor is not None and standing.holder.kind == "person" and standing.holder.pk == reach.actor.pk
        holder = standing.holder if standing.named or you else standing.road
        ways[holder].append(_Way(standing, _road_way(standing), _source(standing, read), standing.until))
    by_team = defaultdict(list)
    for standing in read.grants:
        if standing.holder.kind == "team":
            by_team[standing.holder.pk].append(standing)
    for member in read.members:
        for standing in by_team[member.team]:
            you = reach.actor is not None and member.person.pk == reach.actor.pk
            if standing.named or you:
                ways[member.person].append(_through_team(standing, read, member.until))
    return sorted((_row(reach, holder, found, members) for holder, found in ways.items()), key=_order)


def in_tab(row: MatrixRow, tab: str, at: datetime) -> bool:
    """Whether a row stands in a tab; what ends within 30 days is "ending"."""
    if tab == "own":
        return row.own and row.kind == "person"
    if tab == "inherited":
        return not row.own
    if tab == "teams":
        return row.kind == "team"
    if tab == "ending":
        return row.next_end is not None and row.next_end <= at + SOON
    return True


def _matches(row: MatrixRow, filters: PeopleFilters) -> bool:
    text = " ".join((row.name, row.email, *row.roles)).casefold()
    if filters.q.casefold() not in text:
        return False
    if filters.role and filters.role not in row.roles:
        return False
    return not filters.area or any(cell.scope == filters.area and cell.level for cell in row.cells)


def _order(row: MatrixRow) -> tuple[int, str, str]:
    return (["team", "person", "above"].index(row.kind), row.name.casefold(), row.email)


def _road_way(standing: Standing) -> str:
    return {Road.PARENT: "parent", Road.DELEGATION: "delegation"}.get(standing.road, "own")


def _source(standing: Standing, read: Standings) -> str:
    """From where a right comes, in words; '' where it was granted here."""
    place = read.place_names.get(standing.place_id)
    if standing.road == Road.PARENT:
        return place or _("the organization above")
    if standing.road == Road.DELEGATION:
        return _("%(name)s, by delegation") % {"name": place} if place else _("the partner it is delegated to")
    return ""


def _through_team(standing: Standing, read: Standings, until: datetime | None) -> _Way:
    team = _("team %(name)s") % {"name": standing.holder.name} if standing.named else _("a team")
    place = _source(standing, read)
    ends = min((end for end in (standing.until, until) if end), default=None)
    way = "team" if standing.road == Road.DIRECT else _road_way(standing)
    return _Way(standing, way, f"{team}, {place}" if place else team, ends)


def _row(reach: Reach, holder: Holder | Road, ways: list[_Way], members: dict[int, int]) -> MatrixRow:
    ways = sorted(ways, key=lambda way: NEAREST_FIRST.index(way.way))
    ends = [way.until for way in ways]
    known = isinstance(holder, Holder)
    if isinstance(holder, Holder):
        kind, public_id, name, email = holder.kind, holder.public_id, holder.name, holder.email
    else:
        kind, public_id, name, email = "above", None, _nameless(holder), ""
    return MatrixRow(
        kind=kind,
        public_id=public_id,
        name=name,
        email=email if email != name else "",
        members=members.get(holder.pk, 0) if isinstance(holder, Holder) and kind == "team" else 0,
        roles=tuple(dict.fromkeys(way.standing.role for way in ways)) if known else (),
        sentences=tuple(dict.fromkeys(way.standing.sentence for way in ways)) if known else (),
        sources=tuple(dict.fromkeys(way.source for way in ways if way.source)) if known else (),
        cells=tuple(_cell(scope, ways) for scope in Scope),
        own=any(way.way in {"own", "team"} for way in ways),
        until=None if None in ends else max(end for end in ends if end),
        next_end=min((end for end in ends if end), default=None),
        you=kind == "person" and reach.actor is not None and public_id == reach.actor.public_id,
    )


def _nameless(road: Road) -> str:
    return _("somebody of the partner it is delegated to") if road == Road.DELEGATION else somebody()


def _cell(scope: Scope, ways: list[_Way]) -> Cell:
    """The highest level that any way gives; of several ways the nearest is named, and the one that lasts longest ends it."""
    level = max((way.standing.rights.get(scope, "") for way in ways), key=["", Level.VIEW, Level.MANAGE].index)
    if not level:
        return Cell(scope, "")
    best = [way for way in ways if way.standing.rights.get(scope) == level]
    ends = [way.until for way in best]
    sources = (
        list(dict.fromkeys(way.source or _("granted here") for way in best)) if any(w.source for w in best) else []
    )
    return Cell(
        scope, level, best[0].way, "; ".join(sources), None if None in ends else max(end for end in ends if end)
    )
