"""How a pass ends: every end is one fenced write, so that a slow worker cannot overwrite a newer result."""

from __future__ import annotations

import logging
import random
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from fiscal.choices import ErrorCode, KindName, Outcome
from fiscal.mirror.checkpoints import reached
from fiscal.mirror.kind import Kind, Wanted
from fiscal.mirror.plan import Call, Create, DisableOrphan, Retire, Seen, Update
from fiscal.mirror.verdict import INSTEAD, PARKING, code_of, delay_after, outcome_of, wake_waiting
from fiscal.models import Credential, Mirror, MirrorAttempt
from fiscal.providers import errors

log = logging.getLogger(__name__)

FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=10), timedelta(minutes=10)
FIRST_LOOK = timedelta(seconds=2)
REREAD_EVERY = timedelta(hours=6)
REREAD_DOUBT = timedelta(minutes=15)
"""After a create of unknown outcome: its request may still arrive, and would make a double."""
CLEAR: dict[str, Any] = {
    "tries": 0,
    "deaths": 0,
    "error_code": "",
    "error_text": "",
    "human_action": "",
    "failing_since": None,
    "parked_generation": 0,
}
"""What a good pass leaves behind of earlier bad ones."""

NEEDED = {KindName.ORGANIZATION, KindName.BILLING_ADDRESS}
"""Kinds that others wait for."""


