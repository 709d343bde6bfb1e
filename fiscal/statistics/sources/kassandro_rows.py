"""Reads Kassandro's rows. Every field name here is an assumption (contract "Kassandro", heading 3)."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import Any

from fiscal.choices import ReceiptKind
from fiscal.models import Register
from fiscal.models.rollup import UNKNOWN_RATE
from fiscal.statistics.rates import field_of, rate_of
from fiscal.statistics.shapes import Quarantined, SourceReceipt, fit
from fiscal.statistics.sources.amounts import CENTS, HUNDREDTHS, PARTS, THOUSANDTHS
from fiscal.statistics.sources.people import without_people
from fiscal.statistics.sources.rows import RowsRead, Unreadable, shown
from fiscal.statistics.sources.times import WallClock

KINDS = {
    "standard": ReceiptKind.SALE,
    "storno": ReceiptKind.STORNO,
    "training": ReceiptKind.TRAINING,
    "start": ReceiptKind.START,
    "null": ReceiptKind.NULL,
    "month": ReceiptKind.MONTH,
    "year": ReceiptKind.YEAR,
    "closing": ReceiptKind.CLOSING,
    "collective": ReceiptKind.COLLECTIVE,
    "cashout": ReceiptKind.CASH_OUT,
    "vouchersale": ReceiptKind.VOUCHER_SALE,
    # As RKSV calls them.
    "standardbeleg": ReceiptKind.SALE,
    "stornobeleg": ReceiptKind.STORNO,
    "trainingsbeleg": ReceiptKind.TRAINING,
    "startbeleg": ReceiptKind.START,
    "nullbeleg": ReceiptKind.NULL,
    "monatsbeleg": ReceiptKind.MONTH,
    "jahresbeleg": ReceiptKind.YEAR,
    "schlussbeleg": ReceiptKind.CLOSING,
    "sammelbeleg": ReceiptKind.COLLECTIVE,
    "kassaausgang": ReceiptKind.CASH_OUT,
}
"""By type without case, spaces, hyphens and underscores. Anything else is UNKNOWN, and in no turnover."""

FAILED_UNIT = "U2ljaGVyaGVpdHNlaW5yaWNodHVuZyBhdXNnZWZhbGxlbg"
"""The third part of a JWS whose signature unit had failed (contract "RKSV", heading 3)."""

_ROW = frozenset("receiptNumber cashRegisterId date type total taxes payments items user signature".split())
_ITEM = frozenset("articleId name quantity unitPrice taxRate total".split())
_PARTS = {
    "items": _ITEM,
    "payments": frozenset({"methodId", "name", "amount"}),
    "taxes": frozenset({"rate", "field", "gross", "net", "tax"}),
}
_KNOWN = frozenset({"name"})
_SEPARATORS = re.compile(r"[\s_-]+")


class KassandroRows:
    """The reader of one walk over one register's receipts, in their order: it remembers what the doubled hour needs."""

    def __init__(self, register: Register) -> None:
        self._zone = register.zone
        self._region = register.region
        self._currency = register.currency
        self._wall = WallClock(register.zone)

    def read(self, rows: Iterable[Any]) -> RowsRead:
        """What the rows say, in their order; those that cannot be read are set aside."""
        read = RowsRead(without_person)
        for row in self._in_order(list(rows)):
            try:
                receipt = self.receipt(row)
            except Unreadable as fault:
                read.quarantined.append(Quarantined(str(fault), shown(row, _KNOWN)))
                if isinstance(row, dict):
                    read.unread.append(without_people(row, _KNOWN))
            else:
                read.receipts.append(receipt)
                read.sent.append(row)
        return read

    def receipt(self, row: Any) -> SourceReceipt:
        """One receipt. Raises Unreadable."""
        part = "the row"
        try:
            number = _number(row["receiptNumber"])
            part = "date"
            issued_at, day = self._moment(row["date"])
            part = "total"
            total = CENTS[row["total"]]
            part = "type"
            kind = kind_of(row["type"])
            part = "payments"
            payments = tuple([(one["name"][:100], CENTS[one["amount"]]) for one in row.get("payments") or ()])
            part = "taxes"
            taxes = tuple([self._tax(one, day) for one in row.get("taxes") or ()])
            part = "items"
            # Here the time of a page goes: no call per item but the lookups.
            items = tuple(
                [
                    (
                        item["name"][:200],
                        THOUSANDTHS[item["quantity"]],
                        PARTS[item["total"]],
                        HUNDREDTHS[item["taxRate"]],
                    )
                    for item in row.get("items") or ()
                ]
            )
            part = "signature"
            jws, failed = _signature(row.get("signature"))
        except KeyError as missing:
            raise Unreadable(f"{part}: {missing} is missing") from None
        except (TypeError, ValueError, AttributeError, OverflowError):
            raise Unreadable(f"{part} cannot be read") from None
        return SourceReceipt(
            number, number, day, issued_at, kind, total, self._currency, 0, payments, taxes, items, jws, failed
        )

    def _moment(self, text: str) -> tuple[datetime, date]:
        parsed = datetime.fromisoformat(text)
        if parsed.tzinfo is None:
            return self._wall.moment(parsed), parsed.date()
        return parsed.astimezone(UTC), parsed.astimezone(self._zone).date()

    def _tax(self, one: dict[str, Any], day: date) -> tuple[str, int, int, int, int]:
        if "rate" in one:
            rate = HUNDREDTHS[one["rate"]]
            field = field_of(rate, day)
        else:
            field = one["field"][:20]
            rate = rate_of(field, day, self._region)
        gross = CENTS[one["gross"]]
        if "net" not in one:
            net = gross * 10_000 // (10_000 + rate) if rate != UNKNOWN_RATE else gross
            return field, rate, gross, net, gross - net
        net = PARTS[one["net"]]
        return field, rate, gross, net, PARTS[one["tax"]] if "tax" in one else gross - net

    def _in_order(self, rows: list[Any]) -> list[Any]:
        """The rows as the register made them, where that decides something: among naive times of the doubled hour."""
        doubled = [index for index, row in enumerate(rows) if self._is_doubled(row)]
        if len(doubled) < 2:
            return rows
        ordered = sorted((rows[index] for index in doubled), key=_by_number)
        for index, row in zip(doubled, ordered, strict=True):
            rows[index] = row
        return rows

    def _is_doubled(self, row: Any) -> bool:
        text = row.get("date") if isinstance(row, dict) else None
        # Clocks are put back in the small hours of a Sunday in October: nothing else is looked at.
        if not isinstance(text, str) or text[5:8] != "10-" or text[11:13] not in {"02", "01"}:
            return False
        try:
            parsed = datetime.fromisoformat(text)
        except ValueError:
            return False
        return parsed.tzinfo is None and self._wall.is_doubled(parsed)


