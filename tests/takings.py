"""Roll-ups as they would be made from receipts, written down directly, so that pages of figures have figures to show."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, date, datetime, time, timedelta
from itertools import count
from typing import Any

from django.db import connection
from django.utils import timezone

from fiscal.choices import ConnectionKind, FillState, PaymentCategory, ReceiptKind
from fiscal.models import (
    Connection,
    DayArticle,
    DayPayment,
    DayTotal,
    DayVat,
    FillDay,
    PaymentMethod,
    Register,
)
from organizations.models import Organization
from tests.fiscal.statistics.books import make_connection, make_register

TREES = {
    "total": ("kind, currency", "count, total, uncollected"),
    "vat": ("country_code, code, rate", "gross, net, tax"),
    "article": ("name", "quantity, total"),
}


class Takings:
    """Collects days of registers, and writes them with `write`."""

    def __init__(self) -> None:
        self.rows: dict[type, list] = defaultdict(list)
        self.methods: dict[tuple[int, str], PaymentMethod] = {}
        self.numbers = count(1)

    def connection(self, organization: Organization, *, italian: bool = False, **fields: object) -> Connection:
        """An Austrian account, or an Italian customer's files."""
        usual: dict[str, object] = {"name": f"Source {next(self.numbers)}"}
        usual |= {"kind": ConnectionKind.FILES, "vat_number": ""} if italian else {}
        return make_connection(organization, country="ITA" if italian else "AUT", **{**usual, **fields})

    def register(
        self,
        organization: Organization,
        name: str = "",
        *,
        source: Connection | None = None,
        italian: bool = False,
        **fields: Any,
    ) -> Register:
        """A register that stands in the organization, since BEGINNING unless told otherwise."""
        source = source or self.connection(organization, italian=italian)
        usual = {"name": name or f"Till {next(self.numbers)}"}
        return make_register(organization, country=source.country_code, connection=source, **{**usual, **fields})

    def day(
        self,
        register: Register,
        day: date,
        *,
        sales: int = 0,
        cents: int = 0,
        kinds: dict[ReceiptKind, tuple[int, int]] | None = None,
        uncollected: int = 0,
        payments: dict[str, int] | None = None,
        rates: dict[tuple[str, int], int] | None = None,
        articles: dict[str, tuple[int, int]] | None = None,
        state: FillState = FillState.DONE,
        organization: Organization | None = None,
        currency: str = "EUR",
    ) -> None:
        """One filled day: `sales` receipts of `cents` together, other kinds beside them, and the parts."""
        where = {"organization_id": (organization or register.organization).pk, "register": register, "day": day}
        as_of = datetime.combine(day + timedelta(1), time(5, 10), UTC)
        as_of = min(as_of, timezone.now() - timedelta(minutes=5))
        self.rows[FillDay].append(FillDay(register=register, day=day, state=state, as_of=as_of, receipts=sales))
        every = {**({ReceiptKind.SALE: (sales, cents)} if sales else {}), **(kinds or {})}
        for kind, (number, total) in every.items():
            open_ = uncollected if kind == ReceiptKind.SALE else 0
            row = DayTotal(**where, kind=kind, count=number, total=total, uncollected=open_, currency=currency)
            self.rows[DayTotal].append(row)
        for name, total in (payments or {}).items():
            self.rows[DayPayment].append(DayPayment(**where, method=self.method(register, name), total=total))
        for (code, rate), gross in (rates or {}).items():
            net = gross * 10000 // (10000 + rate)
            parts = {"code": code, "rate": rate, "gross": gross, "net": net, "tax": gross - net}
            self.rows[DayVat].append(DayVat(**where, country_code=register.country_code, **parts))
        for name, (quantity, total) in (articles or {}).items():
            self.rows[DayArticle].append(DayArticle(**where, name=name, quantity=quantity, total=total))

    def method(self, register: Register, name: str) -> PaymentMethod:
        """A payment method; what the usual names mean is said, the others stay unmapped."""
        key = (register.pk, name)
        if key not in self.methods:
            meaning = {"Bar": PaymentCategory.CASH, "Contanti": PaymentCategory.CASH, "Karte": PaymentCategory.CARD}
            category = meaning.get(name, PaymentCategory.UNMAPPED)
            self.methods[key] = PaymentMethod.objects.create(
                organization=register.organization, register=register, name=name, category=category
            )
        return self.methods[key]

    def write(self) -> None:
        """Store what was collected, and the sums over trees anew."""
        for model, rows in self.rows.items():
            model.objects.bulk_create(rows, batch_size=1000)
        self.rows.clear()
        sum_trees()


def sum_trees() -> None:
    """Every `Tree…` table from its `Day…` table, in SQL."""
    head = "SELECT COALESCE(o.parent_id, o.id) AS head_id, t.day"
    source = "JOIN organizations_organization o ON o.id = t.organization_id"
    with connection.cursor() as cursor:
        for name, (keys, sums) in TREES.items():
            cursor.execute(f"DELETE FROM fiscal_tree{name}")
            summed = ", ".join(f"sum({'t.' + each.strip()})" for each in sums.split(","))
            keyed = ", ".join(f"t.{each.strip()}" for each in keys.split(","))
            cursor.execute(
                f"INSERT INTO fiscal_tree{name} (head_id, day, {keys}, {sums}) {head}, {keyed}, {summed}"
                f" FROM fiscal_day{name} t {source} GROUP BY COALESCE(o.parent_id, o.id), t.day, {keyed}"
            )
        cursor.execute("DELETE FROM fiscal_treepayment")
        cursor.execute(
            f"INSERT INTO fiscal_treepayment (head_id, day, name, category, total) {head}, m.name, m.category,"
            f" sum(t.total) FROM fiscal_daypayment t {source} JOIN fiscal_paymentmethod m ON m.id = t.method_id"
            " GROUP BY COALESCE(o.parent_id, o.id), t.day, m.name, m.category"
        )
