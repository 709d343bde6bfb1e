"""One pass over one object: claim, load, look or remember, plan, apply at most one change, settle.

Claims are a compare-and-set UPDATE with a lease and a fencing token, alike on SQLite and PostgreSQL. The next try is
scheduled by the claim itself, before any work: a pass that dies is a retry, not a loop. No transaction is open during a
call. Errors are classified in `fiscal.mirror.settle`, closed by default.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Case, F, Q, Value, When

from fiscal.choices import CredentialStatus, ErrorCode, Operation, Outcome
from fiscal.mirror.checkpoints import reached
from fiscal.mirror.kind import Kind, Wanted
from fiscal.mirror.plan import Call, Keep, Plan, Seen
from fiscal.mirror.settle import Settlement, delay_after
from fiscal.models import Credential, Mirror, MirrorAttempt
from fiscal.providers.errors import ProviderError
from fiscal.providers.management import Management

log = logging.getLogger(__name__)

LEASE = timedelta(seconds=60)
MOST_DEATHS = 3
GRACE, LOOK_EVERY, LEAST_LOOKS = timedelta(seconds=60), timedelta(seconds=30), 2
"""After a create of unknown outcome: how long, how often and how many times to look before it is sent again."""

ClientFor = Callable[[Credential], Management]


@dataclass
class Pass:
    """One claimed pass: what it works on, and the token without which it may not write its result."""

    kind: Kind
    mirror: Mirror
    token: UUID
    now: datetime


def run(kind: Kind, subject_id: UUID, client_for: ClientFor, *, now: datetime) -> bool:
    """Run one pass over one object if it is due and nobody else has it. True if this call did something.

    A provider's error never leaves this function: it is settled on the mirror. An error of our own is settled too, and
    logged.
    """
    mirror = _mirror_of(kind, subject_id)
    if mirror is None:
        return False
    reached("before-claim")
    token = claim(mirror, now)
    if token is None:
        return False
    reached("after-claim")
    mirror.refresh_from_db()
    work = Pass(kind, mirror, token, now)
    settlement = Settlement(mirror, token, now)
    try:
        _work(work, settlement, client_for)
    except ProviderError as error:
        settlement.failed(error)
    except Exception:
        log.exception("mirror pass of %s failed", mirror)
        settlement.internal()
    return True


def _mirror_of(kind: Kind, subject_id: UUID) -> Mirror | None:
    mirror = Mirror.objects.filter(kind=kind.name, subject_id=subject_id).first()
    if mirror:
        return mirror
    owner = kind.desired().filter(public_id=subject_id).values_list(kind.organization_path, flat=True).first()
    if owner is None:
        return None
    mirror, _created = Mirror.objects.get_or_create(
        kind=kind.name, subject_id=subject_id, defaults={"organization_id": owner}
    )
    return mirror


def claim(mirror: Mirror, now: datetime) -> UUID | None:
    """Take the mirror for the length of a lease. The fencing token if it is ours, None if somebody else has it.

    A lease token left behind means that its pass died without a word; such deaths are counted.
    """
    token = uuid.uuid4()
    taken = Mirror.objects.filter(
        Q(lease_until=None) | Q(lease_until__lte=now), pk=mirror.pk, due_at__lte=now
    ).update(
        lease_until=now + LEASE,
        lease_token=token,
        due_at=now + LEASE + delay_after(mirror.tries),
        deaths=Case(When(lease_token__isnull=False, then=F("deaths") + 1), default=Value(0)),
    )
    return token if taken else None


def _work(work: Pass, settlement: Settlement, client_for: ClientFor) -> None:
    mirror, kind = work.mirror, work.kind
    _notice_crash(mirror)
    wanted = kind.load(mirror.subject_id, mirror)
    if wanted is None:
        return settlement.released(due_at=work.now + timedelta(hours=1))
    settlement.wanted = wanted
    reached("after-load")
    if mirror.deaths >= MOST_DEATHS:
        return settlement.parked(ErrorCode.POISON, "poison")
    if mirror.applied_generation == wanted.generation:
        return settlement.released(due_at=work.now)
    if wanted.missing and not wanted.retired:
        return settlement.waiting_for(wanted.missing)
    credential = credential_for(wanted, mirror)
    if credential is None and _never_sent(mirror) and wanted.retired:
        return settlement.in_step(None)
    if credential is None:
        return settlement.parked(ErrorCode.NO_CREDENTIAL, "store_credential")
    if credential.mode not in wanted.modes:
        return settlement.parked(ErrorCode.WRONG_MODE, "store_credential")
    if credential.status == CredentialStatus.PAUSED:
        return settlement.released(due_at=work.now + timedelta(minutes=5), error=ErrorCode.UNAUTHORIZED)
    settlement.credential = credential
    client = client_for(credential)
    seen = _seen(work, wanted, client, settlement)
    if settlement.done:
        return None
    plan = kind.plan(wanted, seen, mirror)
    reached("after-plan")
    return _carry_out(work, wanted, seen, plan, client, settlement)


def _never_sent(mirror: Mirror) -> bool:
    return not mirror.remote_id and mirror.unknown_since is None


def _seen(work: Pass, wanted: Wanted, client: Management, settlement: Settlement) -> Seen | None:
    """What the provider holds: remembered where that is enough, looked for where a create's outcome is unknown."""
    mirror, kind = work.mirror, work.kind
    if mirror.remote_id and mirror.unknown_since is None:
        return kind.remembered(wanted, mirror) or kind.read(client, wanted, mirror.remote_id)
    if mirror.unknown_since is None:
        return kind.remembered(wanted, mirror)
    attempt = begin(mirror, Operation.LOOK, wanted.generation, work.now)
    settlement.attempt = attempt
    found = kind.look(client, wanted, mirror)
    reached("after-look")
    if found:
        settlement.found(found)
        return found[0]
    settlement.not_found()
    looks = mirror.looks + 1
    since = mirror.unknown_since
    if looks >= LEAST_LOOKS and work.now - since >= GRACE:
        settlement.forget_unknown()
        return None
    settlement.look_again(looks, due_at=work.now + LOOK_EVERY)
    return None


