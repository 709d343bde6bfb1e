"""Verifies a whole DEP export: its groups in chain order, each register by itself."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.utils.translation import gettext as _

from fiscal.statistics.rksv.dep7 import DepGroup
from fiscal.statistics.rksv.findings import Finding, FindingCode
from fiscal.statistics.rksv.material import Material, decode_der
from fiscal.statistics.rksv.order import glimpse, in_chain_order
from fiscal.statistics.rksv.report import Report
from fiscal.statistics.rksv.signature import KeyRing, SigningKey, UnusableCertificate, key_of_certificate
from fiscal.statistics.rksv.verifier import Verifier


@dataclass(slots=True)
class RegisterCheck:
    """One register of the export, and what was found of it."""

    verifier: Verifier
    report: Report = field(default_factory=Report)


class Journal:
    """One export. Walk through `findings` once; `registers` then has a report for each register."""

    def __init__(
        self, groups: Sequence[DepGroup], material: Material, *, now: datetime | None = None, from_start: bool = True
    ) -> None:
        self.registers: list[RegisterCheck] = []
        self._groups, self._material, self._now, self._from_start = groups, material, now, from_start
        self._keys = KeyRing(material.keys)
        self._certificates: list[SigningKey | None] = []

    def findings(self) -> Iterator[tuple[RegisterCheck, Finding]]:
        """Each finding as it is made."""
        unusable = list(self._read_certificates())
        for place, compact in in_chain_order(self._groups):
            check, strange = self._register_of(compact)
            found = check.verifier.feed(compact, certificate=self._certificates[place])
            for finding in [*unusable, *strange, *found]:
                check.report.add(finding)
                yield check, finding
            unusable = []
        for check in self.registers:
            for finding in check.verifier.finish():
                check.report.add(finding)
                yield check, finding

    @property
    def defects(self) -> int:
        return sum(check.report.defects for check in self.registers)

    def _read_certificates(self) -> Iterator[Finding]:
        for place, group in enumerate(self._groups, start=1):
            key = None
            if group.certificate:
                try:
                    key = key_of_certificate(decode_der(group.certificate))
                    self._keys.add(key)
                except UnusableCertificate as error:
                    words = _("Group %(n)d: %(why)s") % {"n": place, "why": error}
                    yield Finding(FindingCode.CERTIFICATE_UNREADABLE, "", None, words)
            self._certificates.append(key)

    def _register_of(self, compact: str) -> tuple[RegisterCheck, list[Finding]]:
        """The register that the receipt belongs to: the one in hand, unless it starts the chain of another one."""
        if not self.registers:
            return self._begin(), []
        current, seen = self.registers[-1], glimpse(compact)
        if current.verifier.continues(seen.previous) or not seen.starts:
            return current, []
        if any(seen.register_id == check.verifier.register_id for check in self.registers):
            return current, []
        words = _("The export begins with %(known)s; one export holds one register.")
        detail = words % {"known": self.registers[0].verifier.register_id}
        return self._begin(), [Finding(FindingCode.REGISTER_CHANGED, "", None, detail, 1)]

    def _begin(self) -> RegisterCheck:
        verifier = Verifier(counter=self._material.counter, keys=self._keys, now=self._now, from_start=self._from_start)
        self.registers.append(RegisterCheck(verifier))
        return self.registers[-1]
