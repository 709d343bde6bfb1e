"""Looks for a document whose outcome is unknown among what the provider has.

Neither provider knows an idempotency key, so a document is recognised by what was asked for: kind, amount, lines and
payments, made since the call began and not known as another one of ours. One such document is ours; none, once it had
time to appear, means that it was not made; several are for a person to tell apart.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

from django.utils import timezone

from fiscal.choices import DocumentAction, Outcome, Provider, ReceiptKind
from fiscal.models import FiscalDocument, Receipt
from fiscal.statistics.shapes import SourceReceipt
from fiscal.statistics.sources import source_for
from fiscal.statistics.sources.kassandro_rows import kind_of

SLACK = timedelta(minutes=2)
"""Clocks need not agree, and what was just made need not show at once."""
MOST_MINUTES = timedelta(minutes=30)
"""Nothing that a call made is dated later than this after it."""


@dataclass(frozen=True)
class Found:
    """What the provider has. `candidates`: documents that may be ours; `early`: it is too soon to say that it is not."""

    candidates: list[SourceReceipt] = field(default_factory=list)
    early: bool = False


def look_for(document: FiscalDocument) -> Found:
    """Read the provider's documents of the days concerned. Raises ProviderError."""
    now = timezone.now()
    taken = set(_known(document))
    candidates = [one for one in _since(document, now) if one.key not in taken and _is_it(document, one)]
    return Found(candidates, early=now < document.started_at + SLACK)


def _since(document: FiscalDocument, now: datetime) -> Iterator[SourceReceipt]:
    register = document.register
    begins, ends = document.started_at - SLACK, min(now, document.started_at + MOST_MINUTES) + SLACK
    first, last = (moment.astimezone(register.zone).date() for moment in (begins, ends))
    for page in source_for(register.connection).pages(register, first, last):
        yield from (one for one in page.receipts if begins <= one.issued_at <= ends)


def _known(document: FiscalDocument) -> Iterator[str]:
    """Documents that are known to be others: of other attempts, or seen before this one began."""
    others = FiscalDocument.objects.filter(register=document.register, outcome=Outcome.DONE).exclude(pk=document.pk)
    yield from others.exclude(remote_id="").values_list("remote_id", flat=True)
    earlier = Receipt.objects.filter(register=document.register, first_seen_at__lt=document.started_at)
    yield from earlier.filter(day__gte=document.started_at.date() - timedelta(days=1)).values_list("key", flat=True)


def _is_it(document: FiscalDocument, receipt: SourceReceipt) -> bool:
    if document.action == DocumentAction.VOID:
        return receipt.kind == ReceiptKind.VOID and abs(receipt.total) == _voided_amount(document, receipt)
    if document.register.provider == Provider.DATACASH:
        lines = document.request.get("elementiContabili")
        return receipt.kind == ReceiptKind.SALE and receipt.total == _total(lines, "prezzoLordo", "quantita")
    if receipt.kind != kind_of(str(document.request.get("type", "standard"))):
        return False
    lines = document.request.get("items")
    names = [str(line.get("name")) for line in lines or () if isinstance(line, dict)]
    return receipt.total == _total(lines, "unitPrice", "quantity") and [item[0] for item in receipt.items] == names


def _voided_amount(document: FiscalDocument, receipt: SourceReceipt) -> int:
    sale = Receipt.objects.filter(register=document.register, key=document.request.get("idtrx", ""))
    total = sale.values_list("total", flat=True).first()
    return abs(receipt.total) if total is None else abs(total)


def _total(lines: Any, price: str, quantity: str) -> int:
    """Cents of what was asked for; -1 if that cannot be told, which matches nothing that was sold."""
    try:
        amounts = [
            Decimal(str(line[price])) * Decimal(str(line.get(quantity, 1))) - Decimal(str(line.get("scontoLordo") or 0))
            for line in lines
            if line.get("omaggioElemento") is not True
        ]
    except (TypeError, KeyError, AttributeError, InvalidOperation):
        return -1
    return sum(int((amount * 100).to_integral_value(ROUND_HALF_UP)) for amount in amounts)
