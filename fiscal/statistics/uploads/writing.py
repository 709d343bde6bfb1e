"""Writes the days of a file: all of them, in the transaction of the caller."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from fiscal.choices import FillSource, FillState
from fiscal.models import (
    DayArticle,
    DayPayment,
    DayTotal,
    DayVat,
    DirtyTree,
    FillDay,
    PaymentMethod,
    Register,
)
from fiscal.statistics.files.headers import folded
from fiscal.statistics.methods import add_methods
from fiscal.statistics.placing import Places
from fiscal.statistics.uploads.plan import WRITTEN, DayPlan, Deed, Detail
from fiscal.statistics.windows import local_day
from organizations.models import Organization

TABLES = {Detail.PAYMENTS: DayPayment, Detail.VAT: DayVat, Detail.ARTICLES: DayArticle}
_SAID = "state source receipts counted as_of closed_at recomputed_at incomplete_since".split()


def write_days(register: Register, plans: Sequence[DayPlan], *, now: datetime) -> list[DayPlan]:
    """Write what the plans say, with the register locked. Gives those that were written."""
    chosen = [one for one in plans if one.deed in WRITTEN]
    if not chosen:
        return []
    writing = _Writing(register, chosen, now)
    writing.write()
    return chosen


class _Writing:
    def __init__(self, register: Register, plans: list[DayPlan], now: datetime) -> None:
        self.register, self.plans, self.now = register, plans, now
        self.places = Places(register)
        self.methods = _methods(
            register,
            {
                (self.places.on(one.day), name)
                for one in plans
                if Detail.PAYMENTS in one.details
                for name in one.figures.payments or {}
            },
        )

    def write(self) -> None:
        whole = [one.day for one in self.plans if one.deed in {Deed.FILL, Deed.REPLACE}]
        totals = [one for one in self.plans if one.deed != Deed.ADD or Detail.KINDS in one.details]
        _delete(DayTotal, self.register, [one.day for one in totals])
        DayTotal.objects.bulk_create([row for one in totals for row in self._totals(one)])
        for detail, table in TABLES.items():
            told = [one for one in self.plans if detail in one.details]
            # A day that gets other totals loses the splits that belonged to the old ones.
            _delete(table, self.register, {*whole, *(one.day for one in told)})
            table.objects.bulk_create([row for one in told for row in self._rows(detail, one)], batch_size=2_000)  # type: ignore[attr-defined]
        self._mark_filled([one for one in self.plans if one.day in set(whole)])
        self._mark_trees([one.day for one in self.plans])

    def _own(self, day: date) -> dict[str, Any]:
        return {"register": self.register, "organization_id": self.places.on(day), "day": day}

    def _totals(self, one: DayPlan) -> list[DayTotal]:
        source, currency = FillSource.FILE, self.register.currency
        return [
            DayTotal(
                **self._own(one.day),
                kind=kind,
                count=known.number,
                total=known.total,
                uncollected=known.uncollected,
                currency=currency,
                source=source,
            )
            for kind, known in one.figures.kinds.items()
        ]

    def _rows(self, detail: Detail, one: DayPlan) -> Iterable[Any]:
        own, figures = self._own(one.day), one.figures
        if detail == Detail.PAYMENTS:
            sums: Counter[PaymentMethod] = Counter()
            for name, cents in (figures.payments or {}).items():
                sums[self.methods[own["organization_id"], name]] += cents
            for method, cents in sums.items():
                yield DayPayment(**own, method=method, total=cents)
        elif detail == Detail.VAT:
            country = self.register.country_code
            for (code, rate), vat in (figures.vat or {}).items():
                yield DayVat(**own, country_code=country, code=code, rate=rate, **vat._asdict())
        else:
            for name, sold in (figures.articles or {}).items():
                yield DayArticle(**own, name=name, quantity=sold.quantity, total=sold.total or 0)

    def _mark_filled(self, plans: list[DayPlan]) -> None:
        today = local_day(self.now, self.register.zone)
        FillDay.objects.bulk_create(
            [self._fill_day(one, today) for one in plans],
            update_conflicts=True,
            unique_fields=["register", "day"],
            update_fields=_SAID,
        )

    def _fill_day(self, one: DayPlan, today: date) -> FillDay:
        """A day that is not over yet stays open, and what its own file calls incomplete is so here."""
        state = one.figures.state
        if one.day >= today:
            state = FillState.OPEN
        elif state == FillState.OPEN:
            state = FillState.INCOMPLETE
        return FillDay(
            register=self.register,
            day=one.day,
            state=state,
            source=FillSource.FILE,
            receipts=one.figures.documents,
            as_of=one.figures.as_of or self.now,
            closed_at=self.now if state == FillState.DONE else None,
            incomplete_since=self.now if state == FillState.INCOMPLETE else None,
        )

    def _mark_trees(self, days: list[date]) -> None:
        """Say that the sums over the trees that hold these days are to be made anew."""
        placed = {day: self.places.on(day) for day in days}
        rows = Organization.objects.filter(pk__in=set(placed.values())).values_list("pk", "parent_id")
        heads = {pk: parent or pk for pk, parent in rows}
        marks = sorted({(heads[place], day) for day, place in placed.items()})
        DirtyTree.objects.bulk_create(
            [DirtyTree(head_id=head, day=day, marked_at=self.now) for head, day in marks],
            update_conflicts=True,
            unique_fields=["head", "day"],
            update_fields=["marked_at"],
        )


def _delete(table: Any, register: Register, days: Iterable[date]) -> None:
    table.objects.filter(register=register, day__in=list(days)).delete()


def _methods(register: Register, used: set[tuple[int, str]]) -> dict[tuple[int, str], PaymentMethod]:
    """The register's payment method for every organization and name; those that are new become known.

    The cloud writes a method with a small letter in one file and with a capital in another: that is one method.
    """
    found = _matched(register, used)
    if new := used - found.keys():
        add_methods(register, new)
        found = _matched(register, used)
    return found


def _matched(register: Register, used: set[tuple[int, str]]) -> dict[tuple[int, str], PaymentMethod]:
    known = list(PaymentMethod.objects.filter(register=register))
    exact = {(row.organization_id, row.name): row for row in known}
    alike = {(row.organization_id, folded(row.name)): row for row in known}
    found = {(place, name): exact.get((place, name)) or alike.get((place, folded(name))) for place, name in used}
    return {place: row for place, row in found.items() if row}
