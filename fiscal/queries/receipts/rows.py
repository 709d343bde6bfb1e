"""One receipt as a line of a list or a file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef
from django.db.models.fields.json import KeyTextTransform

from fiscal.choices import DocumentAction, Outcome, Provider, ReceiptKind
from fiscal.models import FiscalDocument, Receipt
from fiscal.queries.receipts.filters import late, taking_back
from fiscal.statistics.turnover import CANCELLATIONS, RETURNS, TURNOVER

SIGNED = CANCELLATIONS | RETURNS
COLUMNS = [
    "pk", "number", "key", "day", "issued_at", "kind", "total", "uncollected", "currency", "payments", "suspect",
    "unit_failed", "related_key", "changed_at", "removed_at", "first_seen_at", "late", "voided", "register_id",
    "register__provider", "register__public_id", "register__name", "register__serial", "register__time_zone", "organization__public_id",
    "organization__display_name", "organization__name",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class ReceiptRow:
    """`local`: the register's wall clock, no zone. Amounts are cents with the sign that counts.

    `voided`: somebody voided it, from here or elsewhere.
    """

    receipt_id: int
    number: str
    key: str
    local: datetime
    issued_at: datetime
    kind: ReceiptKind
    total: int
    uncollected: int
    currency: str
    payments: list[list[Any]]
    suspect: str
    unit_failed: bool
    related_key: str
    changed_at: datetime | None
    removed_at: datetime | None
    first_seen_at: datetime
    late: bool
    voided: bool
    register_id: UUID
    register: str
    serial: str
    organization_id: UUID
    organization: str

    @property
    def cancels(self) -> bool:
        """Whether it takes back what another receipt said."""
        return self.kind in SIGNED

    @property
    def counts(self) -> bool:
        """Whether it is in the turnover."""
        return self.kind in TURNOVER and self.removed_at is None and not self.suspect


def rows_of(keys: Sequence[tuple[int, date]], zones: Mapping[str, Any]) -> list[ReceiptRow]:
    """The receipts of these ids and days, in their order. `zones`: time zones by name."""
    if not keys:
        return []
    days = [day for _pk, day in keys]
    chosen = Receipt.objects.filter(pk__in=[pk for pk, _day in keys], day__range=(min(days), max(days)))
    found = {row[0]: row for row in chosen.annotate(late=late(), voided=_voided()).order_by().values_list(*COLUMNS)}
    rows = [dict(zip(COLUMNS, found[pk], strict=True)) for pk, _day in keys if pk in found]
    voids = _voids(rows, min(days))
    for one in rows:
        one["voided"] |= any((one["register_id"], one[name]) in voids for name in ("key", "number"))
    return list(_read(rows, zones))


def _voids(rows: Sequence[dict[str, Any]], first: date) -> set[tuple[int, str]]:
    """Registers and keys (or numbers) of sales among these rows that a void names. Only documents name one another."""
    sales = [one for one in rows if one["kind"] == ReceiptKind.SALE and one["register__provider"] == Provider.DATACASH]
    if not sales:
        return set()
    voids = taking_back(first).filter(
        register__in={one["register_id"] for one in sales},
        related_key__in={one[name] for one in sales for name in ("key", "number")},
        kind=ReceiptKind.VOID,
        removed_at=None,
    )
    return set(voids.values_list("register_id", "related_key"))


def _voided() -> Exists:
    """Whether somebody voided it from here: a void that was not read yet."""
    done = FiscalDocument.objects.filter(
        register=OuterRef("register"), action=DocumentAction.VOID, outcome=Outcome.DONE
    ).annotate(voids=KeyTextTransform("idtrx", "request"))
    return Exists(done.filter(voids=OuterRef("key")))


def _read(rows: Iterable[dict[str, Any]], zones: Mapping[str, Any]) -> Iterable[ReceiptRow]:
    for one in rows:
        yield ReceiptRow(
            receipt_id=one["pk"],
            number=one["number"],
            key=one["key"],
            local=one["issued_at"].astimezone(zones[one["register__time_zone"]]).replace(tzinfo=None),
            issued_at=one["issued_at"],
            kind=ReceiptKind(one["kind"]),
            total=one["total"],
            uncollected=one["uncollected"],
            currency=one["currency"],
            payments=one["payments"],
            suspect=one["suspect"],
            unit_failed=one["unit_failed"],
            related_key=one["related_key"],
            changed_at=one["changed_at"],
            removed_at=one["removed_at"],
            first_seen_at=one["first_seen_at"],
            late=one["late"],
            voided=one["voided"],
            register_id=one["register__public_id"],
            register=one["register__name"],
            serial=one["register__serial"],
            organization_id=one["organization__public_id"],
            organization=one["organization__display_name"] or one["organization__name"],
        )
