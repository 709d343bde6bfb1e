"""What an organization delegates to the partner that provisioned it, seen from both sides.

SECURITY: the owner is told what the partner may do and asks for, never who its people or its other customers are.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from fiscal.queries.right_words import rights_words
from organizations.access import Reach, reachable
from organizations.choices import Level, Scope
from organizations.models import Delegation, DelegationRequest, Organization, in_force, shown_name
from organizations.roles import FULL, READ, WRITE, Rights

MOST = 200


@dataclass(frozen=True)
class Wish:
    """A request of the partner that waits for an owner."""

    public_id: UUID
    rights: Rights
    words: Sequence[str]
    until: datetime | None
    reason: str
    asked_at: datetime


@dataclass(frozen=True)
class Delegated:
    """What one organization delegates now, and what is asked of it."""

    public_id: UUID
    name: str
    rights: Rights
    words: Sequence[str]
    until: datetime | None
    since: datetime | None
    wish: Wish | None
    retired: bool
    reached: bool
    """Whether the viewer may open the organization's own pages."""

    @property
    def in_short(self) -> str:
        """How much is delegated, for a row of a list."""
        for rights, word in ((READ, _("read")), (WRITE, _("write")), (FULL, _("full"))):
            if dict(self.rights) == dict(rights):
                return word
        return ngettext("%(n)d area", "%(n)d areas", len(self.rights)) % {"n": len(self.rights)} if self.rights else ""


def delegated_by(reach: Reach) -> Delegated:
    """What the organization reached delegates. For its own people and for those of the partner.

    Raises NotAuthorized without user administration.
    """
    reach.require(Scope.USERS)
    organization = Organization.objects.get(pk=reach.organization.pk)
    return _facts([organization], {organization.pk})[0]


def delegations_to(reach: Reach) -> list[Delegated]:
    """What each organization delegates that the one reached provisioned; by name, at most MOST.

    Raises NotAuthorized without user administration; those whose grant does not lead below see what they reach.
    """
    return _provisioned(reach)


def delegation_to(reach: Reach, organization_id: UUID) -> Delegated | None:
    """One of them. Raises NotAuthorized."""
    found = _provisioned(reach, public_id=organization_id)
    return found[0] if found else None


def _provisioned(reach: Reach, **which: UUID) -> list[Delegated]:
    reach.require(Scope.USERS)
    rows = Organization.objects.filter(provisioned_by=reach.organization, **which).order_by(shown_name(), "pk")
    if not reach.allows_below(Scope.USERS) and reach.actor:
        rows = rows.filter(pk__in=reachable(reach.actor, Scope.USERS).values("pk"))
    found = list(rows[:MOST])
    ids = [row.pk for row in found]
    open_pages = reachable(reach.actor, Scope.ORGANIZATIONS).filter(pk__in=ids) if reach.actor and ids else None
    return _facts(found, set(open_pages.values_list("pk", flat=True)) if open_pages is not None else set())


def _facts(organizations: Sequence[Organization], reached: set[int]) -> list[Delegated]:
    ids = [row.pk for row in organizations]
    rows = Delegation.objects.filter(in_force(timezone.now()), organization__in=ids).order_by("pk")
    by_organization: dict[int, list[Delegation]] = defaultdict(list)
    for row in rows:
        by_organization[row.organization_id].append(row)
    open_wishes = DelegationRequest.objects.filter(organization__in=ids, settled_at=None)
    wishes = {wish.organization_id: wish for wish in open_wishes}
    return [
        _delegated(row, by_organization[row.pk], wishes.get(row.pk), reached=row.pk in reached) for row in organizations
    ]


def _delegated(
    organization: Organization, rows: Iterable[Delegation], wish: DelegationRequest | None, *, reached: bool
) -> Delegated:
    rows = list(rows)
    rights = {Scope(row.scope): Level(row.level) for row in rows}
    return Delegated(
        public_id=organization.public_id,
        name=str(organization),
        rights=rights,
        words=rights_words(rights),
        until=min((row.until for row in rows if row.until), default=None),
        since=max((row.since for row in rows), default=None),
        wish=_wish(wish) if wish else None,
        retired=organization.retired_at is not None,
        reached=reached,
    )


def _wish(row: DelegationRequest) -> Wish:
    rights = {Scope(scope): Level(level) for scope, level in row.rights.items()}
    return Wish(row.public_id, rights, rights_words(rights), row.until, row.reason, row.asked_at)
