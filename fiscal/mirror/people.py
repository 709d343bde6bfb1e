"""Reads the list of users of an organization in fiskaly's dashboard, and compares it with who shall be there.

One call covers everybody. Who is there unknown to Kontor is kept for the page; who is missing drifted, or let the
invitation lapse. Nothing is repaired by itself. Absence is believed only from a list that was read as a whole, and an
empty one is read twice.
"""

from __future__ import annotations

import logging
import random
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Max

from fiscal.choices import CredentialStatus, ErrorCode, KindName, Operation, Outcome
from fiscal.mirror.engine import ClientFor
from fiscal.mirror.kinds.dashboard_user import is_invited, seen_user
from fiscal.mirror.kinds.holders import holders_of, remote_ids
from fiscal.mirror.nearest import nearest_credential
from fiscal.mirror.plan import Seen, differences
from fiscal.mirror.settle import CLEAR, REREAD_EVERY
from fiscal.mirror.verdict import code_of
from fiscal.models import Credential, Mirror, MirrorAttempt, UserListing
from fiscal.providers.errors import ProviderError
from fiscal.providers.listing import Listing
from fiscal.providers.management import Management
from fiscal.providers.payloads import UserPayload
from organizations.models import DashboardUser, Organization

log = logging.getLogger(__name__)

RETRY, WHILE_INVITED = timedelta(minutes=10), timedelta(hours=1)
SLACK = timedelta(minutes=1)
"""How far the provider's clock may differ from ours."""


def due_lists(now: datetime, *, limit: int) -> list[int]:
    """Organizations whose list is to be read: somebody asked, its time has come, or a person was invited or changed."""
    listed = UserListing.objects.filter(due_at__lte=now).order_by("due_at").values_list("organization_id", flat=True)
    rows = Mirror.objects.filter(kind=KindName.DASHBOARD_USER, reread_at__lte=now)
    rung = rows.order_by("reread_at").values_list("organization_id", flat=True)
    return list(dict.fromkeys([*listed[:limit], *rung[:limit]]))[:limit]


def read_list(organization_id: int, client_for: ClientFor, *, now: datetime) -> bool:
    """Read and compare the list of one organization, if it is due and nobody else does. True if it was tried."""
    listing = _claimed(organization_id, now)
    if listing is None:
        return False
    organization = Organization.objects.select_related("parent__provisioned_by", "provisioned_by").get(
        pk=organization_id
    )
    remote_id = remote_ids(organization.pk).get(organization.pk, "")
    if organization.retired_at or not remote_id:
        _ended(listing, now, due_at=now + REREAD_EVERY)
        return True
    credential = nearest_credential(holders_of(organization), organization.modes)
    if credential is None or credential.status == CredentialStatus.PAUSED:
        code = ErrorCode.UNAUTHORIZED if credential else ErrorCode.NO_CREDENTIAL
        _ended(listing, now, due_at=now + RETRY, error_code=code)
        return True
    try:
        _compare(listing, credential, client_for(credential), remote_id, now)
    except ProviderError as error:
        log.info("reading the users of an organization put off: %s", error)
        _ended(listing, now, due_at=now + RETRY, error_code=code_of(error, None))
    return True


def invited_since(mirror_ids: list[int]) -> dict[int, datetime]:
    """When fiskaly was last asked to invite each of these people, by mirror. One query."""
    sent = MirrorAttempt.objects.filter(
        mirror__in=mirror_ids, operation=Operation.CREATE, outcome__in=(Outcome.DONE, Outcome.UNKNOWN)
    )
    return dict(sent.order_by().values_list("mirror").annotate(Max("started_at")))


def lapses_at(since: datetime) -> datetime:
    """When an invitation sent at `since` lapses (fiskaly's HUB, "User management": 48 hours)."""
    return since + timedelta(hours=settings.INVITATION_HOURS)


def _claimed(organization_id: int, now: datetime) -> UserListing | None:
    rows = Mirror.objects.filter(kind=KindName.DASHBOARD_USER, organization=organization_id)
    rung = rows.filter(reread_at__lte=now).update(reread_at=None)
    listing, _created = UserListing.objects.get_or_create(organization_id=organization_id, defaults={"due_at": now})
    if listing.due_at > now and not rung:
        return None
    # Due again soon, before any call: whoever dies on the way is followed by another try.
    taken = UserListing.objects.filter(pk=listing.pk, due_at=listing.due_at).update(due_at=now + RETRY)
    return listing if taken else None


