"""People of the demo world in fiskaly's dashboard: known ones, invited ones, a stranger, and one who is gone there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from fiscal.choices import KindName, Operation, Outcome
from fiscal.demo import people, stage
from fiscal.demo.rows import fixed_id
from fiscal.models import Credential, Mirror, MirrorAttempt, UserListing
from organizations.models import DashboardUser, Organization


@dataclass(frozen=True)
class Colleague:
    """One person. `known`: Kontor asked for them; `there`: fiskaly lists them; `registered`: they have an account there."""

    email: str
    first_name: str
    last_name: str
    known: bool = True
    there: bool = True
    registered: bool = True


def creator_id(slug: str) -> str:
    """fiskaly's id of the user that created a partner's organization in the dashboard."""
    return str(fixed_id("creator", slug))


AT_MAKER = (
    Colleague("technik@kassenwerk.example", "Tilo", "Brandt"),
    Colleague("neu@kassenwerk.example", "Nora", "Neubauer", registered=False),
    Colleague("berater@fremd.example", "Bernd", "Fremd", known=False),
)
AT_HOLDING = (
    Colleague(people.HOLDING.email, "Hanna", "Ostermann"),
    Colleague("ehemals@ostermann.example", "Emil", "Gestern", there=False),
)
AT_SHOP = (Colleague(people.SHOP.email, "Mio", "Wirt"),)


def load(
    at: Organization,
    slug: str,
    colleagues: tuple[Colleague, ...],
    now: datetime,
    *,
    remote_id: str,
    credential: Credential,
) -> None:
    """Let people in at fiskaly and keep those whom Kontor knows. Its list is read at once, so the rest is found soon."""
    stage.make([_staged(one, slug, remote_id, credential) for one in colleagues if one.there])
    for one in colleagues:
        if one.known:
            _keep(one, at, slug, credential, now)
    UserListing.objects.create(organization=at, due_at=now)


def load_creator(
    at: Organization, slug: str, person: people.Person, now: datetime, *, remote_id: str, credential: Credential
) -> None:
    """The user who made a partner's organization in the dashboard, and whom fiskaly therefore keeps."""
    first, _, last = person.name.partition(" ")
    creator = Colleague(person.email, first, last)
    stage.make([{**_staged(creator, slug, remote_id, credential), "_id": creator_id(slug)}])
    _keep(creator, at, slug, credential, now, user_id=creator_id(slug))


def _staged(one: Colleague, slug: str, remote_id: str, credential: Credential) -> dict[str, object]:
    return {
        "make": "user",
        "organization_id": remote_id,
        "_id": _user_id(one, slug),
        "email": one.email,
        "first_name": one.first_name,
        "last_name": one.last_name,
        "envs": [credential.mode],
        "registered": one.registered,
    }


def _user_id(one: Colleague, slug: str) -> str:
    return str(fixed_id("dashboard-user", slug, one.email))


def _keep(
    one: Colleague, at: Organization, slug: str, credential: Credential, now: datetime, *, user_id: str = ""
) -> None:
    row = DashboardUser.objects.create(
        public_id=fixed_id("dashboard-person", slug, one.email),
        organization=at,
        email=one.email,
        first_name=one.first_name,
        last_name=one.last_name,
        created_at=now,
        changed_at=now,
    )
    remote_id = user_id or _user_id(one, slug)
    mirror = Mirror.objects.create(
        kind=KindName.DASHBOARD_USER,
        subject_id=row.public_id,
        organization=at,
        credential=credential,
        mark=row.public_id,
        applied_generation=1,
        remote_id=remote_id,
        observed={"_id": remote_id, "_type": "USER" if one.registered else "INVITED_USER", "email": one.email},
        observed_at=now,
        agreed={"email": one.email},
    )
    if not one.registered:
        MirrorAttempt.objects.create(
            mirror=mirror, operation=Operation.CREATE, generation=1, started_at=now, ended_at=now, outcome=Outcome.DONE
        )
