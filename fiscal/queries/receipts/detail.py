"""One receipt with everything around it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Q

from fiscal.choices import ConnectionKind, Provider, ReceiptKind
from fiscal.models import Chain, Finding, Placement, Receipt, Register
from fiscal.models.rollup import UNKNOWN_RATE
from fiscal.queries.receipts.around import ReceiptLink, neighbours, related
from fiscal.queries.receipts.raw import raw_of
from fiscal.queries.receipts.rows import ReceiptRow, rows_of
from fiscal.queries.receipts.signature import CodeFacts, code_facts
from fiscal.statistics.rksv.advice import ADVICE
from fiscal.statistics.rksv.findings import FindingCode
from organizations.access import Reach
from organizations.choices import Scope


@dataclass(frozen=True)
class ItemLine:
    """`quantity` in thousandths, `total` in cents, `rate` in hundredths of a percent; None: not known."""

    name: str
    quantity: int
    total: int
    rate: int | None


@dataclass(frozen=True)
class TaxLine:
    """Cents; `rate` in hundredths of a percent, None: not known. `code`: RKSV's field or the natura."""

    code: str
    rate: int | None
    gross: int
    net: int
    tax: int


@dataclass(frozen=True)
class Earlier:
    """What the receipt said until a moment."""

    until: datetime
    kind: str
    total: int
    day: date


@dataclass(frozen=True)
class FindingLine:
    """A defect at this receipt, what it means and what to do."""

    words: str
    detail: str
    advice: str


@dataclass(frozen=True)
class Verified:
    """What the verification knows of this receipt. `state`: "good", "found", "waiting" or "hidden" (no authorization)."""

    state: str
    at: datetime | None = None
    findings: Sequence[FindingLine] = ()
    counters: bool = False
    signatures: bool = False


@dataclass(frozen=True)
class ReceiptDetail:
    """Everything a page says of a receipt. `shop`: in which its register stood on that day."""

    row: ReceiptRow
    provider: str
    country: str
    shop: str
    items: Sequence[ItemLine]
    taxes: Sequence[TaxLine]
    history: Sequence[Earlier]
    code: CodeFacts | None
    verified: Verified | None
    previous: ReceiptLink | None
    next: ReceiptLink | None
    related: Sequence[ReceiptLink]
    raw: str
    raw_at: datetime | None
    has_pdf: bool
    voidable: bool


def receipt_detail(reach: Reach, receipt_id: int) -> ReceiptDetail | None:
    """A receipt of the organization reached or of one it manages; None if there is none. Raises NotAuthorized."""
    reach.require(Scope.TRANSACTIONS)
    receipt = Receipt.objects.filter(reach.tree(Scope.TRANSACTIONS), pk=receipt_id).first()
    if receipt is None:
        return None
    register = Register.objects.select_related("connection", "chain").get(pk=receipt.register_id)
    row = rows_of([(receipt.pk, receipt.day)], {register.time_zone: ZoneInfo(register.time_zone)})[0]
    chain: Chain | None = getattr(register, "chain", None)
    previous, following = neighbours(reach, receipt, register)
    raw, raw_at = raw_of(receipt, register)
    documents = register.provider == Provider.DATACASH and register.connection.kind == ConnectionKind.KEY
    links = related(reach, receipt, register)
    return ReceiptDetail(
        row=row,
        provider=str(Provider(register.provider).label),
        country=register.country_code,
        shop=_shop(reach, receipt),
        items=[ItemLine(name, quantity, total, _rate(rate)) for name, quantity, total, rate in receipt.items],
        taxes=[TaxLine(code, _rate(rate), *cents) for code, rate, *cents in receipt.taxes],
        history=[_earlier(one) for one in reversed(receipt.history)],
        code=code_facts(receipt, chain, seen=reach.allows(Scope.MONITORING)),
        verified=_verified(reach, receipt, register, chain),
        previous=previous,
        next=following,
        related=links,
        raw=raw,
        raw_at=raw_at,
        has_pdf=documents and receipt.kind != ReceiptKind.PENDING,
        voidable=documents and receipt.kind == ReceiptKind.SALE and receipt.removed_at is None and not links,
    )


def _rate(rate: int | None) -> int | None:
    return None if rate == UNKNOWN_RATE else rate


def _earlier(entry: list[Any]) -> Earlier:
    until, kind, total, day = entry
    label = ReceiptKind(kind).label if kind in ReceiptKind.values else kind
    return Earlier(datetime.fromisoformat(until), str(label), total, date.fromisoformat(day))


def _shop(reach: Reach, receipt: Receipt) -> str:
    placed = Placement.objects.filter(
        reach.tree(Scope.TRANSACTIONS), register=receipt.register_id, from_day__lte=receipt.day
    )
    open_end = Q(until_day=None) | Q(until_day__gte=receipt.day)
    return placed.filter(open_end).exclude(shop=None).values_list("shop__name", flat=True).last() or ""


def _verified(reach: Reach, receipt: Receipt, register: Register, chain: Chain | None) -> Verified | None:
    """None for what is never verified: Italian documents, and receipts without a code."""
    if register.country_code != "AUT" or not receipt.jws:
        return None
    if not reach.allows(Scope.MONITORING):
        return Verified("hidden")
    until = chain.verified_until if chain else None
    waits = chain is None or until is None or receipt.issued_at > until
    if waits or receipt.removed_at or (chain and chain.dirty_from and receipt.day >= chain.dirty_from):
        return Verified("waiting", chain.checked_at if chain else None)
    assert chain is not None
    rows = Finding.objects.filter(register=register, day=receipt.day, number=receipt.number, settled_at=None)
    lines = [finding_line(row.code, row.detail) for row in rows]
    state = "found" if lines else "good"
    return Verified(state, chain.checked_at, lines, bool(chain.aes_key_sealed), bool(chain.certificates))


def finding_line(code: str, detail: str) -> FindingLine:
    """A finding in words."""
    known = FindingCode(code)
    return FindingLine(str(known.label), detail, str(ADVICE[known]))
