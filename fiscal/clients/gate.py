"""What stands before every call: one circuit per provider and one request budget per credential, across processes.

Both live in the database, so they hold whatever happens to the broker. The budget learns from 429 answers (fiskaly
publishes no limits): it slows down at once and speeds up slowly, so that few requests are spent on being told off.
"""

from __future__ import annotations

import random
import time
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from fiscal.choices import CredentialStatus, ErrorCode
from fiscal.models import Credential, Mirror, ProviderState
from fiscal.providers.errors import Forbidden, ProviderError, Throttled, Unauthorized, Unreachable, Untrusted

PROVIDER = "management"
OPENS_AFTER, PROBE_EVERY = 5, timedelta(seconds=30)
NOTE_EVERY = timedelta(seconds=10)
LONGEST_NAP = 2.0
FIRST_INTERVAL, STEEP, GENTLE, RELAX, RELAX_AFTER = 0.05, 1.5, 1.15, 0.95, 20
PAUSES_AFTER = 2


class DatabaseGate:
    """A `fiscal.providers.gate.Gate` on the rows of one credential and its provider."""

    def __init__(self, credential: Credential) -> None:
        self._rows = Credential.objects.filter(pk=credential.pk)

    def enter(self) -> None:
        now = timezone.now()
        _pass_circuit(now)
        row = self._rows.get()
        if row.not_before and row.not_before > now:
            raise Throttled(
                "The provider asked to slow down.", retry_after=(row.not_before - now).total_seconds(), sent=False
            )
        self._take_slot(row, now)

    def passed(self) -> None:
        now = timezone.now()
        _reached(now)
        row = self._rows.get()
        fields: dict[str, object] = {}
        if row.auth_failures:
            fields["auth_failures"] = 0
        if row.accepted_at is None or row.accepted_at < now - NOTE_EVERY:
            fields["accepted_at"] = now
        if row.interval:
            fields |= _relaxed(row)
        if fields:
            self._rows.update(**fields)

    def failed(self, error: ProviderError) -> None:
        now = timezone.now()
        if isinstance(error, Unreachable | Untrusted):
            return _missed(now, error)
        _reached(now)
        if isinstance(error, Unauthorized):
            self._rejected(now, error)
        elif isinstance(error, Throttled):
            self._slow_down(now, error)
        elif not isinstance(error, Forbidden):
            self._rows.filter(auth_failures__gt=0).update(auth_failures=0)
        return None

    # --- budget ----------------------------------------------------------------------------------------------------

    def _take_slot(self, row: Credential, now: datetime) -> None:
        interval = max(row.interval, 1 / settings.MANAGEMENT_RATE if settings.MANAGEMENT_RATE else 0)
        if not interval:
            return
        while True:
            slot = max(row.next_slot_at or now, now)
            wait = (slot - now).total_seconds()
            if wait > LONGEST_NAP:
                raise Throttled("Other requests of this credential come first.", retry_after=wait, sent=False)
            same = self._rows.filter(next_slot_at=row.next_slot_at)
            if same.update(next_slot_at=slot + timedelta(seconds=interval)):
                break
            row = self._rows.get()
        if wait > 0:
            time.sleep(wait)

    def _slow_down(self, now: datetime, error: ProviderError) -> None:
        with transaction.atomic():
            row = self._rows.select_for_update().get()
            steep = row.interval and row.passed >= RELAX_AFTER
            row.interval = max(row.interval * (GENTLE if steep else STEEP), FIRST_INTERVAL)
            row.passed = 0
            wait = error.retry_after if error.retry_after is not None else 2 * row.interval
            row.not_before = now + timedelta(seconds=wait * random.uniform(1, 1.1))  # noqa: S311
            row.next_slot_at = row.not_before
            row.save(update_fields=["interval", "passed", "not_before", "next_slot_at"])

    # --- acceptance --------------------------------------------------------------------------------------------------

    def _rejected(self, now: datetime, error: ProviderError) -> None:
        """Count a rejected login; the second in a row pauses the credential, once, for all its objects."""
        self._rows.update(auth_failures=F("auth_failures") + 1, token_sealed="")
        self._rows.filter(auth_failures__gte=PAUSES_AFTER, status=CredentialStatus.ACTIVE).update(
            status=CredentialStatus.PAUSED, status_reason=error.message, status_since=now
        )


def _relaxed(row: Credential) -> dict[str, object]:
    if row.passed + 1 < RELAX_AFTER:
        return {"passed": F("passed") + 1}
    interval = row.interval * RELAX
    return {"passed": RELAX_AFTER, "interval": interval if interval > FIRST_INTERVAL / 10 else 0}


# --- circuit ---------------------------------------------------------------------------------------------------------


def _pass_circuit(now: datetime) -> None:
    """Raise Unreachable while the circuit is open; let one probe through every 30 seconds."""
    state = ProviderState.objects.filter(name=PROVIDER).first()
    if state is None or state.failures < OPENS_AFTER:
        return
    probing = ProviderState.objects.filter(Q(probe_at=None) | Q(probe_at__lte=now), pk=state.pk)
    if probing.update(probe_at=now + PROBE_EVERY):
        return
    wait = (state.probe_at - now).total_seconds() if state.probe_at else PROBE_EVERY.total_seconds()
    raise Unreachable(
        "The provider does not answer; Kontor probes it every 30 seconds.", retry_after=max(wait, 1.0), sent=False
    )


def _reached(now: datetime) -> None:
    """Note that the provider answered; after an outage, everything that waited for it is due at once."""
    state, _created = ProviderState.objects.get_or_create(name=PROVIDER)
    if state.failures == 0 and state.reached_at and state.reached_at > now - NOTE_EVERY:
        return
    closing = ProviderState.objects.filter(pk=state.pk, failures__gte=OPENS_AFTER).update(failures=0, probe_at=None)
    ProviderState.objects.filter(pk=state.pk).update(failures=0, probe_at=None, reached_at=now)
    if closing:
        Mirror.objects.filter(error_code=ErrorCode.UNREACHABLE, due_at__gt=now, lease_token=None).update(due_at=now)


def _missed(now: datetime, error: ProviderError) -> None:
    state, _created = ProviderState.objects.get_or_create(name=PROVIDER)
    rows = ProviderState.objects.filter(pk=state.pk)
    rows.update(failures=F("failures") + 1, failed_at=now, last_error=error.message)
    rows.filter(failures__gte=OPENS_AFTER).update(probe_at=now + PROBE_EVERY)
