"""The work list's lines about people: requests to delegate, ownership on offer, and mails that did not go out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils import timezone

from fiscal.queries.handover import OpenHandover, handovers_for
from organizations.access import held
from organizations.choices import Preset
from organizations.models import DelegationRequest, Invitation, User


@dataclass(frozen=True)
class WishLine:
    """A partner's request that waits for this owner."""

    organization_id: UUID
    organization: str
    request_id: UUID
    asked_at: datetime


@dataclass(frozen=True)
class FailedMails:
    """Invitations of this person's that could not be delivered, and the only place where they are, if it is one."""

    count: int
    organization_id: UUID | None = None
    organization: str = ""


@dataclass(frozen=True)
class PeopleWork:
    """What waits for one person among the affairs of people."""

    wishes: Sequence[WishLine]
    handovers: Sequence[OpenHandover]
    failed: FailedMails


def people_work(user: User) -> PeopleWork:
    """Three queries, whatever waits."""
    return PeopleWork(_wishes(user), handovers_for(user), _failed(user))


def _wishes(user: User) -> list[WishLine]:
    owned = held(user).filter(role__preset=Preset.OWNER).values("organization")
    rows = DelegationRequest.objects.filter(settled_at=None, organization__in=owned).select_related("organization")
    return [
        WishLine(row.organization.public_id, str(row.organization), row.public_id, row.asked_at)
        for row in rows.order_by("asked_at", "pk")
    ]


def _failed(user: User) -> FailedMails:
    rows = Invitation.objects.filter(
        invited_by=user,
        redeemed_at=None,
        revoked_at=None,
        sent_at=None,
        mail_due_at=None,
        expires_at__gt=timezone.now(),
    )
    found = list(rows.select_related("organization"))
    if not found:
        return FailedMails(0)
    return FailedMails(len(found), found[0].organization.public_id, str(found[0].organization))
