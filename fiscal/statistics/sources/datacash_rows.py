"""Reads DataCash's documents: rows of its list, and whole documents as the webhook brings them.

Contracts "DataCash" (heading 3) and "Documento commerciale" (headings 1 to 3).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime
from functools import partial
from typing import Any

from fiscal.choices import ReceiptKind
from fiscal.models import Register
from fiscal.models.rollup import UNKNOWN_RATE
from fiscal.statistics.shapes import Quarantined, SourceReceipt, fit
from fiscal.statistics.sources.amounts import CENTS, HUNDREDTHS, PARTS, THOUSANDTHS
from fiscal.statistics.sources.people import without_people
from fiscal.statistics.sources.rows import RowsRead, Unreadable, shown
from fiscal.statistics.sources.times import WallClock

KINDS = {"V": ReceiptKind.SALE, "A": ReceiptKind.VOID, "R": ReceiptKind.RETURN}
"""AX and RX were seen and never explained: UNKNOWN, shown apart."""
NEGATIVE = frozenset({ReceiptKind.VOID, ReceiptKind.RETURN})
UNCOLLECTED = frozenset({"NR_EF", "NR_PS", "NR_CS"})
NATURES = frozenset({"N1", "N2", "N3", "N4", "N5", "N6", "N7", "VI"})
_WRITTEN = re.compile(r"([0-9]{2})/([0-9]{2})/([0-9]{4}) ([0-9]{2}):([0-9]{2}):([0-9]{2})")
_KNOWN = frozenset({"descrizioneProdotto", "descrizione", "documentoCommercialeCollegato"})

Tax = tuple[str, int, int, int, int]


class DataCashRows:
    """The reader of one walk over the documents of a partita IVA, in their order."""

    def __init__(self, register: Register) -> None:
        self._currency = register.currency
        self._zone = register.zone
        self._wall = WallClock(register.zone)

    def read(self, rows: Iterable[Any]) -> RowsRead:
        """What the rows say, in their order; those that cannot be read are set aside."""
        read = RowsRead(partial(without_people, known=_KNOWN))
        for row in rows:
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
        """One document. Raises Unreadable.

        Whether voids and returns come with a minus is not known: the amount counts without its sign, and the kind
        gives the sign. Lists have neither payments, taxes nor items; where a document has them, they are read.
        """
        part = "the row"
        try:
            key = _text(row["idtrx"])
            part = "numeroProgressivo"
            number = _text(row["numeroProgressivo"])
            part = "data"
            issued_at, day = self._moment(row["data"])
            part = "tipoOperazione"
            kind = KINDS.get(row["tipoOperazione"].strip().upper(), ReceiptKind.UNKNOWN)
            sign = -1 if kind in NEGATIVE else 1
            part = "ammontareComplessivo"
            total = sign * abs(CENTS[row["ammontareComplessivo"]])
            part = "pagamenti"
            payments = _payments(row.get("pagamenti") or (), sign)
            part = "elementiContabili"
            lines = row.get("elementiContabili") or ()
            items = tuple([_item(line, sign) for line in lines])
            taxes = _taxes(lines, sign)
            part = "documentoCommercialeCollegato"
            related = row.get("documentoCommercialeCollegato")
            related_key = related if isinstance(related, str) else ""
        except KeyError as missing:
            raise Unreadable(f"{part}: {missing} is missing") from None
        except (TypeError, ValueError, AttributeError, OverflowError):
            raise Unreadable(f"{part} cannot be read") from None
        return SourceReceipt(
            key,
            number,
            day,
            issued_at,
            kind,
            total,
            self._currency,
            sum(cents for name, cents in payments if name in UNCOLLECTED),
            payments,
            taxes,
            items,
            related_key=related_key[:100],
        )

    def _moment(self, text: str) -> tuple[datetime, date]:
        found = _WRITTEN.fullmatch(text)
        if found is None:
            raise ValueError("no date")
        day, month, year, hour, minute, second = map(int, found.groups())
        wall = datetime(year, month, day, hour, minute, second)  # noqa: DTZ001 - local time, made a moment in the next line
        return self._wall.moment(wall).astimezone(UTC), wall.date()


def _text(value: object) -> str:
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if not isinstance(value, str) or not 0 < len(value) <= 100:
        raise ValueError("no text")
    return fit(value)


def _payments(slots: Iterable[dict[str, Any]], sign: int) -> tuple[tuple[str, int], ...]:
    """The slots that hold something, by `tipo`: their order differs from call to call."""
    found: dict[str, int] = {}
    for slot in slots:
        name, cents = _text(slot["tipo"]), sign * abs(CENTS[slot["importo"]])
        if cents:
            found[name] = found.get(name, 0) + cents
    return tuple(sorted(found.items()))


def _item(line: dict[str, Any], sign: int) -> tuple[str, int, int, int]:
    quantity = abs(THOUSANDTHS[line["quantita"]]) * sign
    return str(line["descrizioneProdotto"])[:200], quantity, sign * _gross(line), _rate(line)[1]


def _gross(line: dict[str, Any]) -> int:
    """Cents of a line with VAT; a gift counts nothing."""
    if line.get("omaggioElemento") is True:
        return 0
    if "totale" in line:
        return abs(PARTS[line["totale"]])
    price, quantity = PARTS[line["prezzoLordo"]], THOUSANDTHS[line["quantita"]]
    discount = PARTS[line["scontoLordo"]] if line.get("scontoLordo") else 0
    return (abs(price * quantity) + 500) // 1000 - abs(discount)


def _rate(line: dict[str, Any]) -> tuple[str, int]:
    """Code and rate of a line: "22" is 22 %, a natura has no VAT."""
    code = _text(line["aliquotaIVA"])[:20]
    if code in NATURES:
        return code, 0
    return code, HUNDREDTHS[code] if code[0].isdigit() else UNKNOWN_RATE


def _taxes(lines: Iterable[dict[str, Any]], sign: int) -> tuple[Tax, ...]:
    """What the lines come to by rate: net and tax are rounded once per rate, half up."""
    gross: dict[tuple[str, int], int] = {}
    for line in lines:
        gross[_rate(line)] = gross.get(_rate(line), 0) + _gross(line)
    found = []
    for (code, rate), cents in sorted(gross.items()):
        whole = 10_000 + max(rate, 0)
        net = (20_000 * cents + whole) // (2 * whole)
        found.append((code, rate, sign * cents, sign * net, sign * (cents - net)))
    return tuple(found)
