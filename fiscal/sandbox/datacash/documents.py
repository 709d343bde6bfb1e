"""Receipts as the sandbox knows them: kinds, payments, VAT rates and the arithmetic (documento-commerciale.md 2 and 3).

Amounts are cents and never negative: the sign belongs to the kind. Quantities are hundredths (150 is 1.50).
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import Any, NamedTuple

KINDS = ("V", "A", "R", "AX", "RX")
SIGNS = {"V": 1, "A": -1, "R": -1}  # AX and RX are shown apart: nobody has explained them
PAYMENTS = ("PC", "PE", "TR", "NR_EF", "NR_PS", "NR_CS")
COLLECTED = ("PC", "PE", "TR")
RATES = ("4", "5", "10", "22")
OTHER_RATES = ("2", "6.4", "7", "7.3", "7.5", "7.65", "7.95", "8.3", "8.5", "8.8", "9.5", "12.3")
NATURES = ("N1", "N2", "N3", "N4", "N5", "N6")
PLACES = Decimal("0.00000001")


class Line(NamedTuple):
    """One line. price: gross price of one piece; total: price x quantity - discount, 0 for a gift."""

    description: str
    rate: str
    price: int
    quantity: int
    discount: int
    gift: bool
    total: int


class Document(NamedTuple):
    """One receipt.

    at:           when it became fiscal, unix seconds: the date that counts
    seen_at:      from when on the cloud knows it (devices synchronise late)
    allowance:    sconto a pagare: payments + allowance = total
    device:       "" when it came through the interface
    parent:       the idtrx of the sale that this one voids or takes back
    temporary_id: set on a sale whose fiscalisation was deferred; sold_at is then earlier than `at`
    rare:         an A or R that is written AX or RX when the switch rare_kinds is on
    """

    idtrx: str
    number: str
    kind: str
    at: int
    seen_at: float
    total: int
    lines: tuple[Line, ...]
    payments: tuple[tuple[str, int], ...]
    allowance: int = 0
    device: str = ""
    parent: str = ""
    sold_at: int = 0
    temporary_id: str = ""
    rare: bool = False

    def plain(self) -> dict[str, Any]:
        """Plain data, for callers outside of this process too."""
        lines = [line._asdict() for line in self.lines]
        return {**self._asdict(), "lines": lines, "payments": [list(payment) for payment in self.payments]}

    @classmethod
    def read(cls, plain: dict[str, Any]) -> Document:
        """The document that `plain` was made of."""
        lines = tuple(Line(**line) for line in plain["lines"])
        payments = tuple((kind, cents) for kind, cents in plain["payments"])
        return cls(**{**plain, "lines": lines, "payments": payments})


def line(
    description: str, rate: str, price: int, quantity: int = 100, discount: int = 0, *, gift: bool = False
) -> Line:
    """A line with its total in whole cents, half up."""
    gross = (price * quantity + 50) // 100
    return Line(description, rate, price, quantity, discount, gift, 0 if gift else gross - discount)


def number(year: int, day_of_year: int, index: int, lane: int) -> str:
    """DCW<year>/dddd-dddd from one counter that all merchants share, so that no merchant sees it without gaps."""
    counter = day_of_year * 270_000 + index * 270 + lane
    return f"DCW{year}/{counter // 10_000:04d}-{counter % 10_000:04d}"


def percent(rate: str) -> Decimal:
    """The VAT rate as a number; 0 for a natura."""
    return Decimal(0) if rate.startswith("N") else Decimal(rate)


def fiscal_line(item: Line) -> dict[str, Any]:
    """The line with all derived amounts, 8 decimals, rounded only at the end."""
    divisor = 1 + percent(item.rate) / 100
    quantity, gross, discount = (Decimal(value) / 100 for value in (item.quantity, item.price, item.discount))
    taxable = gross / divisor * quantity
    net = taxable - discount / divisor
    derived = {
        "prezzoUnitario": gross / divisor,
        "scontoUnitario": discount / divisor,
        "imponibile": taxable,
        "imponibileNetto": net,
        "importoIVA": net * percent(item.rate) / 100,
    }
    return {
        "descrizioneProdotto": item.description,
        "aliquotaIVA": item.rate,
        "quantita": f"{quantity:.2f}",
        "prezzoLordo": f"{gross:.2f}",
        "scontoLordo": f"{discount:.2f}",
        "omaggioElemento": item.gift,
        **{name: f"{value.quantize(PLACES, ROUND_HALF_UP):f}" for name, value in derived.items()},
        "totale": f"{Decimal(item.total) / 100:.2f}",
    }


def taxable(lines: tuple[Line, ...]) -> tuple[int, int]:
    """Net amount and VAT of some lines in cents, worked out per rate."""
    gross: dict[str, int] = {}
    for item in lines:
        gross[item.rate] = gross.get(item.rate, 0) + item.total
    net = sum(
        int((cents / (1 + percent(rate) / 100)).to_integral_value(ROUND_HALF_UP)) for rate, cents in gross.items()
    )
    return net, sum(gross.values()) - net


def euros(cents: int) -> str:
    """12.50 for 1250: a JSON number as well as a text."""
    sign, cents = ("-", -cents) if cents < 0 else ("", cents)
    return f"{sign}{cents // 100}.{cents % 100:02d}"
