"""Whether a credential may be used at all, and what an answer says about that: for fiskaly's keys and for sources of sales."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Protocol

from django.conf import settings
from django.db.models import F, QuerySet

from fiscal.choices import ConnectionStatus, CredentialStatus
from fiscal.clients.circuit import MANAGEMENT
from fiscal.models import Connection, Credential
from fiscal.providers.errors import CredentialsRefused, LicenceLapsed, ProviderError, Unauthorized

PAUSES_AFTER = 2
PAUSED_FOR = 300.0
PROBE_LICENCE_EVERY = timedelta(days=1)


class Standing(Protocol):
    """What the gate asks about one kind of row."""

    provider: str
    fields: tuple[str, ...]

    def rate(self) -> float:
        """Requests a second that the operator allows; 0: only what a 429 teaches."""

    def check(self, row: Any, now: datetime) -> None:
        """Raise a ProviderError with `sent=False` if the row is not to be used now."""

    def accepted(self, row: Any, now: datetime) -> Mapping[str, object]:
        """What to write when a call passed, beside what every row gets."""

    def rejected(self, rows: QuerySet[Any], error: ProviderError, now: datetime) -> None:
        """Write what `error` says about the credential. Called for every answered error but Throttled."""


class KeyStanding:
    """A key for fiskaly Management. Two rejected logins in a row pause it, once, for all its objects."""

    provider = MANAGEMENT
    fields: tuple[str, ...] = ("status",)

    def rate(self) -> float:
        """As set for fiskaly Management."""
        return settings.MANAGEMENT_RATE

    def check(self, row: Credential, now: datetime) -> None:
        """Only an active key is used."""
        if row.status != CredentialStatus.ACTIVE:
            raise Unauthorized("The credential is not in use.", sent=False, retry_after=PAUSED_FOR)

    def accepted(self, row: Credential, now: datetime) -> Mapping[str, object]:
        """Nothing more."""
        return {}

    def rejected(self, rows: QuerySet[Credential], error: ProviderError, now: datetime) -> None:
        """Count a rejected login."""
        if not isinstance(error, Unauthorized):
            return
        _count_rejection(rows)
        rows.filter(auth_failures__gte=PAUSES_AFTER, status=CredentialStatus.ACTIVE).update(
            status=CredentialStatus.PAUSED, status_reason=error.message, status_since=now
        )


class SourceStanding:
    """A source of sales. A lapsed licence pauses it until the next daily probe; what only a person can mend stops it.

    `by_person`: somebody asks for a try now, so that neither pause nor stop stand in the way.
    """

    fields: tuple[str, ...] = ("status", "due_at")

    def __init__(self, provider: str, *, by_person: bool = False) -> None:
        self.provider = provider
        self._by_person = by_person

    def rate(self) -> float:
        """As set for this provider."""
        rate: float = getattr(settings, f"{self.provider}_RATE")
        return rate

    def check(self, row: Connection, now: datetime) -> None:
        """Active, or paused and due for a probe; a stopped one waits for a person."""
        if row.status == ConnectionStatus.ACTIVE:
            return
        probed = row.status == ConnectionStatus.PAUSED and row.due_at <= now
        if row.status != ConnectionStatus.REVOKED and (self._by_person or probed):
            return
        raise Unauthorized("This source of sales is not in use.", sent=False, retry_after=PAUSED_FOR)

    def accepted(self, row: Connection, now: datetime) -> Mapping[str, object]:
        """It works again: no longer paused or stopped, and read from at once, so that the gap is filled."""
        if row.status == ConnectionStatus.ACTIVE:
            return {}
        again = {"status": ConnectionStatus.ACTIVE, "status_reason": "", "status_since": now, "human_action": ""}
        return {**again, "due_at": now, "tries": 0, "error_text": ""}

    def rejected(self, rows: QuerySet[Connection], error: ProviderError, now: datetime) -> None:
        """Pause, stop, or count a rejected log-in; the second in a row stops the source."""
        usable = rows.filter(status__in=[ConnectionStatus.ACTIVE, ConnectionStatus.PAUSED])
        if isinstance(error, LicenceLapsed):
            _enter(usable, ConnectionStatus.PAUSED, error, now, due_at=now + PROBE_LICENCE_EVERY)
        elif isinstance(error, CredentialsRefused):
            action = "password_expired" if error.code == "03" else "credentials_refused"
            _enter(usable, ConnectionStatus.STOPPED, error, now, human_action=action)
        elif isinstance(error, Unauthorized):
            _count_rejection(rows)
            refused = usable.filter(auth_failures__gte=PAUSES_AFTER)
            _enter(refused, ConnectionStatus.STOPPED, error, now, human_action="replace_source_key")


def _enter(
    rows: QuerySet[Connection], status: ConnectionStatus, error: ProviderError, now: datetime, **fields: object
) -> None:
    """Change the status; `status_since` is when it first became so."""
    rows.exclude(status=status).update(status_since=now)
    rows.update(status=status, status_reason=error.message, **fields)


def _count_rejection(rows: QuerySet[Any]) -> None:
    rows.update(auth_failures=F("auth_failures") + 1, token_sealed="")
