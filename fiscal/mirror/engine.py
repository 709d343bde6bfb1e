"""One pass over one object: claim, load, look or remember, plan, apply at most one change, settle.

Claims are a compare-and-set UPDATE with a lease and a fencing token, alike on SQLite and PostgreSQL. The next try is
scheduled by the claim itself, before any work: a pass that dies is a retry, not a loop. No transaction is open during a
call. Errors are classified in `fiscal.mirror.verdict`, closed by default.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone

from fiscal.choices import CredentialStatus, ErrorCode, Operation, Outcome
from fiscal.mirror.checkpoints import reached
from fiscal.mirror.kind import Kind, Wanted
from fiscal.mirror.nearest import nearest_credential
from fiscal.mirror.plan import Call, Create, EnableLive, Keep, Plan, Seen
from fiscal.mirror.settle import Settlement
from fiscal.mirror.verdict import delay_after
from fiscal.models import Credential, Mirror, MirrorAttempt
from fiscal.providers.errors import Absent, ProviderError
from fiscal.providers.management import Management
from organizations.choices import Mode

log = logging.getLogger(__name__)

LEASE, FRESH = timedelta(seconds=60), timedelta(seconds=2)
MOST_DEATHS = 3
GRACE, LOOK_EVERY, LEAST_LOOKS = timedelta(seconds=60), timedelta(seconds=30), 2
"""After a create of unknown outcome: how long, how often and how many times to look before it is sent again."""

PLANNED_WITH = ("due_at", "lease_token", "applied_generation", "remote_id", "unknown_since", "looks", "tries", "deaths")
"""Columns of a mirror that must not have changed between reading and claiming it."""

ClientFor = Callable[[Credential], Management]


class ClaimLost(Exception):
    """The lease ran out on the way and somebody else took over: nothing more may be sent."""


@dataclass
class Pass:
    """One claimed pass: what it works on, and the token without which it may not write its result."""

    kind: Kind
    mirror: Mirror
    token: UUID
    now: datetime
    settlement: Settlement
    client_for: ClientFor


def run(kind: Kind, subject_id: UUID, client_for: ClientFor, *, now: datetime, mirror: Mirror | None = None) -> bool:
    """Run one pass over one object if it is due and nobody else has it. True if this call did something.

    `mirror` is its row, if the caller has just read it. A provider's error never leaves this function: it is settled on
    the mirror. An error of our own is settled too, and logged; only MemoryError leaves, and counts as a death.
    """
    mirror = mirror or _mirror_of(kind, subject_id, now)
    if mirror is None:
        return False
    reached("before-claim")
    token = claim(mirror, now)
    if token is None:
        return False
    reached("after-claim")
    settlement = Settlement(mirror, token, now)
    try:
        _work(Pass(kind, mirror, token, now, settlement, client_for))
    except ClaimLost:
        log.warning("the claim on %s was lost before its call; nothing was sent", mirror)
    except ProviderError as error:
        settlement.failed(error)
    except MemoryError:
        # As good as dead: nothing can be written down reliably. The lease stays, and counts as a death when it ends.
        raise
    except Exception:
        log.exception("mirror pass of %s failed", mirror)
        settlement.internal()
    return True


def _mirror_of(kind: Kind, subject_id: UUID, now: datetime) -> Mirror | None:
    mirror = Mirror.objects.select_related("credential").filter(kind=kind.name, subject_id=subject_id).first()
    if mirror:
        return mirror
    owner = kind.desired().filter(public_id=subject_id).values_list(kind.organization_path, flat=True).first()
    if owner is None:
        return None
    # Due at the moment this pass began, not at the later one of the insert: else the pass itself could not claim it. Marked
    # with the subject's own id: whoever finds the object at the provider can tell whose it is without this row.
    own = {"organization_id": owner, "due_at": now, "mark": subject_id}
    try:
        with transaction.atomic():
            return Mirror.objects.create(kind=kind.name, subject_id=subject_id, **own)
    except IntegrityError:
        return Mirror.objects.get(kind=kind.name, subject_id=subject_id)


def claim(mirror: Mirror, now: datetime) -> UUID | None:
    """Take the mirror for the length of a lease. The fencing token if it is ours, None if somebody else has it.

    Only the row as it was read can be taken, so that a pass never plans with what another one has changed meanwhile.
    A lease token left behind means that its pass died without a word; such deaths are counted.
    """
    if mirror.due_at > now or (mirror.lease_until and mirror.lease_until > now):
        return None
    token = uuid.uuid4()
    taken = {
        "lease_until": now + LEASE,
        "lease_token": token,
        "due_at": now + LEASE + delay_after(mirror.tries),
        "deaths": mirror.deaths + 1 if mirror.lease_token else 0,
    }
    as_read = {name: getattr(mirror, name) for name in PLANNED_WITH}
    if not Mirror.objects.filter(pk=mirror.pk, **as_read).update(**taken):
        return None
    for name, value in taken.items():
        setattr(mirror, name, value)
    return token


def _work(work: Pass) -> None:
    mirror, kind, settlement = work.mirror, work.kind, work.settlement
    doubtful = _close_open_attempts(mirror)
    if mirror.deaths >= MOST_DEATHS and _put_aside(work):
        return None
    wanted = kind.load(mirror.subject_id, mirror)
    if wanted is None:
        return settlement.released(due_at=work.now + timedelta(hours=1))
    settlement.wanted = wanted
    reached("after-load")
    credential = _cleared_for_calls(work, wanted)
    if credential is None:
        return None
    settlement.credential = credential
    client = work.client_for(credential)
    seen = _seen(work, wanted, client, doubtful=doubtful)
    if settlement.done:
        return None
    plan = kind.plan(wanted, seen, mirror)
    reached("after-plan")
    return _carry_out(work, wanted, seen, plan, client)


def _put_aside(work: Pass) -> bool:
    """Park what has killed its pass too often, before anything of it is touched: even loading it may be what kills."""
    rows = work.kind.desired().filter(public_id=work.mirror.subject_id)
    generation = rows.values_list("generation", flat=True).first()
    if generation is None:
        return False
    work.settlement.parked(ErrorCode.POISON, "poison", generation=generation)
    return True


def _cleared_for_calls(work: Pass, wanted: Wanted) -> Credential | None:
    """The credential to call with. None: there is nothing to call for, or nothing to call with, and that is settled."""
    mirror, settlement = work.mirror, work.settlement
    if mirror.applied_generation == wanted.generation:
        settlement.released(due_at=work.now)
    elif wanted.missing and not wanted.retired:
        settlement.waiting_for(wanted.missing)
    elif (credential := credential_for(wanted, maker=mirror.credential)) is None and _never_sent(mirror, wanted):
        settlement.in_step(None)
    else:
        return _fitting(work, wanted, credential)
    return None


def _fitting(work: Pass, wanted: Wanted, credential: Credential | None) -> Credential | None:
    """`credential`, if it may be used now; None, and that is settled, if not."""
    if credential is None:
        work.settlement.parked(ErrorCode.NO_CREDENTIAL, "store_credential")
    elif credential.mode not in wanted.modes:
        work.settlement.parked(ErrorCode.WRONG_MODE, "store_credential")
    elif credential.status == CredentialStatus.PAUSED:
        work.settlement.released(due_at=work.now + timedelta(minutes=5), error=ErrorCode.UNAUTHORIZED)
    else:
        return credential
    return None


def _never_sent(mirror: Mirror, wanted: Wanted) -> bool:
    return wanted.retired and not mirror.remote_id and mirror.unknown_since is None


def _seen(work: Pass, wanted: Wanted, client: Management, *, doubtful: bool) -> Seen | None:
    """What the provider holds: remembered where that is enough, read or looked for where an outcome is unknown."""
    mirror, kind = work.mirror, work.kind
    if mirror.unknown_since is not None:
        return _looked_for(work, wanted, client)
    remembered = None if doubtful else kind.remembered(wanted, mirror)
    remote_id = mirror.remote_id or wanted.inside
    if remembered or not remote_id:
        return remembered
    work.settlement.attempt = begin(work, Operation.READ, wanted.generation)
    try:
        seen = kind.read(client, wanted, remote_id)
    except Absent:
        if not wanted.retired:
            raise
        work.settlement.end_attempt(Outcome.NOT_THERE)
        return None
    work.settlement.read()
    return seen


def _looked_for(work: Pass, wanted: Wanted, client: Management) -> Seen | None:
    """What a create of unknown outcome made. If nothing: look again later, until it is certain that it never arrived."""
    mirror, settlement = work.mirror, work.settlement
    settlement.attempt = begin(work, Operation.LOOK, wanted.generation)
    found = work.kind.look(client, wanted, mirror)
    reached("after-look")
    if found:
        settlement.found(found)
        return found[0]
    settlement.end_attempt(Outcome.NOT_THERE)
    looks, since = mirror.looks + 1, mirror.unknown_since
    if looks >= LEAST_LOOKS and since is not None and work.now - since >= GRACE:
        settlement.forget_unknown()
        return None
    settlement.look_again(looks, due_at=work.now + LOOK_EVERY)
    return None


def _carry_out(work: Pass, wanted: Wanted, seen: Seen | None, plan: Plan, client: Management) -> None:
    settlement = work.settlement
    if isinstance(plan, Keep):
        return settlement.in_step(seen)
    call: Call = plan
    if isinstance(call, EnableLive):
        # Made with a TEST key, and only a LIVE key switches on LIVE; its maker stays on record for later changes.
        live = replace(wanted, modes=(Mode.LIVE,))
        other = _fitting(work, live, credential_for(live, maker=None))
        if other is None:
            return None
        client = work.client_for(other)
    told_by = call.body if isinstance(call, Create) and not work.kind.marked else None
    settlement.attempt = begin(work, call.operation, wanted.generation, sent=told_by)
    settlement.call = call
    reached("after-attempt-written")
    after = work.kind.apply(client, wanted, seen, call)
    reached("after-answer")
    return settlement.applied(work.kind, after)


def begin(work: Pass, operation: Operation, generation: int, *, sent: dict[str, Any] | None = None) -> MirrorAttempt:
    """Write an attempt down before its call: if the process dies, it stays as STARTED, and its outcome is unknown.

    `sent` is what a create sends, where that alone tells the object again.
    The lease starts anew if some of it is gone, so that it always outlives the call. Raises ClaimLost if it is no longer
    ours: a worker that slept too long sends nothing.
    """
    now = max(work.now, timezone.now())
    with transaction.atomic():
        ours = Mirror.objects.filter(pk=work.mirror.pk, lease_token=work.token)
        if now - work.now > FRESH and not ours.update(lease_until=now + LEASE):
            raise ClaimLost
        return MirrorAttempt.objects.create(
            mirror=work.mirror, operation=operation, generation=generation, started_at=now, sent=sent
        )


def _close_open_attempts(mirror: Mirror) -> bool:
    """Close attempts that a dead pass left open. True if what was last tried may or may not have happened.

    A create among the open ones may have reached the provider: it is looked for before anything else is sent. After a
    good pass there is nothing to close.
    """
    if not mirror.tries and not mirror.deaths:
        return False
    recent = list(mirror.attempts.filter(outcome__in=(Outcome.STARTED, Outcome.UNKNOWN, Outcome.DONE))[:5])
    open_ones = [attempt for attempt in recent if attempt.outcome == Outcome.STARTED]
    if open_ones:
        _note_deaths(mirror, open_ones)
    return bool(recent) and recent[0].outcome != Outcome.DONE


@transaction.atomic
def _note_deaths(mirror: Mirror, open_ones: list[MirrorAttempt]) -> None:
    """Both or neither: an attempt closed without its create being looked for would be a second object."""
    mirror.attempts.filter(outcome=Outcome.STARTED).update(outcome=Outcome.UNKNOWN)
    creates = [attempt.started_at for attempt in open_ones if attempt.operation == Operation.CREATE]
    if creates and mirror.unknown_since is None:
        mirror.unknown_since, mirror.looks = max(creates), 0
        mirror.save(update_fields=["unknown_since", "looks"])


def credential_for(wanted: Wanted, *, maker: Credential | None) -> Credential | None:
    """The credential to use: the one that made the object, else the nearest holder's in a mode that fits."""
    if maker and maker.status != CredentialStatus.REVOKED:
        return maker
    return nearest_credential(wanted.holders(), wanted.modes)