class Settlement:
    """The end of one pass. Exactly one of its endings is called; each gives up the claim."""

    def __init__(self, mirror: Mirror, token: UUID, now: datetime) -> None:
        self.mirror, self.token, self._begun = mirror, token, now
        self._was_remote = bool(mirror.remote_id)
        self.wanted: Wanted | None = None
        self.credential: Credential | None = None
        self.attempt: MirrorAttempt | None = None
        self.call: Call | None = None
        self.done = False
        self._fresh = False
        self._duplicates = 0

    @property
    def now(self) -> datetime:
        """When it ends: a call may have taken many seconds, and waiting starts after it."""
        return max(self._begun, timezone.now())

    # --- endings -------------------------------------------------------------------------------------------------

    def released(self, *, due_at: datetime, error: ErrorCode | None = None) -> None:
        """Nothing to do now. Not a failure."""
        fields: dict[str, Any] = {"due_at": due_at}
        if error:
            fields |= {"error_code": error, "error_text": ""}
        self._write(fields)

    def waiting_for(self, missing: str) -> None:
        """Something else has to be in step first. Its coming into step wakes this one; until then it asks less and less."""
        since = self.mirror.failing_since or self.now
        self._write(
            {
                "due_at": self.now + min(max((self.now - since) / 2, FIRST_WAIT), LONGEST_WAIT),
                "failing_since": since,
                "error_code": ErrorCode.NEEDS,
                "error_text": missing,
                "tries": 0,
                "deaths": 0,
            }
        )

    def parked(self, code: ErrorCode, action: str, text: str = "", *, generation: int | None = None) -> None:
        """Only a person can go on: with an edit, or with "try again". `generation` where nothing was loaded."""
        self._write(
            {
                "parked_generation": self._loaded().generation if generation is None else generation,
                "error_code": code,
                "error_text": text,
                "human_action": action,
                "failing_since": self.mirror.failing_since or self.now,
                "tries": self.mirror.tries + 1,
                "deaths": 0,
                "due_at": self.now,
            }
        )

    def in_step(self, seen: Seen | None) -> None:
        """Both sides agree, without a call, or by a look that found it."""
        self._write(self._agreement(seen))

    def applied(self, kind: Kind, after: Seen | None) -> None:
        """The call was answered as it should be."""
        if isinstance(self.call, DisableOrphan):
            return self._orphan_gone()
        if after is None:
            return self._write({**self._agreement(None), "observed": {}, "observed_at": self.now}, Outcome.DONE)
        self._fresh = True
        self.mirror.remote_id = after.remote_id
        fields = self._agreement(after)
        rest = kind.plan(self._loaded(), after, self.mirror)
        if isinstance(rest, Update):
            # Answered with success, yet it holds something else: to try again would change nothing.
            fields["drifted_at"] = self.now
        elif isinstance(rest, Call):
            fields |= {"applied_generation": self.mirror.applied_generation}
        return self._write(fields, Outcome.DONE, kind=kind, seen=after)

    def look_again(self, looks: int, *, due_at: datetime) -> None:
        """Not found yet: the request may still be on its way, and lists may lag."""
        self.done = True
        self._write({"looks": looks, "due_at": due_at, "tries": max(self.mirror.tries, 1)})

    def failed(self, error: errors.ProviderError) -> None:
        """The provider, or the way to it, said no."""
        self._record_error(error)
        if isinstance(error, errors.Absent) and isinstance(self.call, DisableOrphan):
            return self._orphan_gone()
        if isinstance(error, errors.Absent) and isinstance(self.call, Retire):
            return self._write({**self._agreement(None), "observed": {}}, Outcome.DONE)
        for sort, (code, action) in PARKING.items():
            if isinstance(error, sort):
                told = INSTEAD.get((KindName(self.mirror.kind), action), action)
                return self.parked(code, told, error.message)
        held = not error.sent and error.retry_after is not None
        code = code_of(error, self.call)
        tries = self.mirror.tries + (0 if held else 1)
        wait = timedelta(seconds=error.retry_after) if error.retry_after is not None else delay_after(self.mirror.tries)
        fields = {
            "tries": tries,
            "deaths": 0,
            "error_code": code,
            "error_text": error.message,
            "failing_since": self.mirror.failing_since or self.now,
            "due_at": self._ended() + wait,
        }
        return self._write({**fields, **self._unknown(error)})

    def internal(self) -> None:
        """A fault of ours. It is logged; the row shows it and is tried again in an hour."""
        fields: dict[str, Any] = {
            "tries": self.mirror.tries + 1,
            "error_code": ErrorCode.INTERNAL,
            "error_text": "",
            "failing_since": self.mirror.failing_since or self.now,
            "due_at": self.now + timedelta(hours=1),
        }
        if isinstance(self.call, Create):
            fields |= {"unknown_since": self.now, "looks": 0}
        self._write(fields, Outcome.UNKNOWN if self.call else Outcome.FAILED)

    # --- what happens on the way -------------------------------------------------------------------------------------

    def found(self, found: list[Seen]) -> None:
        """A look for our mark met something."""
        self._fresh = True
        self._duplicates = len(found) - 1
        self.end_attempt(Outcome.DONE)

    def read(self) -> None:
        """The object was read: what it holds is certain again."""
        self._fresh = True
        self.end_attempt(Outcome.DONE)

    def forget_unknown(self) -> None:
        """Enough looks over enough time: the create never arrived, so it may be sent again."""
        self.mirror.unknown_since, self.mirror.looks = None, 0
        Mirror.objects.filter(pk=self.mirror.pk, lease_token=self.token).update(unknown_since=None, looks=0)

    def end_attempt(self, outcome: Outcome, **fields: Any) -> None:
        if self.attempt is None:
            return
        MirrorAttempt.objects.filter(pk=self.attempt.pk).update(outcome=outcome, ended_at=timezone.now(), **fields)
        self.attempt = None

    # --- how it is written ----------------------------------------------------------------------------------------

    def _loaded(self) -> Wanted:
        if self.wanted is None:
            raise RuntimeError("a pass cannot end so before its desired state is loaded")
        return self.wanted

    def _agreement(self, seen: Seen | None) -> dict[str, Any]:
        wanted = self._loaded()
        fields = {
            **CLEAR,
            "applied_generation": wanted.generation,
            "agreed": wanted.values,
            "unknown_since": None,
            "looks": 0,
            "drifted_at": None,
            "due_at": self.now,
            "reread_at": self.now + REREAD_EVERY * random.uniform(0.8, 1.2),  # noqa: S311
        }
        if self.credential:
            fields["credential"] = self.credential
        if seen:
            fields |= {"remote_id": seen.remote_id, "observed": seen.raw}
        if self.mirror.unknown_since:
            fields["reread_at"] = self.now + REREAD_DOUBT
        if seen and (self._fresh or self.mirror.observed_at is None):
            fields["observed_at"] = self.now
        if self._duplicates and self.mirror.kind != KindName.API_KEY:
            fields |= {
                "parked_generation": wanted.generation,
                "human_action": "duplicate",
                "error_code": ErrorCode.DUPLICATE,
                "failing_since": self.now,
            }
        return fields

    def _unknown(self, error: errors.ProviderError) -> dict[str, Any]:
        """A create that may have been made is looked for before anything else is sent."""
        lost = isinstance(self.call, Create) and (error.outcome_unknown or isinstance(error, errors.AlreadyThere))
        if not lost:
            return {}
        ended = self._ended()
        wait = max(FIRST_LOOK, delay_after(self.mirror.tries)) if self.mirror.tries else FIRST_LOOK
        return {"unknown_since": ended, "looks": 0, "due_at": ended + wait}

    def _ended(self) -> datetime:
        """Now: a call may have taken long, and waiting starts after it."""
        return max(self.now, timezone.now())

    def _orphan_gone(self) -> None:
        """The create did land, its secret is lost, and its key is off now: issue a new one, or look for the next."""
        known: dict[str, Any] = {} if self._duplicates else {"unknown_since": None, "looks": 0}
        self._write({**known, "due_at": self.now, "reread_at": self.now + REREAD_DOUBT}, Outcome.DONE)

    def _record_error(self, error: errors.ProviderError) -> None:
        self.end_attempt(
            outcome_of(error),
            status=error.status,
            request_id=error.request_id[:100],
            error_code=code_of(error, self.call),
            error_text=error.message,
        )

    def _write(
        self,
        fields: dict[str, Any],
        outcome: Outcome | None = None,
        *,
        kind: Kind | None = None,
        seen: Seen | None = None,
    ) -> None:
        """Write the result if the claim is still ours, else drop it: whoever took over decides anew."""
        with transaction.atomic():
            ours = Mirror.objects.filter(pk=self.mirror.pk, lease_token=self.token).update(
                lease_until=None, lease_token=None, **fields
            )
            if not ours:
                self._dropped()
                return
            if outcome:
                self.end_attempt(outcome)
            if kind and seen and self.wanted:
                kind.settled(self.wanted, self.mirror, seen, self.now)
            if fields.get("remote_id") and not self._was_remote and self.mirror.kind in NEEDED:
                wake_waiting(self.mirror.organization_id, self.now)
            reached("in-settle")
        reached("after-settle")

    def _dropped(self) -> None:
        """Our call may have landed after that of whoever took over: have both sides compared."""
        log.warning("the claim on %s was lost; its result is dropped", self.mirror)
        if self.call and self.attempt:
            Mirror.objects.filter(pk=self.mirror.pk).update(reread_at=self.now, tries=F("tries") + 1)
        self.end_attempt(Outcome.UNKNOWN if self.call else Outcome.FAILED)
