"""F67: whatever receipts there are, the parts of a day add up to its turnover, and the trees to their days.

Austrian receipts come as a source gives them, Italian ones as DataCash's documents, read by the reader of its rows. What
the day should be is computed here from how each was made, with Decimal and without any of our roll-ups.
"""

from __future__ import annotations

from collections import Counter
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, NamedTuple

from django.db import transaction
from django.db.models import Sum
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fiscal.choices import ReceiptKind
from fiscal.models import DayArticle, DayPayment, DayTotal, DayVat, Register
from fiscal.statistics.ingest import Intake
from fiscal.statistics.rollup import roll_up
from fiscal.statistics.shapes import SourceReceipt
from fiscal.statistics.sources.datacash_rows import DataCashRows
from tests.fiscal.statistics.books import make_organization, make_register, sale
from tests.fiscal.statistics.till import trees_agree

DAYS = (date(2026, 5, 4), date(2026, 5, 5))
COUNTING = ("SALE", "STORNO", "VOID", "RETURN")
AUSTRIAN = ("SALE", "SALE", "STORNO", "TRAINING", "VOUCHER_SALE", "CASH_OUT", "NULL", "MONTH", "UNKNOWN")
ITALIAN = {"V": ("SALE", 1), "A": ("VOID", -1), "R": ("RETURN", -1), "AX": ("UNKNOWN", 1)}
RATES = {"NORMAL": 2000, "REDUCED_1": 1000, "SPECIAL": 1900, "ZERO": 0}
WAYS = ("PC", "PE", "TR", "NR_EF", "NR_PS")


class Made(NamedTuple):
    """A receipt, and what it adds to its day: cents with their sign. `paid`, `lined`: what its parts tell of it."""

    receipt: SourceReceipt | dict[str, Any]
    day: date
    kind: str
    total: int
    paid: int
    lined: int
    uncollected: int


@st.composite
def austrian(draw: st.DrawFn) -> Made:
    """Several rates, lines that are negative (a redeemed voucher, a discount), payments that give change."""
    kind, day = draw(st.sampled_from(AUSTRIAN)), draw(st.sampled_from(DAYS))
    sign = -1 if kind == "STORNO" else 1
    lines = draw(st.lists(st.tuples(st.sampled_from(sorted(RATES)), st.integers(-2_000, 9_999)), max_size=4))
    if kind in {"NULL", "MONTH"}:
        lines = []
    grosses: Counter[str] = Counter()
    for code, cents in lines:
        grosses[code] += sign * abs(cents) if kind == "STORNO" else cents
    total = sum(grosses.values())
    first = draw(st.integers(-500, 9_999))
    split = draw(st.booleans())
    taxes = []
    for code, gross in grosses.items():
        net = int((Decimal(gross) * 10_000 / (10_000 + RATES[code])).to_integral_value(ROUND_HALF_UP))
        taxes.append((code, RATES[code], gross, net, gross - net))
    items = [(f"Artikel {code}", 1_000, gross, RATES[code]) for code, gross in grosses.items()]
    payments = [("BAR", first), ("KARTE", total - first)] if split else [("BAR", total)]
    receipt = sale(day, total, kind=ReceiptKind(kind), payments=payments, taxes=taxes, items=items)
    return Made(receipt._replace(total=total), day, kind, total, total, total, 0)


