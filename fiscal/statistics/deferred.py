"""Deferred fiscalisation: sales that are not fiscal yet, and the documents they become (contract "DataCash", heading 2).

A pending sale is a receipt of its own kind under its temporary id: counted apart, in no turnover (trap 18). It ends when
the fiscal document that a delivery of the webhook has named was read from the provider, and never by the delivery alone.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from django.db import transaction

from fiscal.choices import DocumentAction, Outcome, Provider, ReceiptKind
from fiscal.models import FiscalDocument, Receipt, WebhookDelivery
from fiscal.statistics.ingest import Intake, mark_dirty
from fiscal.statistics.shapes import SourceReceipt
from fiscal.statistics.windows import local_day

NEAR = timedelta(days=3)
"""A document is looked for around the day that was named."""
FAR = timedelta(days=40)
"""And around the delivery, if none was."""
PATIENCE = timedelta(days=92)
"""A delivery whose document never showed is no longer looked for."""


def settle_deliveries(*, now: datetime) -> int:
    """Put fiscal documents that were read in the place of the pending sales they come from. Gives how many.

    Safe to do twice, and to do while a fill reads: what is not there yet is looked for the next time.
    """
    done = 0
    waiting = WebhookDelivery.objects.filter(settled_at=None, received_at__gt=now - PATIENCE).exclude(remote_id="")
    for delivery in waiting.select_related("connection").order_by("pk"):
        with transaction.atomic():
            done += _settle(delivery, now)
    return done


def _settle(delivery: WebhookDelivery, now: datetime) -> bool:
    middle = delivery.day or delivery.received_at.date()
    around = NEAR if delivery.day else FAR
    near = {"register__connection": delivery.connection, "day__range": (middle - around, middle + around)}
    fiscal = Receipt.objects.filter(**near, key=delivery.remote_id, removed_at=None).exclude(kind=ReceiptKind.PENDING)
    found = fiscal.values_list("number", flat=True).first()
    if found is None:
        return False
    earlier = (middle - FAR, middle + NEAR)
    pending = Receipt.objects.filter(
        register__connection=delivery.connection,
        day__range=earlier,
        key=delivery.temporary_id,
        kind=ReceiptKind.PENDING,
        removed_at=None,
    )
    for receipt in pending:
        Receipt.objects.filter(pk=receipt.pk, day=receipt.day).update(removed_at=now)
        mark_dirty(receipt.register_id, {receipt.day}, now=now)
    _emitted(delivery).update(remote_id=delivery.remote_id, number=found)
    WebhookDelivery.objects.filter(pk=delivery.pk).update(settled_at=now)
    return True


def _emitted(delivery: WebhookDelivery) -> Any:
    """What somebody here had DataCash emit under this temporary id."""
    return FiscalDocument.objects.filter(
        register__connection=delivery.connection, remote_id=delivery.temporary_id, number=""
    )


def note_pending(*, now: datetime) -> int:
    """Count apart what was emitted here while the tax agency was down. Gives how many sales became known as pending."""
    documents = FiscalDocument.objects.filter(
        action=DocumentAction.EMIT,
        outcome=Outcome.DONE,
        number="",
        register__provider=Provider.DATACASH,
        started_at__gt=now - FAR,
    ).exclude(remote_id="")
    noted = 0
    for document in documents.select_related("register__connection"):
        register = document.register
        receipt = SourceReceipt(
            key=document.remote_id,
            number=document.remote_id,
            day=local_day(document.started_at, register.zone),
            issued_at=document.started_at,
            kind=ReceiptKind.PENDING,
            total=_total(document.request.get("elementiContabili") or ()),
            currency=register.currency,
        )
        with transaction.atomic():
            if not _is_over(document):
                noted += len(Intake(register).write([receipt], now=now).fresh)
    return noted


def _is_over(document: FiscalDocument) -> bool:
    """Whether the sale was noted before, or its document was read already."""
    known = Receipt.objects.filter(register=document.register, key=document.remote_id)
    if known.filter(day__gte=document.started_at.date() - NEAR).exists():
        return True
    settled = WebhookDelivery.objects.exclude(settled_at=None)
    return settled.filter(connection=document.register.connection, temporary_id=document.remote_id).exists()


def _total(lines: Iterable[dict[str, Any]]) -> int:
    """Cents of what was asked for: gifts count nothing (contract "Documento commerciale", heading 2)."""
    total = Decimal(0)
    for line in lines:
        if not line.get("omaggioElemento"):
            price, quantity = _number(line.get("prezzoLordo")), _number(line.get("quantita", 1))
            total += price * quantity - _number(line.get("scontoLordo"))
    return int((total * 100).quantize(Decimal(1)))


def _number(value: object) -> Decimal:
    try:
        return Decimal(str(value or 0))
    except InvalidOperation:
        return Decimal(0)
