"""Verifies a record: that no entry was changed, removed, inserted or exchanged, and that nothing was cut off its end."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from organizations.audit.anchors import anchor_of
from organizations.audit.canonical import START, link
from organizations.audit.checkpoints import Checkpoint
from organizations.audit.findings import Fault, Finding
from organizations.audit.keys import mac_of
from organizations.audit.lines import Line, every_line
from organizations.models import AuditChain, AuditEntry, Organization

MOST_FINDINGS = 100
"""Of one record. Whoever rewrote a million entries is told once that it goes on."""


@dataclass
class Verdict:
    """What was found in one organization's record; `number`: its last entry, `entries`: how many were looked at."""

    organization: str
    number: int = 0
    entries: int = 0
    findings: list[Finding] = field(default_factory=list)

    def add(self, number: int, fault: Fault, detail: str = "") -> None:
        if len(self.findings) < MOST_FINDINGS:
            self.findings.append(Finding(self.organization, number, fault, detail))


def verify_record(organization: Organization, checkpoints: Sequence[Checkpoint] = ()) -> Verdict:
    """Read the whole record once, and hold it against its end and against these checkpoints."""
    end = AuditChain.objects.filter(organization=organization).first()
    stop = end.number if end else None
    verdict = Verdict(str(organization.public_id))
    walk = _Walk(verdict, {checkpoint.number: checkpoint for checkpoint in checkpoints})
    walk.through(every_line(organization, last=stop), anchor_of(organization))
    _compare_end(organization, end, walk)
    for number in sorted(walk.attested):
        checkpoint = walk.attested[number]
        if number > walk.number:
            verdict.add(number, Fault.OLDER, f"{checkpoint.at}, the record ends at {walk.number}")
    verdict.findings.sort(key=lambda finding: finding.number)
    return verdict


@dataclass
class _Walk:
    """One pass over a record. `known`: whether the digest of the entry before can be relied on."""

    verdict: Verdict
    attested: dict[int, Checkpoint]
    number: int = 0
    digest: str = START
    known: bool = True

    def through(self, lines: Iterator[Line], anchor: tuple[int, str] | None) -> None:
        for line in lines:
            if not self.verdict.entries and line.number > 1:
                self._begin(line.number, anchor)
            self._step(line)

    def _begin(self, first: int, anchor: tuple[int, str] | None) -> None:
        """Old entries may have been removed, if an entry says so; it is verified like all others."""
        if anchor and anchor[0] == first - 1:
            self.number, self.digest = anchor
            return
        self.verdict.add(first, Fault.BEGINNING)
        self.number, self.known = first - 1, False

    def _step(self, line: Line) -> None:
        number, digest, verdict = line.number, line.digest, self.verdict
        for missing in range(self.number + 1, min(number, self.number + 1 + MOST_FINDINGS)):
            verdict.add(missing, Fault.MISSING)
            self.known = False
        fits = link(self.digest, line.own_digest()) == digest or not self.known
        sealed = mac_of(digest, line.what["key_id"])
        if sealed != line.mac:
            verdict.add(number, Fault.UNSEALED if sealed else Fault.NO_KEY)
        elif not fits:
            verdict.add(number, Fault.CHANGED)
        checkpoint = self.attested.get(number)
        if checkpoint and checkpoint.digest != digest:
            verdict.add(number, Fault.REWRITTEN, checkpoint.at)
        # A digest that we sealed can be built upon, whatever became of its entry; another one cannot.
        self.number, self.digest, self.known = number, digest, sealed == line.mac
        verdict.number = number
        verdict.entries += 1


def _compare_end(organization: Organization, end: AuditChain | None, walk: _Walk) -> None:
    verdict = walk.verdict
    if end is None:
        if verdict.entries:
            verdict.add(verdict.number, Fault.NO_END)
        return
    if end.number > verdict.number:
        verdict.add(verdict.number + 1, Fault.CUT, f"up to {end.number}")
    elif end.digest != (walk.digest if verdict.entries else ""):
        verdict.add(verdict.number, Fault.NO_END)
    beyond = AuditEntry.objects.filter(organization=organization, number__gt=end.number)
    # What was added while we were reading lies beyond the end that we saw, and not beyond the end there is.
    now = AuditChain.objects.filter(pk=end.pk).values_list("number", flat=True).first() or 0
    for number in beyond.filter(number__gt=now).order_by("number").values_list("number", flat=True)[:MOST_FINDINGS]:
        verdict.add(number, Fault.BEYOND)
