"""Where everything of one organization stands: itself, its arrangement, addresses and keys, and what was tried lately."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.text import capfirst

from billing.models import Arrangement, BillingAddress
from fiscal.choices import MOVING, SCOPES, SETTLED_BADLY, CredentialStatus, ErrorCode, KindName, Outcome, Phase
from fiscal.models import Mirror, MirrorAttempt
from fiscal.phases import phase_of
from fiscal.queries.words import long_reason
from organizations.access import Reach
from organizations.choices import Level, Scope
from organizations.models import ApiKey, DashboardUser

ATTEMPTS_SHOWN = 8
TONES = {Outcome.DONE: ("ok", "check"), Outcome.NOT_THERE: ("neutral", "search"), Outcome.STARTED: ("info", "loader-2")}


@dataclass(frozen=True)
class Piece:
    """One mirrored object of the organization. `mirror_id` is None as long as nothing was tried."""

    kind: str
    label: str
    name: str
    phase: str
    reason: str
    next_at: datetime | None
    since: datetime | None
    error_text: str
    request_id: str
    mirror_id: int | None
    human_action: str
    held: bool
    """The person may see it and not decide about it."""

    @property
    def can_retry(self) -> bool:
        return (
            not self.held
            and self.mirror_id is not None
            and self.phase in {Phase.REFUSED, Phase.NEEDS_PERSON, Phase.RETRYING}
        )

    @property
    def waits_for_person(self) -> bool:
        return self.phase in SETTLED_BADLY


@dataclass(frozen=True)
class Attempt:
    """One call that was made, for the timeline."""

    title: str
    note: str
    at: datetime
    tone: str
    icon: str


@dataclass(frozen=True)
class OrganizationProgress:
    """What the phase card shows. `phase` is the organization's own; `pieces` holds what else is not simply in step."""

    phase: str
    reason: str
    next_at: datetime | None
    confirmed_at: datetime | None
    generation: int
    remote_id: str
    own: Piece
    pieces: Sequence[Piece]
    attempts: Sequence[Attempt]
    moving: bool
    may_retry: bool


def organization_progress(reach: Reach) -> OrganizationProgress:
    """Everything of the organization reached that a provider shall hold, with the phase of each. Raises NotAuthorized."""
    reach.require(Scope.ORGANIZATIONS)
    now = timezone.now()
    organization = reach.organization
    mirrors = {
        mirror.subject_id: mirror
        for mirror in Mirror.objects.filter(organization=organization)
        .select_related("credential")
        .defer("agreed", "observed")
    }
    attempts = list(
        MirrorAttempt.objects.filter(mirror__in=[mirror.pk for mirror in mirrors.values()]).order_by(
            "-started_at", "-pk"
        )[:ATTEMPTS_SHOWN]
    )
    request_ids = {attempt.mirror_id: attempt.request_id for attempt in reversed(attempts) if attempt.request_id}
    own, *rest = [
        _piece(reach, kind, row, mirrors.get(row.public_id), now, request_ids) for kind, row in _subjects(reach)
    ]
    mirror = mirrors.get(organization.public_id)
    return OrganizationProgress(
        phase=own.phase,
        reason=own.reason,
        next_at=own.next_at,
        confirmed_at=mirror.observed_at if mirror else None,
        generation=mirror.applied_generation if mirror else 0,
        remote_id=mirror.remote_id if mirror else "",
        own=own,
        pieces=[piece for piece in rest if piece.phase not in {Phase.IN_STEP, Phase.RETIRED}],
        attempts=_timeline(attempts, mirrors, reach),
        moving=any(piece.phase in MOVING for piece in (own, *rest)),
        may_retry=reach.allows(Scope.ORGANIZATIONS, Level.MANAGE),
    )


def _subjects(reach: Reach) -> list[tuple[KindName, Any]]:
    """The desired rows of the organization, itself first; billing and people only for who may view them."""
    organization = reach.organization
    rows: list[tuple[KindName, Any]] = [(KindName.ORGANIZATION, organization)]
    if reach.allows(Scope.BILLING):
        rows += [(KindName.ARRANGEMENT, row) for row in Arrangement.objects.filter(organization=organization)]
        rows += [(KindName.BILLING_ADDRESS, row) for row in BillingAddress.objects.filter(organization=organization)]
    rows += [(KindName.API_KEY, row) for row in ApiKey.objects.filter(organization=organization)]
    if reach.allows(Scope.USERS):
        rows += [(KindName.DASHBOARD_USER, row) for row in DashboardUser.objects.filter(organization=organization)]
    return rows


def _piece(
    reach: Reach, kind: KindName, row: Any, mirror: Mirror | None, now: datetime, request_ids: dict[int, str]
) -> Piece:
    status = mirror.credential.status if mirror and mirror.credential else ""
    retired = row.retired_at is not None
    phase = phase_of(
        mirror, generation=row.generation, retired=retired, now=now, credential_paused=status == CredentialStatus.PAUSED
    )
    return Piece(
        kind=kind,
        label=str(kind.label),
        name="" if kind == KindName.ARRANGEMENT else str(row),
        phase=phase,
        reason=long_reason(
            phase,
            error_code=mirror.error_code if mirror else "",
            human_action=mirror.human_action if mirror else "",
            credential_status=status,
        ),
        next_at=mirror.due_at if mirror and phase == Phase.RETRYING else None,
        since=(mirror.failing_since or mirror.drifted_at) if mirror else None,
        error_text=_told(mirror) if mirror else "",
        request_id=request_ids.get(mirror.pk, "") if mirror else "",
        mirror_id=mirror.pk if mirror else None,
        human_action=mirror.human_action if mirror else "",
        held=kind == KindName.DASHBOARD_USER and not reach.allows(Scope.USERS, Level.MANAGE),
    )


def _told(mirror: Mirror) -> str:
    """The provider's own text. What an object waits for may be an organization out of reach, so that is not told."""
    return "" if mirror.error_code in {"", ErrorCode.NEEDS} else mirror.error_text


def _timeline(attempts: Sequence[MirrorAttempt], mirrors: dict[Any, Mirror], reach: Reach) -> list[Attempt]:
    kinds = {mirror.pk: KindName(mirror.kind) for mirror in mirrors.values()}
    shown = []
    for attempt in attempts:
        kind = kinds[attempt.mirror_id]
        if kind in SCOPES and not reach.allows(SCOPES[kind]):
            continue
        tone, icon = TONES.get(Outcome(attempt.outcome), ("bad", "x"))
        if attempt.outcome == Outcome.UNKNOWN:
            tone, icon = "warn", "alert-triangle"
        words = (str(attempt.status) if attempt.status else "", attempt.error_text)
        shown.append(
            Attempt(
                title=f"{capfirst(kind.label)}, {attempt.get_operation_display()}: {attempt.get_outcome_display()}",
                note=", ".join(word for word in words if word),
                at=attempt.started_at,
                tone=tone,
                icon=icon,
            )
        )
    return shown
