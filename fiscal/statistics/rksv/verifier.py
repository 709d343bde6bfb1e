"""Asks every question of a register's receipts, one after the other in the order of the register."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from fiscal.choices import ReceiptKind
from fiscal.statistics.rksv.chain import next_value, start_value
from fiscal.statistics.rksv.code import parse_compact
from fiscal.statistics.rksv.counter import TurnoverCounter
from fiscal.statistics.rksv.findings import Finding, FindingCode
from fiscal.statistics.rksv.kinds import MARKED_KINDS
from fiscal.statistics.rksv.malformed import Malformed
from fiscal.statistics.rksv.receipt import SignedReceipt
from fiscal.statistics.rksv.rules import Broken
from fiscal.statistics.rksv.rules.clock import check_clock
from fiscal.statistics.rksv.rules.declared import check_declared
from fiscal.statistics.rksv.rules.failure import check_failure, open_failure
from fiscal.statistics.rksv.rules.first import check_first
from fiscal.statistics.rksv.rules.identity import check_identity
from fiscal.statistics.rksv.rules.numbers import Numbers
from fiscal.statistics.rksv.rules.signed import check_signature
from fiscal.statistics.rksv.rules.turnover import check_turnover
from fiscal.statistics.rksv.signature import KeyRing, SigningKey
from fiscal.statistics.rksv.state import VerifierState


class Verifier:
    """One register. Feed it every receipt in order; keep `state` and go on from it another day.

    `counter`: opens the turnover counters; None: they are not checked. `keys`: for signatures; those without a key are
    not checked. `now`: local time in Vienna without a zone, for dates in the future. `from_start`: the first receipt
    fed is the register's first; otherwise its chain value and counter are taken on trust, and that is said.
    """

    def __init__(
        self,
        state: VerifierState | None = None,
        *,
        counter: TurnoverCounter | None = None,
        keys: KeyRing | None = None,
        now: datetime | None = None,
        from_start: bool = True,
    ) -> None:
        before = state or VerifierState()
        self._counter, self._keys, self._now, self._from_start = counter, keys or KeyRing(), now, from_start
        self._chain, self._last_number, self._last_at = before.chain, before.last_number, before.last_at
        self._identity, self._turnover, self._clock = before.identity, before.turnover, before.clock
        self._failure, self.coverage = before.failure, before.coverage
        self._start_seen = before.start_seen
        self._numbers = Numbers(before.numbers)

    @property
    def state(self) -> VerifierState:
        """Everything needed to go on with the next receipt."""
        return VerifierState(
            chain=self._chain,
            start_seen=self._start_seen,
            last_number=self._last_number,
            last_at=self._last_at,
            identity=self._identity,
            turnover=self._turnover,
            clock=self._clock,
            failure=self._failure,
            coverage=self.coverage,
            numbers=self._numbers.as_json(),
        )

    @property
    def register_id(self) -> str:
        return self._identity.register_id

    def continues(self, previous: str) -> bool:
        """Whether a receipt with this chain value is the next one."""
        return previous == self._chain

    def feed(
        self, compact: str, *, certificate: SigningKey | None = None, declared: ReceiptKind | None = None
    ) -> list[Finding]:
        """What is wrong with the next receipt, given as compact JWS.

        `certificate`: the one of its group in the DEP. `declared`: the kind that the register's records report.
        """
        self._count("receipts")
        try:
            receipt, broken = parse_compact(compact), []
        except Malformed as error:
            self._count("unreadable")
            number, at, broken = error.number, error.at, [Broken(error.code, str(error))]
            if error.salvaged is None:
                self._pass_over()
            else:
                broken += self._judge(error.salvaged, certificate, declared, readable=False)
        else:
            number, at = receipt.number, receipt.at
            broken = self._judge(receipt, certificate, declared, readable=True)
        self._chain = next_value(compact)
        self._last_number, self._last_at = number, at.isoformat() if at else ""
        return [Finding(one.code, number, at, one.detail, self.coverage.receipts, one.receipts) for one in broken]

    def finish(self) -> list[Finding]:
        """What is to be said at the end: a failure that still lasts, and what could not be checked."""
        seen = self.coverage
        broken = open_failure(self._failure)
        if not self._start_seen:
            broken.append(Broken(FindingCode.START_NOT_CHECKED))
        if seen.counters_not_checked:
            broken.append(Broken(FindingCode.COUNTER_NOT_CHECKED, receipts=seen.counters_not_checked))
        if seen.signatures_not_checked:
            broken.append(Broken(FindingCode.SIGNATURE_NOT_CHECKED, receipts=seen.signatures_not_checked))
        at = datetime.fromisoformat(self._last_at) if self._last_at else None
        return [Finding(one.code, self._last_number, at, one.detail, seen.receipts, one.receipts) for one in broken]

    def _pass_over(self) -> None:
        """A receipt that cannot be read may have moved the counter by any amount: the next one is taken on trust."""
        self._turnover = self._turnover._replace(counted=None, claimed=None)

    def _judge(
        self,
        receipt: SignedReceipt,
        certificate: SigningKey | None,
        declared: ReceiptKind | None,
        *,
        readable: bool,
    ) -> list[Broken]:
        broken = self._check_place(receipt)
        self._identity, more = check_identity(self._identity, receipt)
        broken += more
        if not self._numbers.add(receipt.number):
            broken.append(Broken(FindingCode.NUMBER_REPEATED))
        self._clock, more = check_clock(self._clock, receipt, self._now)
        broken += more
        broken += self._check_turnover(receipt)
        good: bool | None = False  # what is malformed restores nothing
        if readable:
            good, more = self._check_signature(receipt, certificate)
            broken += more
        self._failure, more = check_failure(self._failure, receipt, signature_good=good)
        broken += more
        return [*broken, *(check_declared(receipt, declared) if declared else ())]

    def _check_place(self, receipt: SignedReceipt) -> list[Broken]:
        """Its place in the chain."""
        if not self._chain:
            if self._from_start:
                return list(check_first(receipt))
            self._start_seen = False
            self._turnover = self._turnover._replace(counted=None)
            return []
        if receipt.previous == self._chain:
            return []
        if receipt.previous == start_value(receipt.register_id):
            return [Broken(FindingCode.START_NOT_FIRST)]
        words = _("It carries %(this)s; after receipt %(last)s it must be %(right)s.")
        facts = {"this": receipt.previous, "last": self._last_number or "?", "right": self._chain}
        return [Broken(FindingCode.CHAIN_BROKEN, words % facts)]

    def _check_turnover(self, receipt: SignedReceipt) -> list[Broken]:
        self._turnover, broken = check_turnover(self._turnover, receipt, self._counter)
        if receipt.kind not in MARKED_KINDS:
            self._count("counters" if self._counter else "counters_not_checked")
        return broken

    def _check_signature(
        self, receipt: SignedReceipt, certificate: SigningKey | None
    ) -> tuple[bool | None, list[Broken]]:
        good, broken = check_signature(receipt, certificate, self._keys)
        if receipt.signature is None:
            self._count("unsigned")
        else:
            self._count("signatures_not_checked" if good is None else "signatures")
        return good, broken

    def _count(self, what: str) -> None:
        self.coverage = self.coverage._replace(**{what: getattr(self.coverage, what) + 1})
