"""What the wizard that creates organizations asks: where, in which mode, with whose credential, and a person's drafts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from fiscal.choices import CredentialStatus
from fiscal.mirror.kinds.holders import holders_of
from fiscal.models import Credential
from organizations.access import reachable, roads
from organizations.choices import Kind, Level, Mode, Scope
from organizations.models import Draft, Organization, User
from organizations.services import NoSuchDraft

MOST_PLACES = 20


@dataclass(frozen=True)
class ModeChoice:
    """A mode for the new organization; `blocked` says why it cannot be chosen, '' if it can."""

    mode: str
    blocked: str = ""


@dataclass(frozen=True)
class Place:
    """A main organization below which the person may create."""

    id: str
    name: str
    town: str
    above: str
    second_level: bool
    modes: tuple[ModeChoice, ...]
    blocked: str = ""

    @property
    def open_modes(self) -> list[str]:
        return [choice.mode for choice in self.modes if not choice.blocked]


@dataclass(frozen=True)
class Places:
    """The first places that match, and how many there are."""

    shown: list[Place]
    total: int


@dataclass(frozen=True)
class DraftLine:
    """One unfinished wizard of the person."""

    id: str
    name: str
    model: str
    changed_at: datetime


def places(user: User, *, kind: Kind, second_level: bool, q: str = "", chosen: str = "") -> Places:
    """Main organizations where the person manages organizations; what cannot be chosen for `kind` says why.

    `second_level`: only organizations that a partner provisioned (a further branch or customer below one of those).
    `chosen` is among the shown ones whatever `q` leaves over.
    """
    rows = _may_create_below(user)
    if second_level:
        rows = rows.filter(provisioned_by__isnull=False)
    elif kind == Kind.MANAGED:
        rows = rows.filter(provisioned_by__isnull=True)
    found = rows.filter(Q(name__icontains=q) | Q(display_name__icontains=q) | Q(town__icontains=q)) if q else rows
    total = found.count()
    shown = list(found.order_by("provisioned_by_id", "name", "pk")[:MOST_PLACES])
    if chosen and chosen not in {str(row.public_id) for row in shown}:
        shown = [*rows.filter(public_id=chosen), *shown]
    return Places(_as_places(user, shown, kind), total)


def place(user: User, public_id: UUID, *, kind: Kind) -> Place | None:
    """One of them, or None if the person may not create below it, or it is a managed organization."""
    return next(iter(_as_places(user, list(_may_create_below(user).filter(public_id=public_id)), kind)), None)


def draft_answers(user: User, draft_id: UUID) -> dict[str, Any]:
    """What the person answered so far. Raises NoSuchDraft, also for somebody else's."""
    draft = Draft.objects.filter(user=user, public_id=draft_id).first()
    if draft is None:
        raise NoSuchDraft
    return dict(draft.answers)


def drafts_of(user: User, *, most: int = 5) -> list[DraftLine]:
    """The person's unfinished wizards, the newest first."""
    return [
        DraftLine(
            id=str(draft.public_id),
            name=str(draft.answers.get("facts", {}).get("name", "")),
            model=str(draft.answers.get("model", {}).get("model", "")),
            changed_at=draft.changed_at,
        )
        for draft in Draft.objects.filter(user=user)[:most]
    ]


def _may_create_below(user: User) -> QuerySet[Organization]:
    return (
        Organization.objects.filter(pk__in=roads(user).starts(Scope.ORGANIZATIONS, Level.MANAGE).below)
        .filter(kind=Kind.ORGANIZATION, retired_at=None)
        .select_related("provisioned_by")
    )


def _as_places(user: User, rows: list[Organization], kind: Kind) -> list[Place]:
    above = {row.provisioned_by_id for row in rows if row.provisioned_by_id}
    known = set(reachable(user).filter(pk__in=above).values_list("pk", flat=True)) if above else set()
    held = _credentials({holder.pk for row in rows for holder in _holders(row, kind)})
    return [
        Place(
            id=str(row.public_id),
            name=str(row),
            town=row.town,
            above=str(row.provisioned_by) if row.provisioned_by_id in known else "",
            second_level=row.provisioned_by_id is not None,
            modes=tuple(ModeChoice(mode, _why_not(row, kind, mode, held)) for mode in (Mode.TEST, Mode.LIVE)),
            blocked=_why_not_here(row, kind),
        )
        for row in rows
    ]


def _holders(above: Organization, kind: Kind) -> tuple[Organization, ...]:
    """Whose credential would create an organization below `above`: the mirror's own rule, asked of a row not saved."""
    if kind == Kind.MANAGED:
        return holders_of(Organization(kind=kind, parent=above))
    return tuple(holder for holder in holders_of(Organization(kind=kind, provisioned_by=above)) if holder.pk)


def _credentials(organization_ids: Iterable[int | None]) -> dict[int, dict[str, str]]:
    """Status by mode by organization, of credentials that were not removed."""
    held: dict[int, dict[str, str]] = defaultdict(dict)
    rows = Credential.objects.filter(organization_id__in=list(organization_ids)).exclude(
        status=CredentialStatus.REVOKED
    )
    for organization_id, mode, status in rows.values_list("organization_id", "mode", "status"):
        held[organization_id][mode] = status
    return held


def _why_not(above: Organization, kind: Kind, mode: Mode, held: dict[int, dict[str, str]]) -> str:
    if mode not in above.modes:
        return _("%(name)s is not in %(mode)s.") % {"name": above, "mode": mode.label}
    statuses = [held.get(holder.pk, {}).get(mode) for holder in _holders(above, kind)]
    if CredentialStatus.ACTIVE in statuses:
        return ""
    if CredentialStatus.PAUSED in statuses:
        return _("The %(mode)s credential is paused because fiskaly did not accept it: replace it first.") % {
            "mode": mode.label
        }
    return _("There is no %(mode)s credential for %(name)s yet: store one first.") % {"name": above, "mode": mode.label}


def _why_not_here(above: Organization, kind: Kind) -> str:
    """A third level of main organizations is none of the guide's models ("Organizational Structure")."""
    if kind == Kind.ORGANIZATION and above.provisioned_by_id:
        return _("It is a second-level organization itself; the guide has no third level.")
    return ""
