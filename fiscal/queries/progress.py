"""Where one mirrored object stands, as its page tells it: phase, cause, next try, and the last attempts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from fiscal.choices import MOVING, CredentialStatus, ErrorCode, KindName, Outcome, Phase
from fiscal.interventions import ERROR_WORDS, INTERVENTIONS
from fiscal.models import Mirror, MirrorAttempt
from fiscal.phases import phase_of
from organizations.desired import Desired

ATTEMPTS_SHOWN = 6
SETTLED = frozenset({Phase.IN_STEP, Phase.RETIRED})
LOOKS = {
    Outcome.STARTED: ("info", "loader-2"),
    Outcome.DONE: ("ok", "check"),
    Outcome.NOT_THERE: ("neutral", "search"),
    Outcome.UNKNOWN: ("warn", "alert-triangle"),
    Outcome.FAILED: ("warn", "alert-triangle"),
    Outcome.REFUSED: ("bad", "x"),
}
"""Tone and icon of an attempt by how it ended."""


@dataclass(frozen=True)
class Attempt:
    """One call that was made, or that may have been made."""

    what: str
    outcome: str
    tone: str
    icon: str
    at: datetime
    words: str


@dataclass(frozen=True)
class Progress:
    """`moving`: changes without a person, so that a page follows it. `said`: the provider's own text."""

    phase: Phase
    moving: bool
    title: str
    what_to_do: str
    said: str
    next_try_at: datetime | None
    confirmed_at: datetime | None
    attempts: tuple[Attempt, ...] = ()


def mirrors_of(kind: KindName, subject_ids: Iterable[UUID]) -> dict[UUID, Mirror]:
    """The mirrors of several objects by the objects' public ids, with their credentials. One query."""
    found = Mirror.objects.filter(kind=kind, subject_id__in=list(subject_ids)).select_related("credential")
    return {mirror.subject_id: mirror for mirror in found}


def phase_in(mirror: Mirror | None, subject: Desired, now: datetime) -> Phase:
    """The phase of one object whose mirror is at hand."""
    paused = bool(mirror and mirror.credential and mirror.credential.status == CredentialStatus.PAUSED)
    return phase_of(
        mirror,
        generation=subject.generation,
        retired=subject.retired_at is not None,
        now=now,
        credential_paused=paused,
    )


def cause_of(mirror: Mirror | None, phase: Phase) -> str:
    """Why it is not in step, in a few words; '' if it is, or if nothing is known."""
    if mirror is None or phase in SETTLED:
        return ""
    if action := INTERVENTIONS.get(mirror.human_action):
        return str(action.title)
    code = mirror.error_code or (ErrorCode.UNAUTHORIZED if phase == Phase.NEEDS_PERSON else "")
    return str(ERROR_WORDS.get(code, ""))


def progress_of(kind: KindName, subject: Desired, *, now: datetime, discreet: bool = False) -> Progress:
    """Everything a page says about one object's way to the provider.

    `discreet` leaves out texts that may name an organization which the viewer does not reach.
    """
    mirror = mirrors_of(kind, [subject.public_id]).get(subject.public_id)
    phase = phase_in(mirror, subject, now)
    if mirror is None:
        return Progress(phase, moving=True, title="", what_to_do="", said="", next_try_at=None, confirmed_at=None)
    action = INTERVENTIONS.get(mirror.human_action)
    open_now = phase not in SETTLED
    attempts = mirror.attempts.order_by("-started_at", "-pk")[:ATTEMPTS_SHOWN]
    return Progress(
        phase=phase,
        moving=phase in MOVING,
        title=cause_of(mirror, phase),
        what_to_do=str(action.what_to_do) if action and open_now else "",
        said=mirror.error_text if open_now and not discreet else "",
        next_try_at=mirror.due_at if phase == Phase.RETRYING else None,
        confirmed_at=mirror.observed_at,
        attempts=tuple(_attempt(attempt, discreet=discreet) for attempt in attempts),
    )


def _attempt(attempt: MirrorAttempt, *, discreet: bool) -> Attempt:
    tone, icon = LOOKS[Outcome(attempt.outcome)]
    words = str(ERROR_WORDS.get(attempt.error_code, ""))
    if attempt.error_text and not discreet:
        words = f"{words} {attempt.error_text}".strip()
    return Attempt(
        attempt.get_operation_display(), attempt.get_outcome_display(), tone, icon, attempt.started_at, words
    )
