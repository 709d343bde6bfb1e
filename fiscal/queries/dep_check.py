"""Verifies an uploaded DEP export, and compares it with what was synced. Nothing of it is stored."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import blake2b
from pathlib import Path
from uuid import UUID

from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables

from fiscal.models import Chain, Receipt, Register
from fiscal.queries.receipts.detail import FindingLine, finding_line
from fiscal.statistics.rksv.aes_key import UnusableKey
from fiscal.statistics.rksv.counter import TurnoverCounter
from fiscal.statistics.rksv.dep7 import DepGroup, read_dep
from fiscal.statistics.rksv.findings import Finding
from fiscal.statistics.rksv.journal import Journal, RegisterCheck
from fiscal.statistics.rksv.material import Material, decode_der, read_material
from fiscal.statistics.rksv.order import glimpse
from fiscal.statistics.rksv.report import coverage_sentences
from fiscal.statistics.rksv.rules.clock import VIENNA
from fiscal.statistics.rksv.signature import KeyRing, key_of_certificate
from fiscal.statistics.rksv.unreadable import Unreadable
from organizations.access import Reach
from organizations.choices import Scope

SHOWN = 200
"""Findings and differences of a register that the page lists; all are counted."""


class DepUnreadable(ValueError):
    """The file, or what belongs to it, cannot be read. The message says what to do; it never repeats a key."""


@dataclass(frozen=True)
class DepFinding:
    number: str
    at: datetime | None
    line: FindingLine


@dataclass(frozen=True)
class Comparison:
    """The file against what was synced within the file's span. Numbers of receipts; the lists end at SHOWN."""

    same: int
    missing_here: Sequence[str]
    missing_there: Sequence[str]
    different: Sequence[str]
    counts: tuple[int, int, int]


@dataclass
class DepRegister:
    """One register of the file. `ours`: the register here with that Kassen-ID, if one is in reach."""

    serial: str
    ours: UUID | None
    name: str
    defects: int
    sentences: Sequence[str]
    coverage: Sequence[str]
    findings: Sequence[DepFinding] = field(default_factory=list)
    comparison: Comparison | None = None


@sensitive_variables("aes_key", "container")
def check_dep(
    reach: Reach, path: Path, *, container: str = "", aes_key: str = "", partial: bool = False, compare: bool = False
) -> list[DepRegister]:
    """What the export says of each of its registers. `container`: cryptographicMaterialContainer.json as text.

    Without keys of its own it is verified with those stored for the register. `compare`: also with what was synced.
    Raises DepUnreadable, NotAuthorized.
    """
    reach.require(Scope.MONITORING)
    try:
        with read_dep(path) as groups:
            ours = _ours(reach, groups)
            material = _material(container, aes_key, ours)
            now = datetime.now(tz=VIENNA).replace(tzinfo=None)
            journal = Journal(groups, material, now=now, from_start=not partial)
            found = _walked(journal)
            if not found:
                raise Unreadable(_("The export holds no receipt. Choose a longer span and export again."))
            registers = [_register(reach, check, listed) for check, listed in found]
            if compare:
                _compare(reach, registers, groups)
            return registers
    except (Unreadable, UnusableKey) as why:
        raise DepUnreadable(str(why)) from None


def _walked(journal: Journal) -> list[tuple[RegisterCheck, list[Finding]]]:
    listed: dict[int, list[Finding]] = {}
    for check, finding in journal.findings():
        some = listed.setdefault(id(check), [])
        if len(some) < SHOWN:
            some.append(finding)
    return [(check, listed.get(id(check), [])) for check in journal.registers]


def _ours(reach: Reach, groups: Sequence[DepGroup]) -> Register | None:
    first = next((jws for group in groups for jws in group.receipts), "")
    serial = glimpse(first).register_id
    return _register_by(reach, serial)


def _register_by(reach: Reach, serial: str) -> Register | None:
    if not serial:
        return None
    rows = Register.objects.filter(reach.tree(Scope.MONITORING), country_code="AUT", serial=serial)
    return rows.select_related("chain").order_by("gone_at", "pk").first()


def _material(container: str, aes_key: str, ours: Register | None) -> Material:
    given = read_material(container) if container.strip() else Material()
    chain: Chain | None = getattr(ours, "chain", None) if ours else None
    stored_key = chain.aes_key() if chain and chain.aes_key_sealed else ""
    counter = given.counter
    if aes_key.strip():
        counter = TurnoverCounter.from_base64(aes_key)
    elif counter is None and stored_key:
        counter = TurnoverCounter.from_base64(stored_key)
    stored = [key_of_certificate(decode_der(one)) for one in chain.certificates] if chain else []
    return Material(counter, KeyRing([*stored, *given.keys]))


def _register(reach: Reach, check: RegisterCheck, listed: Sequence[Finding]) -> DepRegister:
    serial = check.verifier.register_id
    ours = _register_by(reach, serial)
    return DepRegister(
        serial=serial,
        ours=ours.public_id if ours else None,
        name=ours.name if ours else "",
        defects=check.report.defects,
        sentences=check.report.sentences(),
        coverage=coverage_sentences(check.verifier.coverage),
        findings=[
            DepFinding(one.receipt_number or f"#{one.position}", one.at, finding_line(one.code.value, one.detail[:300]))
            for one in listed
        ],
    )


def _compare(reach: Reach, registers: Sequence[DepRegister], groups: Sequence[DepGroup]) -> None:
    """Number by number: the codes have to be the same, letter by letter."""
    for one in registers:
        register = _register_by(reach, one.serial)
        if register is not None:
            there = dict(_numbered(groups, one.serial))
            one.comparison = _compared(reach, register, there)


def _numbered(groups: Sequence[DepGroup], serial: str) -> Iterator[tuple[str, tuple[str, bytes]]]:
    """(number, (day, digest)) of the file's receipts of one register that can be read so far."""
    for group in groups:
        for jws in group.receipts:
            seen = glimpse(jws)
            if seen.register_id == serial and seen.number:
                yield seen.number, (seen.at[:10], _digest(jws))


def _compared(reach: Reach, register: Register, there: dict[str, tuple[str, bytes]]) -> Comparison:
    days = [day for day, _digest in there.values()]
    rows = Receipt.objects.filter(reach.tree(Scope.MONITORING), register=register, removed_at=None).exclude(jws="")
    rows = rows.filter(day__gte=_day(min(days)), day__lte=_day(max(days)))
    here = {number: _digest(jws) for number, jws in rows.values_list("number", "jws").iterator()}
    missing_here = sorted(there.keys() - here.keys())
    missing_there = sorted(here.keys() - there.keys())
    both = here.keys() & there.keys()
    different = sorted(number for number in both if here[number] != there[number][1])
    return Comparison(
        same=len(both) - len(different),
        missing_here=missing_here[:SHOWN],
        missing_there=missing_there[:SHOWN],
        different=different[:SHOWN],
        counts=(len(missing_here), len(missing_there), len(different)),
    )


def _day(text: str) -> str:
    """A day of the file as the database takes it; one that is none is taken for the oldest."""
    try:
        return datetime.fromisoformat(text).date().isoformat()
    except ValueError:
        return "2000-01-01"


def _digest(jws: str) -> bytes:
    return blake2b(jws.encode("utf-8", "surrogatepass"), digest_size=12).digest()
