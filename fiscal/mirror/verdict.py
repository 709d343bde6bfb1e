"""What an error means for the row it happened to, and how long to wait.

The table is closed: what is not listed is a fault of ours, logged, visible, and tried again in an hour.
"""

from __future__ import annotations

import random
from datetime import datetime, timedelta

from django.db.models import Q

from fiscal.choices import ErrorCode, KindName, Outcome
from fiscal.mirror.plan import Call, Create
from fiscal.models import Mirror
from fiscal.providers import errors

FIRST_DELAY, LONGEST_DELAY = 5.0, 3600.0

PARKING = {
    errors.Refused: (ErrorCode.REFUSED, ""),
    errors.Absent: (ErrorCode.GONE, "gone"),
    errors.Forbidden: (ErrorCode.FORBIDDEN, "forbidden"),
    errors.Untrusted: (ErrorCode.UNTRUSTED, "untrusted"),
}
"""Errors after which only a person can help, and the intervention that tells how."""

INSTEAD = {(KindName.DASHBOARD_USER, "forbidden"): "stays_at_fiskaly"}
"""Interventions that say more than the general ones, for kinds where an error can mean one thing only."""

RETRYING = {
    errors.Unreachable: ErrorCode.UNREACHABLE,
    errors.Throttled: ErrorCode.THROTTLED,
    errors.Garbled: ErrorCode.GARBLED,
    errors.AlreadyThere: ErrorCode.DUPLICATE,
    errors.Unauthorized: ErrorCode.UNAUTHORIZED,
}
"""Errors that time heals. An unauthorized credential is paused as a whole, elsewhere; its rows just wait."""


def delay_after(tries: int) -> timedelta:
    """How long to wait after `tries` failures in a row: doubling from 5 seconds, at most an hour, with jitter."""
    most = min(LONGEST_DELAY, FIRST_DELAY * 2 ** min(tries, 12))
    return timedelta(seconds=random.uniform(most / 2, most))  # noqa: S311 - spreads retries, protects nothing


def code_of(error: errors.ProviderError, call: Call | None) -> ErrorCode:
    """Which of our codes stands for an error that `call` met."""
    if isinstance(error, errors.AlreadyThere) and not isinstance(call, Create):
        return ErrorCode.NEEDS  # 409 to a change or a deletion: something else is in its way
    codes = {**{sort: code for sort, (code, _action) in PARKING.items()}, **RETRYING}
    return next((code for sort, code in codes.items() if isinstance(error, sort)), ErrorCode.INTERNAL)


def outcome_of(error: errors.ProviderError) -> Outcome:
    """How an attempt that met an error ended."""
    if isinstance(error, errors.Refused | errors.Forbidden | errors.Absent):
        return Outcome.REFUSED
    return Outcome.UNKNOWN if error.outcome_unknown else Outcome.FAILED


def wake_waiting(organization_id: int, now: datetime) -> None:
    """Something of this organization has come into being at the provider: what waited for it is due."""
    family = (
        Q(organization=organization_id)
        | Q(organization__parent=organization_id)
        | Q(organization__provisioned_by=organization_id)
        | Q(organization__parent__provisioned_by=organization_id)
    )
    Mirror.objects.filter(family, error_code=ErrorCode.NEEDS, due_at__gt=now, lease_token=None).update(due_at=now)