@st.composite
def italian(draw: st.DrawFn) -> Made:
    """Quantities in thousandths, discounts, gifts, a rest that nobody pays; and documents that tell nothing but a sum."""
    written, day = draw(st.sampled_from(sorted(ITALIAN))), draw(st.sampled_from(DAYS))
    kind, sign = ITALIAN[written]
    lines, total = [], 0
    for _ in range(draw(st.integers(1, 4))):
        price = Decimal(draw(st.integers(1, 9_999))) / 100
        quantity = Decimal(draw(st.integers(1, 5_000))) / 1_000
        gross = int((price * quantity * 100).to_integral_value(ROUND_HALF_UP))
        discount, gift = draw(st.integers(0, gross)), draw(st.booleans()) and draw(st.booleans())
        line = {"aliquotaIVA": draw(st.sampled_from(["22", "10", "4", "N2"])), "descrizioneProdotto": "Articolo"}
        line |= {"prezzoLordo": f"{price:.2f}", "quantita": f"{quantity:.3f}", "scontoLordo": f"{discount / 100:.2f}"}
        lines.append(line | {"omaggioElemento": gift})
        total += 0 if gift else gross - discount
    allowance = draw(st.integers(0, min(total, 5)))
    way, other = draw(st.sampled_from(WAYS)), draw(st.sampled_from(WAYS))
    part = draw(st.integers(0, total - allowance))
    slots = [(way, part), (other, total - allowance - part)]
    minus = "-" if draw(st.booleans()) and sign < 0 else ""
    row: dict[str, Any] = {
        "data": f"{day:%d/%m/%Y} 10:00:00",
        "tipoOperazione": written,
        "ammontareComplessivo": f"{minus}{total / 100:.2f}",
    }
    if draw(st.booleans()):
        return Made(row, day, kind, sign * total, 0, 0, 0)
    row |= {"elementiContabili": lines}
    row |= {"pagamenti": [{"tipo": name, "importo": f"{minus}{cents / 100:.2f}"} for name, cents in slots]}
    waits = sum(cents for name, cents in slots if name.startswith("NR_"))
    return Made(row, day, kind, sign * total, sign * (total - allowance), sign * total, sign * waits)


def take_in(register: Register, made: list[Made]) -> None:
    """Write them as a fill does."""
    rows, receipts = DataCashRows(register), []
    for number, one in enumerate(made):
        named = {"idtrx": f"{register.pk}-{number}", "numeroProgressivo": str(number)}
        receipts.append(rows.receipt({**named, **one.receipt}) if isinstance(one.receipt, dict) else one.receipt)
    with transaction.atomic():
        Intake(register).write(receipts, now=timezone.now())


def summed(model: Any, register: Register, day: date, *columns: str) -> tuple[int, ...]:
    found = model.objects.filter(register=register, day=day).aggregate(**{f"of_{name}": Sum(name) for name in columns})
    return tuple(found[f"of_{name}"] or 0 for name in columns)


def check(register: Register, made: list[Made]) -> None:
    """Every day of a register is what its receipts were made to be."""
    for day in DAYS:
        own = [one for one in made if one.day == day]
        counts = [one for one in own if one.kind in COUNTING]
        totals = DayTotal.objects.filter(register=register, day=day)
        assert dict(totals.values_list("kind", "count")) == Counter(one.kind for one in own)
        turnover = sum(row.total for row in totals if row.kind in COUNTING)
        assert turnover == sum(one.total for one in counts)
        assert sum(row.total for row in totals) == sum(one.total for one in own)
        assert sum(row.uncollected for row in totals) == sum(one.uncollected for one in own)
        unpaid = sum(one.total - one.paid for one in counts)
        unlined = sum(one.total - one.lined for one in counts)
        assert summed(DayPayment, register, day, "total")[0] + unpaid == turnover
        gross, net, tax = summed(DayVat, register, day, "gross", "net", "tax")
        assert (gross + unlined, net + tax) == (turnover, gross)
        assert summed(DayArticle, register, day, "total")[0] + unlined == turnover


class Rollback(Exception):
    """Ends an example's transaction."""


@settings(max_examples=60, deadline=None, database=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(vienna=st.lists(austrian(), max_size=8), milan=st.lists(italian(), max_size=8))
def test_payments_rates_and_articles_add_up_to_turnover_and_trees_to_their_days(db, vienna, milan):
    try:
        with transaction.atomic():
            head = make_organization("Holding")
            registers = [
                make_register(make_organization("Wien", parent=head)),
                make_register(make_organization("Milano", parent=head, country="ITA"), country="ITA"),
            ]
            for register, made in zip(registers, (vienna, milan), strict=True):
                take_in(register, made)
            roll_up(now=timezone.now())
            for register, made in zip(registers, (vienna, milan), strict=True):
                check(register, made)
            trees_agree()
            raise Rollback
    except Rollback:
        pass
