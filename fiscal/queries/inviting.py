"""What can be offered in an invitation, and what somebody who holds its link is told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from fiscal.queries.invitations import hours_until
from fiscal.queries.right_words import carried, rights_words, with_rights
from organizations.access import Reach, reachable
from organizations.choices import Covers, Level, Scope
from organizations.models import Invitation, NamedGroup, Role, User, shown_name
from organizations.roles import sentence_of
from organizations.services.grants import exceeds
from organizations.services.redeeming import is_for, waiting_invitation

MOST_PLACES = 25


@dataclass(frozen=True)
class RoleChoice:
    """A role that can be offered, or why it cannot."""

    id: str
    name: str
    sentence: str
    words: Sequence[str]
    blocked: str
    own: bool
    """Whether it is the organization's own: it means nothing anywhere else."""


def role_choices(reach: Reach) -> list[RoleChoice]:
    """The roles of the house and of the organization reached, each with what it carries. Raises NotAuthorized."""
    reach.require(Scope.USERS)
    roles = Role.objects.filter(Q(organization=None) | Q(organization=reach.organization), retired_at=None)
    return [
        RoleChoice(
            id=str(role.public_id),
            name=str(role),
            sentence=sentence_of(role.preset, role.sentence),
            words=rights_words(carried(role)),
            blocked=exceeds(reach, role, Covers.BELOW),
            own=role.organization_id is not None,
        )
        for role in roles.prefetch_related(with_rights()).order_by("organization", "pk")
    ]


def group_choices(reach: Reach) -> list[tuple[str, str]]:
    """The named groups of the organization reached, by id."""
    reach.require(Scope.USERS)
    groups = NamedGroup.objects.filter(organization=reach.organization, retired_at=None)
    return [(str(group.public_id), group.name) for group in groups]


def further_places(reach: Reach, q: str, chosen: Sequence[str]) -> list[tuple[str, str]]:
    """Other organizations that the person may invite to as well, by id: those chosen, and the first that `q` finds.

    Nothing without bulk actions: several organizations in one invitation are one.
    """
    if reach.actor is None or not reach.allows(Scope.BULK, Level.MANAGE):
        return []
    own = reachable(reach.actor, Scope.USERS, Level.MANAGE).filter(
        pk__in=reachable(reach.actor, Scope.BULK, Level.MANAGE).values("pk"), retired_at=None
    )
    others = own.exclude(pk=reach.organization.pk)
    ticked = list(others.filter(public_id__in=chosen)) if chosen else []
    if not q:
        return [(str(row.public_id), str(row)) for row in ticked]
    match = Q(name__icontains=q) | Q(display_name__icontains=q)
    rest = others.filter(match).exclude(pk__in=[row.pk for row in ticked]).order_by(shown_name(), "pk")
    return [(str(row.public_id), str(row)) for row in [*ticked, *rest[:MOST_PLACES]]]


@dataclass(frozen=True)
class InvitedTo:
    """One organization that somebody is invited to, and what they would see and change there."""

    organization: str
    role: str
    sentence: str
    covers: str
    words: Sequence[str]


@dataclass(frozen=True)
class Invited:
    """What the holder of a working link is told."""

    inviter: str
    email: str
    message: str
    places: Sequence[InvitedTo]
    ends_at: datetime | None
    expires_at: datetime
    is_mine: bool
    """Whether it went to an address of the person who looks. Nobody signed in is nobody."""

    @property
    def hours_left(self) -> int:
        return hours_until(self.expires_at)


def invited(digest: str, viewer: User | None) -> Invited:
    """What the invitation behind a link offers. Raises InvitationGone, InvitationExpired."""
    invitation = waiting_invitation(digest)
    return Invited(
        inviter=str(invitation.invited_by or "Kontor"),
        email=invitation.email,
        message=invitation.message,
        places=_places(invitation),
        ends_at=invitation.ends_at,
        expires_at=invitation.expires_at,
        is_mine=viewer is not None and is_for(invitation, viewer),
    )


def _places(invitation: Invitation) -> list[InvitedTo]:
    grants = invitation.grants.select_related("organization", "role", "group").prefetch_related(with_rights("role__"))
    return [
        InvitedTo(
            str(grant.organization),
            str(grant.role),
            sentence_of(grant.role.preset, grant.role.sentence),
            str(grant.group) if grant.group else str(Covers(grant.covers).label),
            rights_words(carried(grant.role)),
        )
        for grant in grants.order_by("pk")
    ]
