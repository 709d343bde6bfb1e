"""Invitations as the pages show them: the list of an organization with where each stands, and the history of one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from math import ceil
from typing import NamedTuple
from uuid import UUID

from django.db.models import Prefetch, Q
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from fiscal.queries.people import known_people, name_of
from organizations.access import Reach, reachable
from organizations.choices import Covers, Level, Scope
from organizations.models import AuditEntry, Invitation, InvitationGrant


class Look(NamedTuple):
    """How a state of an invitation is shown."""

    word: Promise
    icon: str
    tone: str


LOOKS = {
    "waiting": Look(_("Waiting to be sent"), "clock", "info"),
    "sent": Look(_("Sent"), "mail", "info"),
    "failed": Look(_("Delivery failed"), "alert-triangle", "bad"),
    "expired": Look(_("Expired"), "clock", "warn"),
    "accepted": Look(_("Accepted"), "check", "ok"),
    "revoked": Look(_("Taken back"), "x", "neutral"),
}


class OfferLine(NamedTuple):
    """A role at one organization whose name the viewer may know."""

    organization: str
    role: str
    covers: str


@dataclass(frozen=True)
class InvitationLine:
    """One invitation. `until` is when its link stops to work, `ends_at` the end date of what it grants."""

    public_id: UUID
    email: str
    invited_by: str
    offers: Sequence[OfferLine]
    others: int
    """Organizations among its offers that the viewer does not reach."""
    state: str
    created_at: datetime
    until: datetime
    ends_at: datetime | None
    sent_at: datetime | None
    redeemed_at: datetime | None
    tries: int
    is_here: bool
    """Whether it stands at this very organization, whose people alone decide about it."""

    @property
    def hours_left(self) -> int:
        return hours_until(self.until)

    @property
    def look(self) -> Look:
        return LOOKS[self.state]

    @property
    def is_open(self) -> bool:
        return self.state in {"waiting", "sent", "failed"}

    @property
    def can_be_sent_again(self) -> bool:
        return self.is_here and self.state in {"sent", "failed", "expired"}

    @property
    def can_be_revoked(self) -> bool:
        return self.is_here and (self.is_open or self.state == "expired")


def invitations_of(reach: Reach, *, limit: int = 100) -> list[InvitationLine]:
    """Invitations to the organization reached, newest first. Raises NotAuthorized without user administration."""
    reach.require(Scope.USERS)
    return _lines(reach, Q(grants__organization=reach.organization), limit)


def invitation_of(reach: Reach, invitation_id: UUID) -> InvitationLine | None:
    """One of them. Raises NotAuthorized."""
    reach.require(Scope.USERS)
    found = _lines(reach, Q(grants__organization=reach.organization, public_id=invitation_id), 1)
    return found[0] if found else None


@dataclass(frozen=True)
class HistoryLine:
    """What was done with one invitation, and by whom."""

    at: datetime
    who: str
    what: str
    reason: str


def invitation_history(reach: Reach, invitation_id: UUID) -> list[HistoryLine]:
    """What the record of the organization reached says of one invitation, newest first. Raises NotAuthorized."""
    reach.require(Scope.USERS)
    rows = AuditEntry.objects.filter(organization=reach.organization, subject_id=invitation_id)
    entries = list(rows.select_related("actor").order_by("-at", "-pk")[:50])
    known = known_people(reach.actor, [entry.actor_id for entry in entries])
    return [
        HistoryLine(entry.at, name_of(entry.actor, known) or entry.actor_name, entry.get_verb_display(), entry.reason)
        for entry in entries
    ]


def hours_until(moment: datetime) -> int:
    """The hours until a moment, begun ones counted as whole."""
    return max(0, ceil((moment - timezone.now()).total_seconds() / 3600))


def state_of(row: Invitation, now: datetime) -> str:
    """Where it stands; derived, never stored."""
    if row.revoked_at:
        return "revoked"
    if row.redeemed_at:
        return "accepted"
    if row.expires_at <= now:
        return "expired"
    if row.sent_at:
        return "sent"
    return "waiting" if row.mail_due_at else "failed"


def _lines(reach: Reach, which: Q, limit: int) -> list[InvitationLine]:
    now = timezone.now()
    offers = InvitationGrant.objects.select_related("organization", "role", "group").order_by("pk")
    rows = (
        Invitation.objects.filter(which)
        .select_related("invited_by")
        .prefetch_related(Prefetch("grants", queryset=offers))
        .order_by("-created_at", "-pk")[:limit]
    )
    found = list(rows)
    known = known_people(reach.actor, [row.invited_by_id for row in found])
    places = {grant.organization_id for row in found for grant in row.grants.all()}
    named = {reach.organization.pk}
    if reach.actor and places - named:
        named |= set(reachable(reach.actor, Scope.USERS).filter(pk__in=places).values_list("pk", flat=True))
    return [_line(reach, row, known, named, now) for row in found]


def _line(reach: Reach, row: Invitation, known: frozenset[int], named: set[int], now: datetime) -> InvitationLine:
    grants = list(row.grants.all())
    offers = [
        OfferLine(
            str(grant.organization),
            str(grant.role),
            str(grant.group) if grant.group else str(Covers(grant.covers).label),
        )
        for grant in grants
        if grant.organization_id in named
    ]
    is_here = row.organization_id == reach.organization.pk
    return InvitationLine(
        public_id=row.public_id,
        email=row.email,
        invited_by=name_of(row.invited_by, known),
        offers=offers,
        others=len(grants) - len(offers),
        state=state_of(row, now),
        created_at=row.created_at,
        until=row.expires_at,
        ends_at=row.ends_at,
        sent_at=row.sent_at,
        redeemed_at=row.redeemed_at,
        tries=row.mail_tries,
        is_here=is_here and reach.allows(Scope.USERS, Level.MANAGE),
    )