def _carry_out(
    work: Pass, wanted: Wanted, seen: Seen | None, plan: Plan, client: Management, settlement: Settlement
) -> None:
    if isinstance(plan, Keep):
        return settlement.in_step(seen)
    call: Call = plan
    settlement.attempt = begin(work.mirror, call.operation, wanted.generation, work.now)
    settlement.call = call
    reached("after-attempt-written")
    after = work.kind.apply(client, wanted, seen, call)
    reached("after-answer")
    return settlement.applied(work.kind, seen, after)


def begin(mirror: Mirror, operation: Operation, generation: int, now: datetime) -> MirrorAttempt:
    """Write an attempt down before its call: if the process dies, it stays as STARTED, and its outcome is unknown."""
    return MirrorAttempt.objects.create(mirror=mirror, operation=operation, generation=generation, started_at=now)


def _notice_crash(mirror: Mirror) -> None:
    """Close attempts that a dead pass left open; a create among them may have reached the provider."""
    open_ones = list(mirror.attempts.filter(outcome=Outcome.STARTED))
    if not open_ones:
        return
    mirror.attempts.filter(outcome=Outcome.STARTED).update(outcome=Outcome.UNKNOWN)
    creates = [attempt.started_at for attempt in open_ones if attempt.operation == Operation.CREATE]
    if creates and mirror.unknown_since is None:
        mirror.unknown_since, mirror.looks = max(creates), 0
        mirror.save(update_fields=["unknown_since", "looks"])


def credential_for(wanted: Wanted, mirror: Mirror) -> Credential | None:
    """The credential to use: the one that made the object, else the nearest holder's in a mode that fits."""
    usable = Credential.objects.exclude(status=CredentialStatus.REVOKED)
    if mirror.credential_id and (made_with := usable.filter(pk=mirror.credential_id).first()):
        return made_with
    order = {holder.pk: place for place, holder in enumerate(wanted.holders)}
    found = usable.filter(organization_id__in=order, mode__in=wanted.modes)
    return min(
        found, key=lambda one: (wanted.modes.index(one.mode), order[one.organization_id]), default=None  # type: ignore[arg-type]
    )
