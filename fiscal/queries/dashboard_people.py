"""The people of one organization in fiskaly's dashboard: those Kontor knows, and those only fiskaly does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from fiscal.choices import MOVING, ErrorCode, KindName, Phase
from fiscal.interventions import ERROR_WORDS, GIVE_ROLE, REGISTRY, ROLES_AT_FISKALY, ROLES_READ
from fiscal.mirror.kinds.dashboard_user import is_invited
from fiscal.mirror.kinds.holders import creator_id
from fiscal.mirror.people import invited_since, lapses_at
from fiscal.models import Mirror, UserListing
from fiscal.queries.progress import cause_of, mirrors_of, phase_in
from organizations.access import Reach
from organizations.choices import Level, Scope
from organizations.models import DashboardUser


class Standing(StrEnum):
    """What a person has at fiskaly, as far as is known."""

    ON_THE_WAY = "ON_THE_WAY"
    INVITED = "INVITED"
    USER = "USER"
    LAPSED = "LAPSED"
    GONE = "GONE"
    OTHER_ADDRESS = "OTHER_ADDRESS"
    LEAVING = "LEAVING"


@dataclass(frozen=True)
class PersonRow:
    """Somebody Kontor knows. `stays`: created the organization, so fiskaly keeps them."""

    person_id: UUID
    email: str
    name: str
    standing: Standing
    lapses_at: datetime | None
    their_email: str
    phase: Phase
    moving: bool
    cause: str
    confirmed_at: datetime | None
    stays: bool


@dataclass(frozen=True)
class UnknownRow:
    """Somebody fiskaly lists and Kontor does not know: invited or added in fiskaly's dashboard."""

    remote_id: UUID
    email: str
    name: str
    invited: bool
    lapses_at: datetime | None
    first_seen_at: datetime | None
    stays: bool


@dataclass(frozen=True)
class Roles:
    """What fiskaly calls its roles, and what a person has to do about them, for there is no call."""

    rows: Sequence[Any]
    read_in: str
    title: str
    what_to_do: str
    place: str
    url: str


@dataclass(frozen=True)
class DashboardPeople:
    """The page. `read_at`: when fiskaly's list was last read; `trouble`: why it could not be, the last time."""

    people: Sequence[PersonRow]
    unknown: Sequence[UnknownRow]
    read_at: datetime | None
    trouble: str
    awaited: bool
    moving: bool
    may_change: bool
    roles: Roles


def dashboard_people(reach: Reach) -> DashboardPeople:
    """Everybody of the organization reached. Raises NotAuthorized."""
    reach.require(Scope.USERS)
    now = timezone.now()
    listing = UserListing.objects.filter(organization=reach.organization).first()
    creator = creator_id(reach.organization.pk)
    people = _people(reach, creator, now)
    awaited = bool(listing and listing.awaited)
    return DashboardPeople(
        people=people,
        unknown=_unknown(listing, people, creator),
        read_at=listing.read_at if listing else None,
        trouble=_trouble(listing),
        awaited=awaited,
        moving=awaited or any(row.moving for row in people),
        may_change=reach.allows(Scope.USERS, Level.MANAGE) and reach.organization.retired_at is None,
        roles=roles_at_fiskaly(),
    )


def dashboard_person(reach: Reach, person_id: UUID) -> PersonRow | None:
    """One person Kontor knows, who is not on the way out; None if there is none."""
    rows = dashboard_people(reach).people
    return next((row for row in rows if row.person_id == person_id and row.standing != Standing.LEAVING), None)


def unknown_person(reach: Reach, remote_id: UUID) -> UnknownRow | None:
    """One person only fiskaly knows; None if there is none, or Kontor knows them by now."""
    return next((row for row in dashboard_people(reach).unknown if row.remote_id == remote_id), None)


def roles_at_fiskaly() -> Roles:
    """The roles and the step that stays with a person, from the registry of interventions."""
    place = next(row.call_or_place for row in REGISTRY if row.action == "Manage user access")
    return Roles(
        ROLES_AT_FISKALY,
        str(ROLES_READ),
        str(GIVE_ROLE.title),
        str(GIVE_ROLE.what_to_do),
        place,
        settings.DASHBOARD_URL,
    )


def _people(reach: Reach, creator: str, now: datetime) -> list[PersonRow]:
    away = Mirror.objects.filter(
        kind=KindName.DASHBOARD_USER, subject_id=OuterRef("public_id"), applied_generation=OuterRef("generation")
    )
    mine = DashboardUser.objects.filter(organization=reach.organization)
    rows = list(mine.filter(Q(retired_at=None) | ~Exists(away)))
    mirrors = mirrors_of(KindName.DASHBOARD_USER, [row.public_id for row in rows])
    since = invited_since([mirror.pk for mirror in mirrors.values()])
    shown = []
    for row in rows:
        mirror = mirrors.get(row.public_id)
        sent = since.get(mirror.pk) if mirror else None
        shown.append(_row(row, mirror, phase_in(mirror, row, now), sent, creator))
    return shown


def _row(row: DashboardUser, mirror: Mirror | None, phase: Phase, sent: datetime | None, creator: str) -> PersonRow:
    standing = _standing(row, mirror)
    return PersonRow(
        person_id=row.public_id,
        email=row.email,
        name=_name(row.first_name, row.last_name) or (_name_at(mirror.observed) if mirror else ""),
        standing=standing,
        lapses_at=lapses_at(sent) if sent and standing == Standing.INVITED else None,
        their_email=mirror.observed["email"] if mirror and standing == Standing.OTHER_ADDRESS else "",
        phase=phase,
        moving=phase in MOVING,
        cause=cause_of(mirror, phase),
        confirmed_at=mirror.observed_at if mirror else None,
        stays=bool(mirror and creator and mirror.remote_id == creator),
    )


def _standing(row: DashboardUser, mirror: Mirror | None) -> Standing:
    if row.retired_at:
        return Standing.LEAVING
    if mirror is None:
        return Standing.ON_THE_WAY
    if mirror.error_code == ErrorCode.LAPSED:
        return Standing.LAPSED
    if mirror.drifted_at:
        return Standing.OTHER_ADDRESS if mirror.observed else Standing.GONE
    if not mirror.observed:
        return Standing.ON_THE_WAY
    return Standing.INVITED if is_invited(mirror.observed) else Standing.USER


def _unknown(listing: UserListing | None, people: Sequence[PersonRow], creator: str) -> list[UnknownRow]:
    """Who is listed and is nobody Kontor knows, by id or by address."""
    if listing is None:
        return []
    addresses = {row.email for row in people} | {row.their_email for row in people}
    return [_unknown_row(user, creator) for user in listing.users if user["email"] not in addresses]


def _unknown_row(user: dict[str, Any], creator: str) -> UnknownRow:
    seen, invited = parse_datetime(user["first_seen_at"]), user["type"] == settings.INVITED_USER_TYPE
    return UnknownRow(
        remote_id=UUID(user["id"]),
        email=user["email"],
        name=_name(user["first_name"], user["last_name"]),
        invited=invited,
        lapses_at=lapses_at(seen) if invited and seen else None,
        first_seen_at=seen,
        stays=user["id"] == creator,
    )


def _trouble(listing: UserListing | None) -> str:
    return str(ERROR_WORDS[listing.error_code]) if listing and listing.error_code else ""


def _name(first: str, last: str) -> str:
    return f"{first} {last}".strip()


def _name_at(observed: dict[str, Any]) -> str:
    return _name(observed.get("first_name") or "", observed.get("last_name") or "")
