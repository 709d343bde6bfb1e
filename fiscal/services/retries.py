"""Trying again for many objects at once."""

from __future__ import annotations

from collections.abc import Sequence

from fiscal.models import Mirror
from fiscal.services.decisions import try_again
from organizations.access import access_organization
from organizations.audit.asked import run
from organizations.choices import Level, Scope
from organizations.models import User

MOST_AT_ONCE = 200


class CountChanged(Exception):
    """Other objects are concerned than the person was told. `now` is how many there are now. Nothing was done."""

    def __init__(self, now: int) -> None:
        super().__init__(f"{now} objects are concerned by now")
        self.now = now


def try_all_again(
    user: User, *, mirror_ids: Sequence[int], expected: int, reason: str = "", request_id: str = ""
) -> int:
    """Make each of these mirrors due now, each on record as part of one run. Gives how many; at most MOST_AT_ONCE.

    Each is its own transaction: what was tried again stays so if a later one fails. Raises CountChanged if there are
    not as many as the person confirmed, NotAuthorized and NoSuchOrganization for one out of the person's hands.
    """
    if len(mirror_ids) != expected:
        raise CountChanged(len(mirror_ids))
    some = mirror_ids[:MOST_AT_ONCE]
    owners = Mirror.objects.filter(pk__in=some).values_list("pk", "organization__public_id")
    with run():
        for mirror_id, organization_id in owners:
            reach = access_organization(
                user, organization_id, scope=Scope.ORGANIZATIONS, level=Level.MANAGE, request_id=request_id
            )
            reach.require(Scope.BULK, Level.MANAGE)
            try_again(reach, mirror_id=mirror_id, reason=reason)
    return len(owners)
