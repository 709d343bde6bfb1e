"""Where a mirrored object stands, derived from facts and never stored: nothing can be stuck in a word.

The rule stands once for one object (`phase_of`) and once for lists, in SQL (`phase_case`); a test holds the two equal
over generated facts.
"""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from django.db.models import Case, CharField, F, Q, Value, When

from fiscal.choices import CredentialStatus, Phase


class Facts(Protocol):
    """What of a mirror the phase depends on."""

    @property
    def applied_generation(self) -> int | None: ...
    @property
    def parked_generation(self) -> int: ...
    @property
    def lease_until(self) -> datetime | None: ...
    @property
    def drifted_at(self) -> datetime | None: ...
    @property
    def human_action(self) -> str: ...
    @property
    def tries(self) -> int: ...


def phase_of(
    mirror: Facts | None, *, generation: int, retired: bool, now: datetime, credential_paused: bool = False
) -> Phase:
    """The phase of one object: its mirror (None: never tried), the generation desired, and whether it shall be gone."""
    if mirror is None:
        return Phase.WAITING
    applied = mirror.applied_generation == generation
    if retired and applied:
        return Phase.RETIRED
    if mirror.lease_until and mirror.lease_until > now:
        return Phase.WORKING
    if mirror.parked_generation == generation:
        return Phase.NEEDS_PERSON if mirror.human_action else Phase.REFUSED
    if applied:
        return Phase.DRIFTED if mirror.drifted_at else Phase.IN_STEP
    if credential_paused:
        return Phase.NEEDS_PERSON
    return Phase.RETRYING if mirror.tries else Phase.WAITING


def phase_case(mirror: str, now: datetime, *, generation: str = "generation", retired_at: str = "retired_at") -> Case:
    """The same rule as SQL.

    `mirror` is the (filtered) relation that joins the mirror row, at most one per object; "" where the rows themselves
    are mirrors, with generation and retirement of their subject annotated.
    """
    path = f"{mirror}__" if mirror else ""
    applied = Q(**{f"{path}applied_generation": F(generation)})
    parked = Q(**{f"{path}parked_generation": F(generation)})
    untried = [When(_untried(mirror), then=Value(Phase.WAITING))] if mirror else []
    return Case(
        *untried,
        When(applied & Q(**{f"{retired_at}__isnull": False}), then=Value(Phase.RETIRED)),
        When(Q(**{f"{path}lease_until__gt": now}), then=Value(Phase.WORKING)),
        When(parked & ~Q(**{f"{path}human_action": ""}), then=Value(Phase.NEEDS_PERSON)),
        When(parked, then=Value(Phase.REFUSED)),
        When(applied & Q(**{f"{path}drifted_at__isnull": False}), then=Value(Phase.DRIFTED)),
        When(applied, then=Value(Phase.IN_STEP)),
        When(Q(**{f"{path}credential__status": CredentialStatus.PAUSED}), then=Value(Phase.NEEDS_PERSON)),
        When(Q(**{f"{path}tries__gt": 0}), then=Value(Phase.RETRYING)),
        default=Value(Phase.WAITING),
        output_field=CharField(),
    )


def not_in_step(mirror: str, now: datetime, *, generation: str = "generation", retired_at: str = "retired_at") -> Q:
    """A condition that holds for every row whose phase is not IN_STEP, cheap enough to find the few among many.

    It may also hold for a row in step; `phase_case` has the last word on those it finds.
    """
    path = f"{mirror}__" if mirror else ""
    return (
        (_untried(mirror) if mirror else Q(pk__in=[]))
        | Q(**{f"{path}applied_generation__lt": F(generation)})
        | Q(**{f"{path}applied_generation__gt": F(generation)})
        | Q(**{f"{retired_at}__isnull": False})
        | Q(**{f"{path}lease_until__gt": now})
        | Q(**{f"{path}parked_generation__gt": 0})
        | Q(**{f"{path}drifted_at__isnull": False})
    )


def _untried(mirror: str) -> Q:
    """No mirror was joined. Asked of a column that lies in the index of phases, so that no row need be opened."""
    return Q(**{f"{mirror}__applied_generation__isnull": True})
