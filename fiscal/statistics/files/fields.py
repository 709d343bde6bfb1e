"""What the columns of a file may be to us, and the headers that are known to be so."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from fiscal.choices import FileLayout


class Field(StrEnum):
    """One meaning of a column. A header that is not needed means NOT_NEEDED."""

    NOT_NEEDED = ""
    DAY = "day"
    SALES_COUNT = "sales_count"
    VOIDS_COUNT = "voids_count"
    RETURNS_COUNT = "returns_count"
    SALES = "sales"
    VOIDS = "voids"
    RETURNS = "returns"
    NET = "net_turnover"
    UNCOLLECTED = "uncollected"
    PAYMENT = "payment"
    UNPAID = "unpaid"
    ALLOWANCE = "allowance"
    VAT = "vat"
    # One long table
    SECTION = "section"
    KEY = "key"
    COUNT = "count"
    QUANTITY = "quantity"
    AMOUNT = "amount"
    RATE = "vat_rate"
    NET_OF_VAT = "net"
    TAX = "tax"
    # Blocks
    PAYMENT_NAME = "payment_name"
    VAT_NAME = "vat_name"
    ARTICLE = "article"
    # Whose it is
    CURRENCY = "currency"
    COUNTRY = "country"
    REGISTER = "register_id"
    REGISTERS = "registers"
    STATE = "state"
    AS_OF = "as_of"
    # The counter
    KIND = "kind"
    NUMBER = "number"
    DOCUMENT = "document_id"
    VAT_NUMBER = "vat_number"


class About(NamedTuple):
    """How a field is called; `many`: several columns may mean it."""

    label: str | Promise
    many: bool = False


ABOUT: Mapping[Field, About] = {
    Field.DAY: About(_("Day")),
    Field.SALES_COUNT: About(_("Number of sales")),
    Field.VOIDS_COUNT: About(_("Number of voids")),
    Field.RETURNS_COUNT: About(_("Number of returns")),
    Field.SALES: About(_("Sales, before voids and returns")),
    Field.VOIDS: About(_("Voids")),
    Field.RETURNS: About(_("Returns")),
    Field.NET: About(_("Net turnover: sales less voids and returns")),
    Field.UNCOLLECTED: About(_("Not collected, all kinds together")),
    Field.PAYMENT: About(_("Paid by the method that the header names"), many=True),
    Field.UNPAID: About(_("Not collected, by the kind that the header names"), many=True),
    Field.ALLOWANCE: About(_("Discount on payment (sconto a pagare)")),
    Field.VAT: About(_("Turnover at the VAT rate that the header names"), many=True),
    Field.SECTION: About(_("Section of the table")),
    Field.KEY: About(_("Day, payment method, VAT rate or article")),
    Field.COUNT: About(_("Number of documents")),
    Field.QUANTITY: About(_("Quantity")),
    Field.AMOUNT: About(_("Amount")),
    Field.RATE: About(_("VAT rate")),
    Field.NET_OF_VAT: About(_("Amount without VAT")),
    Field.TAX: About(_("VAT")),
    Field.PAYMENT_NAME: About(_("Payment method")),
    Field.VAT_NAME: About(_("VAT rate or natura")),
    Field.ARTICLE: About(_("Article")),
    Field.CURRENCY: About(_("Currency")),
    Field.COUNTRY: About(_("Country")),
    Field.REGISTER: About(_("Id of the register")),
    Field.REGISTERS: About(_("How many registers are summed")),
    Field.STATE: About(_("How complete the day is")),
    Field.AS_OF: About(_("As of")),
    Field.KIND: About(_("Kind of document")),
    Field.NUMBER: About(_("Number of the document")),
    Field.DOCUMENT: About(_("Identifier of the document")),
    Field.VAT_NUMBER: About(_("Partita IVA")),
}

_DAY_FIELDS = (Field.DAY, Field.SALES_COUNT, Field.VOIDS_COUNT, Field.RETURNS_COUNT, Field.NET)
OFFERED: Mapping[FileLayout, tuple[Field, ...]] = {
    FileLayout.DAILY_TOTALS: (
        *_DAY_FIELDS,
        Field.SALES,
        Field.VOIDS,
        Field.RETURNS,
        Field.UNCOLLECTED,
        Field.PAYMENT,
        Field.UNPAID,
        Field.ALLOWANCE,
        Field.VAT,
        Field.CURRENCY,
    ),
    FileLayout.STATISTICS: (
        *_DAY_FIELDS,
        Field.PAYMENT_NAME,
        Field.VAT_NAME,
        Field.ARTICLE,
        Field.QUANTITY,
        Field.AMOUNT,
        Field.SECTION,
        Field.KEY,
    ),
    FileLayout.COUNTER: (Field.DAY, Field.KIND, Field.NUMBER, Field.DOCUMENT, Field.VAT_NUMBER),
}
"""What a person may choose for a column that is not known."""

_IGNORED = Field.NOT_NEEDED
_OWN = {
    "day": Field.DAY,
    "currency": Field.CURRENCY,
    "uncollected": Field.UNCOLLECTED,
}
KNOWN: Mapping[FileLayout, Mapping[str, Field]] = {
    FileLayout.DAILY_TOTALS: {
        "data": Field.DAY,
        "documenti": Field.SALES_COUNT,
        "annulli": Field.VOIDS_COUNT,
        "resi": Field.RETURNS_COUNT,
        "totale": Field.NET,
        "contanti": Field.PAYMENT,
        "elettronico": Field.PAYMENT,
        "ticket restaurant": Field.PAYMENT,
        "non riscosso fattura": Field.UNPAID,
        "non riscosso servizi": Field.UNPAID,
        "non riscosso beni": Field.UNPAID,
        "sconto a pagare": Field.ALLOWANCE,
        **_OWN,
        "state": Field.STATE,
        "sales_count": Field.SALES_COUNT,
        "sales": Field.SALES,
        "voids_count": Field.VOIDS_COUNT,
        "voids": Field.VOIDS,
        "returns_count": Field.RETURNS_COUNT,
        "returns": Field.RETURNS,
        "net_turnover": Field.NET,
        "average_basket": _IGNORED,
        "registers": Field.REGISTERS,
        "registers_filled": _IGNORED,
        "registers_incomplete": _IGNORED,
        "as_of": Field.AS_OF,
    },
    FileLayout.STATISTICS: {
        "sezione": Field.SECTION,
        "chiave": Field.KEY,
        "quantita": Field.QUANTITY,
        "importo": Field.AMOUNT,
        "totale incassato per giornata › data": Field.DAY,
        "totale incassato per giornata › documenti": Field.SALES_COUNT,
        "totale incassato per giornata › annulli": Field.VOIDS_COUNT,
        "totale incassato per giornata › resi": Field.RETURNS_COUNT,
        "totale incassato per giornata › totale": Field.NET,
        "totale incassato per metodo di pagamento › metodo di pagamento": Field.PAYMENT_NAME,
        "totale incassato per metodo di pagamento › totale": Field.AMOUNT,
        "totale incassato per aliquota iva › aliquota iva": Field.VAT_NAME,
        "totale incassato per aliquota iva › totale": Field.AMOUNT,
        "quantità venduta per elemento › elemento": Field.ARTICLE,
        "quantità venduta per elemento › quantità": Field.QUANTITY,
        **_OWN,
        "organization": _IGNORED,
        "organization_id": _IGNORED,
        "register": _IGNORED,
        "register_id": Field.REGISTER,
        "country": Field.COUNTRY,
        "section": Field.SECTION,
        "key": Field.KEY,
        "detail": _IGNORED,
        "vat_rate": Field.RATE,
        "count": Field.COUNT,
        "quantity": Field.QUANTITY,
        "amount": Field.AMOUNT,
        "net": Field.NET_OF_VAT,
        "tax": Field.TAX,
    },
    FileLayout.COUNTER: {
        "data": Field.DAY,
        "tipo": Field.KIND,
        "numero documento": Field.NUMBER,
        "identificativo": Field.DOCUMENT,
        "partita iva": Field.VAT_NUMBER,
    },
}
"""Headers that need no person: those of the layouts that we know, and of our own exports."""

NAMES = {
    "contanti": "Contanti",
    "elettronico": "Elettronico",
    "ticket restaurant": "Ticket restaurant",
    "non riscosso fattura": "Non riscosso fattura",
    "non riscosso servizi": "Non riscosso servizi",
    "non riscosso beni": "Non riscosso beni",
}
"""Payment methods that one file writes with a small letter and another with a capital."""
UNPAID = frozenset({"non riscosso fattura", "non riscosso servizi", "non riscosso beni"})
"""Those of them by which nobody has paid yet (contract "Documento commerciale", 3: NR_EF, NR_PS, NR_CS)."""