def kind_of(text: str) -> ReceiptKind:
    """The kind that a type's name means. Raises TypeError for what is no text."""
    known = KINDS.get(text)
    return known or KINDS.get(_SEPARATORS.sub("", text.lower()), ReceiptKind.UNKNOWN)


def without_person(row: dict[str, Any]) -> dict[str, Any]:
    """The row as it is kept: without the cashier, and without whatever else may name somebody."""
    if not row.keys() <= _ROW or not _has_known_parts(row):
        kept: dict[str, Any] = without_people(row, _KNOWN)
        return kept
    kept = row.copy()
    kept.pop("user", None)
    return kept


def _has_known_parts(row: dict[str, Any]) -> bool:
    for name, fields in _PARTS.items():
        for part in row.get(name) or ():
            if not part.keys() <= fields:
                return False
    return True


def _number(value: object) -> str:
    text = str(value) if isinstance(value, int) else value
    if not isinstance(text, str) or not 0 < len(text) <= 100:
        raise Unreadable("a receipt without a number")
    return fit(text)


def _by_number(row: dict[str, Any]) -> tuple[int, str]:
    number = str(row.get("receiptNumber"))
    return (int(number), "") if number.isdecimal() else (0, number)


def _signature(signature: dict[str, Any] | None) -> tuple[str, bool]:
    """The compact JWS, and whether the signature unit had failed."""
    if not signature:
        return "", False
    jws = signature.get("jws") or ""
    return jws, signature.get("signatureDeviceDamaged") is True or jws.endswith(FAILED_UNIT)


def serial_in(jws: str) -> str:
    """The Kassen-ID that a signed receipt names (contract "RKSV", heading 2), or "" for what is none."""
    try:
        payload = jws.split(".")[1]
        fields = base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)).decode().split("_")
    except (IndexError, ValueError):
        return ""
    return fields[2] if len(fields) == 13 and not fields[0] else ""
