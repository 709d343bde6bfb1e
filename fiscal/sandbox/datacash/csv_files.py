"""The two CSV files of the cloud pages. Layouts and dialects are ours (contract section 4), not the vendor's."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from fiscal.sandbox.datacash import days, totals
from fiscal.sandbox.datacash.documents import NATURES, PAYMENTS, RATES
from fiscal.sandbox.datacash.rules import DataCashRules

PAYMENT_NAMES = {
    "PC": "Contanti",
    "PE": "Elettronico",
    "TR": "Ticket restaurant",
    "NR_EF": "Non riscosso fattura",
    "NR_PS": "Non riscosso servizi",
    "NR_CS": "Non riscosso beni",
}
DAILY = ("data", "documenti", "annulli", "resi", "totale")
BLOCKS = (
    ("Totale incassato per giornata", DAILY),
    ("Totale incassato per metodo di pagamento", ("metodo di pagamento", "totale")),
    ("Totale incassato per aliquota IVA", ("aliquota IVA", "totale")),
    ("Quantità venduta per elemento", ("elemento", "quantità")),
)
LONG = ("sezione", "chiave", "quantita", "importo")
Row = Iterable[str]


@dataclass(frozen=True)
class Dialect:
    """How a file is written: a Python codec, the delimiter, and the marks in amounts."""

    encoding: str = "utf-8-sig"
    delimiter: str = ";"
    decimal: str = ","
    thousands: str = ""

    @classmethod
    def of(cls, rules: DataCashRules, **changes: str) -> Dialect:
        """The dialect that is switched on, with some of its values changed for one file; ValueError if it is none."""
        values = {"encoding": rules.csv_encoding, "delimiter": rules.csv_delimiter}
        values |= {"decimal": rules.csv_decimal, "thousands": rules.csv_thousands, **changes}
        if values["decimal"] == values["thousands"]:
            raise ValueError("Decimals and thousands cannot have the same mark.")
        return cls(**values)

    def amount(self, hundredths: int) -> str:
        """1.234,50 for 123450: an amount in cents, or a quantity."""
        whole, rest = divmod(abs(hundredths), 100)
        grouped = f"{whole:,}".replace(",", self.thousands)
        return f"{'-' if hundredths < 0 else ''}{grouped}{self.decimal}{rest:02d}"

    def file(self, rows: Iterable[Row]) -> bytes:
        """The rows as a file."""
        text = io.StringIO()
        csv.writer(text, delimiter=self.delimiter, lineterminator="\r\n").writerows(rows)
        return text.getvalue().encode(self.encoding, "replace")


def daily(sums: Mapping[str, totals.Day], dialect: Dialect) -> bytes:
    """Write “Aggregati giornalieri”: one row per day, with columns per payment and VAT rate."""
    rates = (*RATES, *sorted(_strange_rates(sums.values())), *NATURES)
    head = [*DAILY, *(PAYMENT_NAMES[way].lower() for way in PAYMENTS), "sconto a pagare", *map(_rate_name, rates)]
    rows = [
        [
            *_day_row(day, values, dialect),
            *(dialect.amount(values["payments"].get(way, 0)) for way in PAYMENTS),
            dialect.amount(values["allowances"]),
            *(dialect.amount(values["vat"].get(rate, 0)) for rate in rates),
        ]
        for day, values in sums.items()
    ]
    return dialect.file([head, *rows])


def statistics(sums: Mapping[str, totals.Day], dialect: Dialect, layout: str) -> bytes:
    """Write “Esporta statistiche”: the four charts as blocks, or as one long table."""
    whole = totals.together(sums.values())
    return dialect.file(_long(sums, whole, dialect) if layout == "long" else _blocks(sums, whole, dialect))


def _blocks(sums: Mapping[str, totals.Day], whole: totals.Day, dialect: Dialect) -> list[Row]:
    bodies: tuple[list[Row], ...] = (
        [_day_row(day, values, dialect) for day, values in sums.items()],
        [(PAYMENT_NAMES[way], dialect.amount(whole["payments"][way])) for way in PAYMENTS if way in whole["payments"]],
        [(_rate_name(rate), dialect.amount(whole["vat"][rate])) for rate in sorted(whole["vat"], key=_rate_order)],
        [(name, dialect.amount(values["quantity"])) for name, values in sorted(whole["items"].items())],
    )
    rows: list[Row] = []
    for (title, head), body in zip(BLOCKS, bodies, strict=True):
        rows += [*([()] if rows else []), (title,), head, *body]
    return rows


def _long(sums: Mapping[str, totals.Day], whole: totals.Day, dialect: Dialect) -> list[Row]:
    rows: list[Row] = [LONG]
    for day, values in sums.items():
        shown = days.written(date.fromisoformat(day))
        rows.append(("giornata", shown, str(_count(values, "V")), dialect.amount(values["net"])))
        for kind, section in (("A", "annulli"), ("R", "resi")):
            cents = values["documents"].get(kind, {"cents": 0})["cents"]
            rows.append((section, shown, str(_count(values, kind)), dialect.amount(cents)))
    rows += [("pagamento", PAYMENT_NAMES[way], "", dialect.amount(cents)) for way, cents in whole["payments"].items()]
    rows += [("aliquota", _rate_name(rate), "", dialect.amount(cents)) for rate, cents in whole["vat"].items()]
    rows += [
        ("elemento", name, dialect.amount(values["quantity"]), dialect.amount(values["cents"]))
        for name, values in sorted(whole["items"].items())
    ]
    return rows


def _day_row(day: str, values: totals.Day, dialect: Dialect) -> list[str]:
    counts = [str(_count(values, kind)) for kind in ("V", "A", "R")]
    return [days.written(date.fromisoformat(day)), *counts, dialect.amount(values["net"])]


def _count(values: dict[str, Any], kind: str) -> int:
    return int(values["documents"].get(kind, {"count": 0})["count"])


def _strange_rates(sums: Iterable[totals.Day]) -> set[str]:
    return {rate for day in sums for rate in day["vat"]} - {*RATES, *NATURES}


def _rate_name(rate: str) -> str:
    return rate if rate.startswith("N") else f"IVA {rate.replace('.', ',')}%"


def _rate_order(rate: str) -> tuple[bool, float, str]:
    natura = rate.startswith("N")
    return natura, 0.0 if natura else float(rate), rate
