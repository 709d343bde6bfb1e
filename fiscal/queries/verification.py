"""What the verification found: per organization a line for each register, per register each finding."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, F, OuterRef, QuerySet
from django.utils.formats import date_format
from django.utils.translation import ngettext

from fiscal.models import Chain, Finding, Receipt, Register
from fiscal.queries.receipts.detail import FindingLine, finding_line
from fiscal.statistics.rksv.aes_key import checksum
from fiscal.statistics.rksv.findings import Finding as Found
from fiscal.statistics.rksv.findings import FindingCode
from fiscal.statistics.rksv.material import decode_der
from fiscal.statistics.rksv.report import Report, coverage_sentences
from fiscal.statistics.rksv.signature import key_of_certificate
from fiscal.statistics.rksv.state import VERSION, VerifierState
from fiscal.statistics.rksv.verifier import Verifier
from organizations.access import Reach
from organizations.choices import Scope


@dataclass(frozen=True)
class ChainRow:
    """One Austrian register. `sentences`: its open findings summed up; `state`: "found", "good", "waiting" or "never"."""

    register_id: UUID
    register: str
    serial: str
    organization: str
    state: str
    sentences: Sequence[str]
    findings: int
    verified: int
    verified_until: datetime | None
    checked_at: datetime | None
    has_key: bool
    certificates: int


@dataclass(frozen=True)
class ChainList:
    rows: Sequence[ChainRow]
    total: int
    found: int
    """Registers with open findings."""
    everything: int
    """Austrian registers."""


@dataclass(frozen=True)
class FindingRow:
    """One finding. `receipt_id` None: the receipt is not among ours any more."""

    code: str
    day: date
    number: str
    receipt_id: int | None
    line: FindingLine
    found_at: datetime
    settled_at: datetime | None


@dataclass(frozen=True)
class ChainPage:
    """One register. `coverage`: how closely it was looked at; `left`: what was not checked, or lasts, with what to do.

    `checksum`: of the stored AES key, as FinanzOnline shows it; the key itself is never shown.
    """

    row: ChainRow
    coverage: Sequence[str]
    left: Sequence[FindingLine]
    checksum: str
    serials: Sequence[str]
    rows: Sequence[FindingRow]
    total: int
    codes: Sequence[tuple[str, str, int]]
    settled: int


def chain_list(reach: Reach, *, only_found: bool, page: int, size: int) -> ChainList:
    """The Austrian registers of the organization reached and of those it manages, those with findings first."""
    reach.require(Scope.MONITORING)
    defective = Finding.objects.filter(reached_days(reach), register=OuterRef("pk"), settled_at=None)
    registers = Register.objects.filter(reach.tree(Scope.MONITORING), country_code="AUT").annotate(
        found=Exists(defective)
    )
    everything, faulty = registers.count(), registers.filter(found=True).count()
    chosen, total = (registers.filter(found=True), faulty) if only_found else (registers, everything)
    start = (min(page, max(1, -(-total // size))) - 1) * size
    ordered = chosen.select_related("organization", "chain").order_by(F("found").desc(), "name", "pk")
    return ChainList(_rows(reach, list(ordered[start : start + size])), total, faulty, everything)


def chain_page(
    reach: Reach, register_id: UUID, *, code: str = "", settled: bool = False, page: int = 1, size: int = 50
) -> ChainPage | None:
    """One register and its findings; None if the tree reached has no such Austrian register. Raises NotAuthorized."""
    reach.require(Scope.MONITORING)
    registers = Register.objects.select_related("organization", "chain").filter(country_code="AUT")
    register = registers.filter(reach.tree(Scope.MONITORING), public_id=register_id).first()
    if register is None:
        return None
    every = Finding.objects.filter(reached_days(reach), register=register)
    found = every.filter(settled_at__isnull=not settled)
    by_code = dict(found.values_list("code").annotate(n=Count("pk")).order_by())
    chosen = found.filter(code=code) if code else found
    total = by_code.get(code, 0) if code else sum(by_code.values())
    start = (min(page, max(1, -(-total // size))) - 1) * size
    chain: Chain | None = getattr(register, "chain", None)
    coverage, left = _looked(chain)
    key = chain.aes_key() if chain else ""
    return ChainPage(
        row=_rows(reach, [register])[0],
        coverage=coverage,
        left=left,
        checksum=checksum(key) if key else "",
        serials=[key_of_certificate(decode_der(one)).name for one in chain.certificates] if chain else [],
        rows=_findings(reach, register, list(chosen.order_by("-day", "-pk")[start : start + size])),
        total=total,
        codes=[(one.value, str(one.label), by_code[one.value]) for one in FindingCode if one.value in by_code],
        settled=every.filter(settled_at__isnull=False).count(),
    )


def reached_days(reach: Reach) -> Exists:
    """Findings on days on which the register stood at an organization reached. SECURITY: it may have stood elsewhere."""
    return Exists(
        Receipt.objects.filter(reach.tree(Scope.MONITORING), register=OuterRef("register"), day=OuterRef("day"))
    )


def _rows(reach: Reach, registers: Sequence[Register]) -> list[ChainRow]:
    counted: dict[int, list[tuple[str, date, int]]] = defaultdict(list)
    rows = Finding.objects.filter(reached_days(reach), register__in=registers, settled_at=None)
    grouped = rows.values_list("register", "code", "day").annotate(n=Count("pk")).order_by()
    for register_id, code, day, n in grouped:
        counted[register_id].append((code, day, n))
    return [_row(register, counted[register.pk]) for register in registers]


def _row(register: Register, found: Sequence[tuple[str, date, int]]) -> ChainRow:
    chain: Chain | None = getattr(register, "chain", None)
    return ChainRow(
        register_id=register.public_id,
        register=register.name,
        serial=register.serial,
        organization=str(register.organization),
        state=_state(chain, found),
        sentences=sentences(found),
        findings=sum(n for _code, _day, n in found),
        verified=chain.verified if chain else 0,
        verified_until=chain.verified_until if chain else None,
        checked_at=chain.checked_at if chain else None,
        has_key=bool(chain and chain.aes_key_sealed),
        certificates=len(chain.certificates) if chain else 0,
    )


def _state(chain: Chain | None, found: Sequence[Any]) -> str:
    if found:
        return "found"
    if chain is None or chain.verified_until is None:
        return "never"
    return "waiting" if chain.dirty_from else "good"


def sentences(found: Iterable[tuple[str, date, int]]) -> list[str]:
    """Findings summed up by code: “3 links broken on 4 May 2026”. A failure of the unit is one, however long it was."""
    report, failures = Report(), []
    for code, day, n in found:
        if code == FindingCode.UNIT_FAILED:
            failures += [day] * n
        else:
            report.add(Found(FindingCode(code), "", datetime.combine(day, time()), count=n))
    words = report.sentences()
    if failures:
        facts = {"n": len(failures), "day": date_format(max(failures), "j F Y")}
        told = ngettext(
            "%(n)d failure of the signature unit, restored on %(day)s",
            "%(n)d failures of the signature unit, the last restored on %(day)s",
            len(failures),
        )
        words.append(told % facts)
    return words


def _looked(chain: Chain | None) -> tuple[list[str], list[FindingLine]]:
    """How closely was looked, and what is left to say at the end of the chain."""
    latest = chain.state.get("latest") if chain else None
    if not latest or latest.get("version") != VERSION:
        return [], []
    state = VerifierState.from_json(latest)
    left = [finding_line(one.code.value, _counted(one)) for one in Verifier(state).finish()]
    return coverage_sentences(state.coverage), left


def _counted(finding: Found) -> str:
    return finding.detail or ngettext("%(n)d receipt.", "%(n)d receipts.", finding.count) % {"n": finding.count}


def _findings(reach: Reach, register: Register, rows: Sequence[Finding]) -> list[FindingRow]:
    days, numbers = {row.day for row in rows}, {row.number for row in rows}
    receipts: QuerySet[Receipt] = Receipt.objects.filter(
        reach.tree(Scope.MONITORING), register=register, day__in=days, number__in=numbers
    )
    known = {(day, number): pk for day, number, pk in receipts.values_list("day", "number", "pk")} if rows else {}
    return [
        FindingRow(
            code=row.code,
            day=row.day,
            number=row.number,
            receipt_id=known.get((row.day, row.number)),
            line=finding_line(row.code, row.detail),
            found_at=row.found_at,
            settled_at=row.settled_at,
        )
        for row in rows
    ]


def exportable_register(reach: Reach, register_id: UUID) -> str | None:
    """The name of an Austrian register of the tree reached, for its export; None if there is none. Raises NotAuthorized."""
    reach.require(Scope.EXPORTS)
    rows = Register.objects.filter(reach.tree(Scope.EXPORTS), public_id=register_id, country_code="AUT")
    return rows.values_list("name", flat=True).first()
