"""Verifies the signed receipts that were synced, register by register, and keeps what was found.

A chain is due while it has a `dirty_from`: whoever writes receipts marks the day in the same transaction
(`fiscal.statistics.ingest.mark_dirty`). The state before each recent day is kept, so that a late or changed receipt costs
the days from it on, not the whole history. Marks are counted: if one came while a verification ran, its result is
thrown away and the chain stays due.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q, QuerySet

from fiscal.choices import Provider, ReceiptKind
from fiscal.models import Chain, Receipt, Register
from fiscal.statistics.findings import Found, keep_findings, worth_keeping
from fiscal.statistics.issue_order import Issued, begins_a_chain, in_issue_order
from fiscal.statistics.partitions import kept_since
from fiscal.statistics.rksv.counter import TurnoverCounter
from fiscal.statistics.rksv.material import decode_der
from fiscal.statistics.rksv.rules.clock import VIENNA
from fiscal.statistics.rksv.signature import KeyRing, key_of_certificate
from fiscal.statistics.rksv.state import VERSION, VerifierState
from fiscal.statistics.rksv.verifier import Verifier

BEGINNING = date(2000, 1, 1)
"""Before every signed receipt: a chain that is dirty from here is verified from its first receipt on."""
AGAIN_AFTER = timedelta(minutes=10)
"""A register that sells all day is verified so often."""
CHUNK = 5_000
"""Receipts after which the result is saved."""
MOST_STRAYS = 1_000
MOST_PREFIXES = 500
"""Running numbers have a handful of beginnings; numbers without an order one each, and a state then grows with them."""


@dataclass
class Run:
    """One stretch of a register's receipts, verified in memory. `stopped`: the day to go on from, None at the end."""

    verifier: Verifier
    begins: date
    before: dict[str, dict[str, Any]]
    fed: int = 0
    until: datetime | None = None
    stopped: date | None = None
    found: dict[tuple[str, date, str], Found] = field(default_factory=dict)


def open_chains() -> None:
    """Give every Austrian register a chain, dirty from its beginning."""
    new = Register.objects.filter(country_code="AUT", provider=Provider.KASSANDRO, chain=None)
    rows = [Chain(register_id=pk, dirty_from=BEGINNING, marks=1) for pk in new.values_list("pk", flat=True)]
    Chain.objects.bulk_create(rows, ignore_conflicts=True)


def due(now: datetime) -> QuerySet[Chain]:
    """Chains to verify now, those waiting longest first."""
    rested = Q(checked_at=None) | Q(checked_at__lte=now - AGAIN_AFTER)
    return Chain.objects.filter(rested, dirty_from__isnull=False).order_by(F("checked_at").asc(nulls_first=True), "pk")


def mark_again(chain_rows: QuerySet[Chain]) -> None:
    """Have these chains verified anew from their beginning, at once. In the caller's transaction."""
    chain_rows.update(dirty_from=BEGINNING, marks=F("marks") + 1, checked_at=None)


def verify(chain_id: int, *, now: datetime, until: float = float("inf"), stop: Callable[[], bool] = bool) -> bool:
    """Verify a chain from its dirty day on, saving every few thousand receipts. True if nothing of it is left.

    `until`: the moment of `time.monotonic` after which no new stretch is begun.
    """
    while not stop() and time.monotonic() < until:
        chain = Chain.objects.select_related("register").get(pk=chain_id)
        if chain.dirty_from is None:
            return True
        run = _run(chain, now)
        if not _save(chain, run, now):
            return False
    return False


def _run(chain: Chain, now: datetime) -> Run:
    assert chain.dirty_from is not None
    run = _resumed(chain, chain.dirty_from, now)
    strays = _strays(chain.register)
    for day in _days(chain.register, run.begins):
        if run.fed >= CHUNK:
            run.stopped = day
            return run
        receipts, latest = _receipts(chain.register, day)
        if not run.fed and not run.verifier.state.chain and receipts:
            run.verifier = _verifier(chain, None, now, from_start=any(map(begins_a_chain, receipts)))
        _remember(run, day)
        for receipt in in_issue_order(receipts, run.verifier.state.chain, strays):
            _feed(run, receipt, day)
        run.until = latest
    return run


