"""What stands around a receipt: the one before and the one after, and what it takes back or is taken back by."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q

from fiscal.choices import ReceiptKind
from fiscal.models import Receipt, Register
from fiscal.queries.receipts.filters import taking_back
from organizations.access import Reach
from organizations.choices import Scope

_TAIL = re.compile(r"^(.*?)([0-9]{1,18})$")
FAR = timedelta(days=62)


@dataclass(frozen=True)
class ReceiptLink:
    """Another receipt, by which it can be opened."""

    receipt_id: int
    number: str
    kind: str
    local: datetime
    total: int


def neighbours(reach: Reach, receipt: Receipt, register: Register) -> tuple[ReceiptLink | None, ReceiptLink | None]:
    """The receipts with the number below and above; where numbers have gaps, the last before and the first after."""
    before, after = _stepped(receipt.number, -1), _stepped(receipt.number, 1)
    rows = Receipt.objects.filter(reach.tree(Scope.TRANSACTIONS), register=register)
    found = {row.number: row for row in rows.filter(number__in=[one for one in (before, after) if one])}
    return (
        _link(found.get(before) or _in_time(rows, receipt, back=True), register),
        _link(found.get(after) or _in_time(rows, receipt, back=False), register),
    )


def related(reach: Reach, receipt: Receipt, register: Register) -> list[ReceiptLink]:
    """The sale that a void or return is of; the voids and returns of a sale."""
    if receipt.related_key:
        rows = Receipt.objects.filter(Q(key=receipt.related_key) | Q(number=receipt.related_key), day__lte=receipt.day)
    elif receipt.kind == ReceiptKind.SALE:
        taken_back = [one for one in {receipt.key, receipt.number} if one]
        rows = taking_back(receipt.day).filter(related_key__in=taken_back)
    else:
        return []
    found = (
        rows.filter(reach.tree(Scope.TRANSACTIONS), register=register)
        .exclude(pk=receipt.pk)
        .order_by("issued_at", "pk")[:10]
    )
    return [link for row in found if (link := _link(row, register))]


def _stepped(number: str, step: int) -> str:
    """The number `step` further, as wide as it was; '' where it ends in no digits or would go below zero."""
    match = _TAIL.match(number)
    if match is None or int(match[2]) + step < 0:
        return ""
    return f"{match[1]}{int(match[2]) + step:0{len(match[2])}d}"


def _in_time(rows: object, receipt: Receipt, *, back: bool) -> Receipt | None:
    way, sign = ("lt", "-") if back else ("gt", "")
    days = (receipt.day - FAR, receipt.day) if back else (receipt.day, receipt.day + FAR)
    beyond = Q(**{f"issued_at__{way}": receipt.issued_at}) | Q(
        **{"issued_at": receipt.issued_at, f"pk__{way}": receipt.pk}
    )
    ordered = rows.filter(beyond, day__range=days)  # type: ignore[attr-defined]
    found: Receipt | None = ordered.order_by(f"{sign}day", f"{sign}issued_at", f"{sign}pk").first()
    return found


def _link(row: Receipt | None, register: Register) -> ReceiptLink | None:
    if row is None:
        return None
    local = row.issued_at.astimezone(register.zone).replace(tzinfo=None)
    return ReceiptLink(row.pk, row.number, str(ReceiptKind(row.kind).label), local, row.total)
