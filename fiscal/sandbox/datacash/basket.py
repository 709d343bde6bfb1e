"""Reads the `document` of /sendDocument/ and checks it by the tax agency's rules (documento-commerciale.md 2 and 3)."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

from fiscal.sandbox.datacash.documents import NATURES, OTHER_RATES, PAYMENTS, RATES, Document, Line, line
from fiscal.sandbox.datacash.wire import Declined

LOTTERY = re.compile(r"[A-Z0-9]{8}")
LONGEST_DESCRIPTION = 1000
SHORT_PAYMENTS = ("PC", "PE", "NR_EF")  # what `pagamento` may be


def read(value: object) -> Document:
    """The sale that the body describes, without id and time; Declined naming the field that does not fit."""
    if not isinstance(value, dict):
        raise _wrong("document", "manca")
    items = value.get("elementiContabili")
    if not isinstance(items, list) or not items:
        raise _wrong("elementiContabili", "è vuoto")
    lines = tuple(_line(item) for item in items)
    total = sum(item.total for item in lines)
    allowance = _cents(value.get("totaleScontiAPagare", 0), "totaleScontiAPagare")
    payments = _payments(value, total - allowance)
    _check_lottery(value.get("codiceLotteria"), total, payments)
    return Document("", "", "V", 0, 0, total, lines, payments, allowance)


def _line(item: Any) -> Line:
    if not isinstance(item, dict):
        raise _wrong("elementiContabili", "non è un elenco di oggetti")
    description = item.get("descrizioneProdotto")
    if not isinstance(description, str) or not 0 < len(description) <= LONGEST_DESCRIPTION:
        raise _wrong("descrizioneProdotto", f"ha da 1 a {LONGEST_DESCRIPTION} caratteri")
    rate = str(item.get("aliquotaIVA"))
    if rate not in (*RATES, *OTHER_RATES, *NATURES):
        raise _wrong("aliquotaIVA", "non è un'aliquota né una natura")
    made = line(
        description,
        rate,
        _cents(item.get("prezzoLordo"), "prezzoLordo"),
        _cents(item.get("quantita", 1), "quantita"),
        _cents(item.get("scontoLordo", 0), "scontoLordo"),
        gift=item.get("omaggioElemento") in (True, "S", "Y"),
    )
    if made.quantity == 0 or made.total < 0:
        raise _wrong("quantita", "e sconto non danno un importo valido")
    return made


def _payments(value: dict[str, Any], due: int) -> tuple[tuple[str, int], ...]:
    given = value.get("pagamenti")
    if given:
        if not isinstance(given, list) or not all(isinstance(slot, dict) for slot in given):
            raise _wrong("pagamenti", "non è un elenco di oggetti")
        slots = [(str(slot.get("tipo")), _cents(slot.get("importo"), "importo")) for slot in given]
    else:
        tickets = value.get("ticketRestaurant") or []
        worth = sum(_cents(ticket.get("importo"), "ticketRestaurant") for ticket in tickets)
        if value.get("pagamento") not in SHORT_PAYMENTS:
            raise _wrong("pagamento", f"è uno di {', '.join(SHORT_PAYMENTS)}")
        slots = [("TR", worth), (str(value["pagamento"]), due - worth)]
    slots = [(kind, cents) for kind, cents in slots if cents]
    if any(kind not in PAYMENTS or cents < 0 for kind, cents in slots):
        raise _wrong("pagamenti", f"tipo è uno di {', '.join(PAYMENTS)}")
    if sum(cents for _, cents in slots) != due:
        raise _wrong("pagamenti", "e sconto a pagare non danno il totale")
    if len(slots) > 1 and any(kind == "NR_EF" for kind, _ in slots):
        raise _wrong("pagamenti", "NR_EF esclude gli altri")
    return tuple(slots)


def _check_lottery(code: object, total: int, payments: tuple[tuple[str, int], ...]) -> None:
    if not code:
        return
    if not isinstance(code, str) or not LOTTERY.fullmatch(code):
        raise _wrong("codiceLotteria", "ha 8 lettere maiuscole o cifre")
    if total < 100 or {kind for kind, _ in payments} != {"PE"}:
        raise _wrong("codiceLotteria", "vale da 1 euro e con pagamento elettronico soltanto")


def _cents(value: object, name: str) -> int:
    """An amount or a quantity with 2 decimals as a whole number of hundredths, half up."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise _wrong(name, "manca o non è un numero")
    try:
        hundredths = (Decimal(str(value)) * 100).to_integral_value(ROUND_HALF_UP)
    except InvalidOperation:
        raise _wrong(name, "non è un numero") from None
    if not 0 <= hundredths < 10**12:
        raise _wrong(name, "è fuori dai limiti")
    return int(hundredths)


def _wrong(name: str, what: str) -> Declined:
    return Declined("EF001", f"{name} {what}")