def _remember(run: Run, day: date) -> None:
    """Keep the state before the day; of a register whose numbers have no order, and fill it, no others beside it."""
    state = run.verifier.state
    if len(state.numbers) > MOST_PREFIXES:
        run.before.clear()
    run.before[day.isoformat()] = state.as_json()


def _feed(run: Run, receipt: Issued, day: date) -> None:
    run.fed += 1
    for finding in run.verifier.feed(receipt.jws, declared=ReceiptKind(receipt.kind)):
        if worth_keeping(finding.code):
            # Findings stand at the number and day under which people find the receipt here, whatever its code says.
            number = receipt.number or f"#{finding.position}"
            run.found.setdefault((finding.code.value, day, number), Found(finding.detail[:300]))


def _resumed(chain: Chain, dirty_from: date, now: datetime) -> Run:
    """Where to begin: before the dirty day if the state of that moment was kept, else at the very beginning."""
    latest = chain.state.get("latest", {})
    if latest.get("version") != VERSION:
        return Run(_verifier(chain, None, now), BEGINNING, {})
    before: dict[str, dict[str, Any]] = chain.state["before"]
    kept = sorted(day for day in before if day <= dirty_from.isoformat())
    if chain.verified_until and chain.verified_until.astimezone(chain.register.zone).date() < dirty_from:
        return Run(_verifier(chain, latest, now), dirty_from, before)
    if not kept:
        return Run(_verifier(chain, None, now), BEGINNING, {})
    begins = date.fromisoformat(kept[-1])
    return Run(_verifier(chain, before[kept[-1]], now), begins, {day: before[day] for day in kept})


def _verifier(chain: Chain, state: dict[str, Any] | None, now: datetime, *, from_start: bool = True) -> Verifier:
    return Verifier(
        VerifierState.from_json(state or {}),
        counter=TurnoverCounter.from_base64(chain.aes_key()) if chain.aes_key_sealed else None,
        keys=KeyRing(key_of_certificate(decode_der(one)) for one in chain.certificates),
        now=now.astimezone(VIENNA).replace(tzinfo=None),
        from_start=from_start,
    )


def coded(register: Register) -> QuerySet[Receipt]:
    """Its receipts that the provider still has and that carry a code."""
    return Receipt.objects.filter(register=register, removed_at=None).exclude(jws="")


def _days(register: Register, begins: date) -> Iterator[date]:
    rows = coded(register).filter(suspect="", day__gte=begins).order_by("day")
    return rows.values_list("day", flat=True).distinct().iterator()


def _receipts(register: Register, day: date) -> tuple[Sequence[Issued], datetime | None]:
    rows = coded(register).filter(suspect="", day=day).order_by("issued_at", "pk")
    found = list(rows.values_list("number", "kind", "jws", "issued_at"))
    return [Issued(*row[:3]) for row in found], found[-1][3] if found else None


def _strays(register: Register) -> Sequence[Issued]:
    rows = coded(register).exclude(suspect="").order_by("issued_at", "pk")
    return [Issued(*row) for row in rows.values_list("number", "kind", "jws")[:MOST_STRAYS]]


@transaction.atomic(durable=True)
def _save(chain: Chain, run: Run, now: datetime) -> bool:
    """Keep the result unless the chain was marked meanwhile: then only that somebody looked. True if it was kept."""
    row = Chain.objects.select_for_update().get(pk=chain.pk)
    row.checked_at = now if run.stopped is None else chain.checked_at
    if row.marks != chain.marks:
        row.save(update_fields=["checked_at"])
        return False
    latest = run.verifier.state
    row.state = {"latest": latest.as_json(), "before": _thinned(run.before)}
    row.verified, row.dirty_from = latest.coverage.receipts, run.stopped
    row.verified_until = run.until or (chain.verified_until if run.begins > BEGINNING else None)
    row.save(update_fields=["state", "verified", "verified_until", "checked_at", "dirty_from"])
    first = max(run.begins, kept_since(now) or BEGINNING)  # what was found in receipts that are dropped now stays
    keep_findings(chain.register_id, first, run.stopped or date.max, run.found, now=now)
    return True


def _thinned(before: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """The days that are read again, and of the year before them the first one of each month."""
    days = sorted(before)
    kept = days[-(settings.REREAD_DAYS + 2) :]
    months = {day[:7]: day for day in reversed(days)}
    return {day: before[day] for day in sorted({*kept, *sorted(months.values())[-12:]})}
