"""Handing ownership over, as its pages show it: what can be offered, what is offered, and what waits for somebody."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q
from django.utils import timezone

from fiscal.queries.right_words import carried, rights_words, with_rights
from organizations.access import Reach, held, people_at
from organizations.choices import Preset, Scope
from organizations.models import Handover, Organization, Role, User
from organizations.roles import sentence_of


@dataclass(frozen=True)
class OpenHandover:
    """An offer that nobody has answered yet."""

    public_id: UUID
    organization_id: UUID
    organization: str
    giver: str
    taker: str
    keeps: str
    reason: str
    offered_at: datetime
    expires_at: datetime


@dataclass(frozen=True)
class HandoverPage:
    """What the owner's page shows. `owns` is about this very organization: who owns its parent hands over there."""

    owns: bool
    people: Sequence[tuple[str, str]]
    """Who can take it over, by id: people with access here who do not own it yet."""
    roles: Sequence[tuple[str, str]]
    """What the giver can keep, by id: title, then its sentence after a line break."""
    open: OpenHandover | None


def handover_page(reach: Reach) -> HandoverPage:
    """For who may manage people at the organization reached. Raises NotAuthorized."""
    reach.require(Scope.USERS)
    organization = reach.organization
    owners = {"grants__organization": organization, "grants__role__preset": Preset.OWNER, "grants__until": None}
    others = people_at(organization).exclude(pk__in=[reach.actor.pk] if reach.actor else [])
    owned = reach.actor and held(reach.actor).filter(organization=organization, role__preset=Preset.OWNER).exists()
    return HandoverPage(
        owns=bool(owned) and bool(reach.owner),
        people=[(str(user.public_id), _named(user)) for user in others.exclude(Q(**owners)).distinct()],
        roles=_roles(organization),
        open=next(iter(_open(organization=organization)), None),
    )


def handovers_for(user: User) -> list[OpenHandover]:
    """The offers that wait for this person's answer."""
    return _open(taker=user)


def handover_for(user: User, handover_id: UUID) -> OpenHandover | None:
    """One of them."""
    return next(iter(_open(taker=user, public_id=handover_id)), None)


def _open(**which: object) -> list[OpenHandover]:
    rows = Handover.objects.filter(settled_at=None, expires_at__gt=timezone.now(), **which)
    return [
        OpenHandover(
            row.public_id,
            row.organization.public_id,
            str(row.organization),
            str(row.giver),
            str(row.taker),
            str(row.keeps) if row.keeps else "",
            row.reason,
            row.offered_at,
            row.expires_at,
        )
        for row in rows.select_related("organization", "giver", "taker", "keeps").order_by("offered_at", "pk")
    ]


def _named(user: User) -> str:
    return f"{user.name}, {user.email}" if user.name else user.email


def _roles(organization: Organization) -> list[tuple[str, str]]:
    roles = Role.objects.filter(Q(organization=None) | Q(organization=organization), retired_at=None)
    return [
        (
            str(role.public_id),
            "\n".join((str(role), " ".join([sentence_of(role.preset, role.sentence), *rights_words(carried(role))]))),
        )
        for role in roles.exclude(preset=Preset.OWNER).prefetch_related(with_rights()).order_by("organization", "pk")
    ]