def _ended(listing: UserListing, now: datetime, **fields: Any) -> None:
    UserListing.objects.filter(pk=listing.pk).update(**{"ended_at": now, "error_code": "", **fields})


def _compare(listing: UserListing, credential: Credential, client: Management, remote_id: str, now: datetime) -> None:
    # What we know is read before the provider is asked: a pass in between then knows better, and `_note` can tell.
    people = {person.public_id: person for person in _living(listing.organization_id)}
    mirrors = list(Mirror.objects.filter(kind=KindName.DASHBOARD_USER, subject_id__in=people))
    found = client.users(remote_id)
    if not found.items and mirrors:
        found = client.users(remote_id)
    seen = [seen_user(item) for item in found.items]
    since = invited_since([mirror.pk for mirror in mirrors])
    for mirror in mirrors:
        _note(mirror, people[mirror.subject_id], seen, found, since.get(mirror.pk), now)
    users = _kept(listing, seen, now)
    ends = [lapses_at(moment) + SLACK for moment in since.values()]
    soon = [moment for moment in ends if now < moment < now + WHILE_INVITED]
    usual = WHILE_INVITED if any(is_invited(one.raw) for one in seen) else REREAD_EVERY * random.uniform(0.8, 1.2)  # noqa: S311
    _ended(listing, now, due_at=min([now + usual, *soon]), users=users, read_at=now)


def _living(organization_id: int) -> list[DashboardUser]:
    return list(DashboardUser.objects.filter(organization=organization_id, retired_at=None))


def _kept(listing: UserListing, seen: list[Seen], now: datetime) -> list[dict[str, Any]]:
    """What the page needs of each user, with when they were first seen."""
    known = {user["id"]: user["first_seen_at"] for user in listing.users}
    return [
        {
            "id": one.remote_id,
            "email": one.raw["email"],
            "first_name": one.raw.get("first_name") or "",
            "last_name": one.raw.get("last_name") or "",
            "type": one.raw["_type"],
            "first_seen_at": known.get(one.remote_id, now.isoformat()),
        }
        for one in seen
    ]


def _note(
    mirror: Mirror,
    person: DashboardUser,
    seen: list[Seen],
    found: Listing[UserPayload],
    since: datetime | None,
    now: datetime,
) -> None:
    """Store where one person stands, unless something else is or was going on with them since they were loaded."""
    lapsed = mirror.human_action == "invitation_lapsed" and mirror.parked_generation == person.generation
    if mirror.applied_generation != person.generation and not lapsed:
        return
    untouched = Mirror.objects.filter(
        pk=mirror.pk,
        lease_token=None,
        applied_generation=mirror.applied_generation,
        parked_generation=mirror.parked_generation,
        observed_at=mirror.observed_at,
    )
    there = _of(mirror, person, seen)
    if there is not None:
        untouched.update(**_present(mirror, person, there, now))
    elif found.complete and not lapsed:
        untouched.update(**_missing(mirror, person, since, now))


def _of(mirror: Mirror, person: DashboardUser, seen: list[Seen]) -> Seen | None:
    """The person in the list: by id, else by address, for nobody says that an id stays."""
    by_id = {one.remote_id: one for one in seen}
    return by_id.get(mirror.remote_id) or next((one for one in seen if one.raw["email"] == person.email), None)


def _present(mirror: Mirror, person: DashboardUser, there: Seen, now: datetime) -> dict[str, Any]:
    differs = differences({"email": person.email}, there.raw)
    return {
        **CLEAR,
        "applied_generation": person.generation,
        "remote_id": there.remote_id,
        "observed": there.raw,
        "observed_at": now,
        "drifted_at": (mirror.drifted_at or now) if differs else None,
    }


def _missing(mirror: Mirror, person: DashboardUser, since: datetime | None, now: datetime) -> dict[str, Any]:
    """The invitation lapsed, and waits for a person; or somebody removed them in the dashboard, and that is drift."""
    gone: dict[str, Any] = {"remote_id": "", "observed": {}, "observed_at": now}
    over = since is None or lapses_at(since) <= now + SLACK
    if not (is_invited(mirror.observed) and over):
        return {**gone, "drifted_at": mirror.drifted_at or now}
    return {
        **gone,
        "drifted_at": None,
        "applied_generation": 0,
        "parked_generation": person.generation,
        "human_action": "invitation_lapsed",
        "error_code": ErrorCode.LAPSED,
        "failing_since": now,
    }
