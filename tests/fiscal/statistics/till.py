"""Registers at the sandbox's Kassandro, connected to us; and what our figures should be, computed from its books.

`agrees` compares every roll-up with the sandbox's own sums, to the cent: invariant I4.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.utils import timezone

from fiscal import services
from fiscal.models import (
    Connection,
    DayArticle,
    DayPayment,
    DayTotal,
    DayVat,
    DirtyDay,
    DirtyTree,
    FillDay,
    Register,
    TreeArticle,
    TreePayment,
    TreeTotal,
    TreeVat,
    Window,
)
from fiscal.sandbox.app import Sandbox
from organizations.models import Organization
from tests.fiscal.statistics import books

KINDS = {
    "standard": "SALE",
    "storno": "STORNO",
    "training": "TRAINING",
    "start": "START",
    "null": "NULL",
    "month": "MONTH",
    "year": "YEAR",
    "closing": "CLOSING",
    "collective": "COLLECTIVE",
    "cash-out": "CASH_OUT",
    "voucher sale": "VOUCHER_SALE",
}
TURNOVER = {"standard", "storno"}
Figures = dict[Any, Any]


@dataclass
class Till:
    """An account at the sandbox, and our connection to it."""

    sandbox: Sandbox
    organization: Organization
    connection: Connection
    account: int
    registers: list[int] = field(default_factory=list)

    @property
    def stage(self) -> Any:
        return self.sandbox.kassandro

    def turn(self, **later: float) -> Connection:
        """Give the connection a turn now, whenever it was due."""
        Connection.objects.filter(pk=self.connection.pk, status="ACTIVE").update(due_at=timezone.now())
        services.read_connection(self.connection.pk)
        return Connection.objects.get(pk=self.connection.pk)

    def ours(self, remote: int) -> Register:
        return Register.objects.get(connection=self.connection, remote_id=str(remote))


def open_till(sandbox: Sandbox, *, registers: int = 1, opened: date, **facts: Any) -> Till:
    """An account with so many registers that have sold since `opened`, and a connection to it."""
    stage = sandbox.kassandro
    account = stage.make_account("Bäckerei Huber")["id"]
    usual = {"daily": 5, "signed": False, "profile": "bakery"} | facts
    made = [
        stage.make_register(account, f"Kassa {n}", opened_on=opened, **usual)["id"] for n in range(1, registers + 1)
    ]
    organization = books.make_organization("Bäckerei Huber")
    connection = books.make_connection(organization)
    connection.hold(stage.make_api_key(account))
    connection.save()
    return Till(sandbox, organization, connection, account, made)


def wanted(till: Till, first: date, last: date) -> dict[str, Figures]:
    """What each roll-up has to hold, computed from the sandbox's books."""
    figures: dict[str, Figures] = defaultdict(dict)
    for remote in till.registers:
        for text, sums in till.stage.totals(remote, first, last).items():
            place = (remote, date.fromisoformat(text))
            if sums["receipts"]:
                figures["receipts"][place] = sums["receipts"]
            for kind, part in sums["kinds"].items():
                figures["totals"][*place, KINDS[kind]] = (part["count"], part["gross"])
                if kind in TURNOVER:
                    _add_parts(figures, place, part)
    return figures


def _add_parts(figures: dict[str, Figures], place: tuple[int, date], part: dict[str, Any]) -> None:
    for name, cents in part["payments"].items():
        _add(figures["payments"], (*place, name), (cents,))
    for rate, split in part["rates"].items():
        _add(figures["vat"], (*place, round(float(rate) * 100)), (split["gross"], split["net"], split["tax"]))
    for name, sold in part["articles"].items():
        _add(figures["articles"], (*place, name), (sold["quantity"], sold["gross"]))


def _add(figures: Figures, place: tuple[Any, ...], amounts: tuple[int, ...]) -> None:
    before = figures.get(place, (0,) * len(amounts))
    figures[place] = tuple(a + b for a, b in zip(before, amounts, strict=True))


def held(till: Till) -> dict[str, Figures]:
    """What our roll-ups hold, in the same shape."""
    remote = {row.pk: int(row.remote_id) for row in Register.objects.filter(connection=till.connection)}
    figures: dict[str, Figures] = defaultdict(dict)

    def read(name: str, model: Any, columns: str, amounts: str) -> None:
        for register, *rest in model.objects.values_list("register_id", "day", *columns.split(), *amounts.split()):
            place, n = (remote[register], *rest), len(amounts.split())
            _add(figures[name], place[: len(place) - n], place[len(place) - n :])

    read("totals", DayTotal, "kind", "count total")
    read("payments", DayPayment, "method__name", "total")
    read("vat", DayVat, "rate", "gross net tax")
    read("articles", DayArticle, "name", "quantity total")
    for register, day, receipts in FillDay.objects.filter(receipts__gt=0).values_list("register_id", "day", "receipts"):
        figures["receipts"][remote[register], day] = receipts
    return figures


TREES = (
    (TreeTotal, DayTotal, "kind", "kind", "count total"),
    (TreePayment, DayPayment, "name", "method__name", "total"),
    (TreeVat, DayVat, "code rate", "code rate", "gross net tax"),
    (TreeArticle, DayArticle, "name", "name", "quantity total"),
)


def agrees(till: Till, *, days: int = 92) -> None:
    """Assert invariant I4, that nothing is left to do, and that each tree is the sum of its registers."""
    today = timezone.localdate()
    should, do = wanted(till, today - timedelta(days=days), today), held(till)
    for name in ("receipts", "totals", "payments", "vat", "articles"):
        missing = {place: amounts for place, amounts in should[name].items() if do[name].get(place) != amounts}
        more = {place: amounts for place, amounts in do[name].items() if place not in should[name]}
        shown = {place: (amounts, do[name].get(place)) for place, amounts in missing.items()}
        assert (shown, more) == ({}, {}), f"{name}: should and do {shown}, too much {more}"
    assert not Window.objects.filter(state="STARTED").exists()
    assert not DirtyDay.objects.exists()
    assert not DirtyTree.objects.exists()
    trees_agree()


def trees_agree() -> None:
    """Each tree table is the sum of its day table over the organizations below its head."""
    heads = dict(Organization.objects.values_list("pk", "parent_id"))
    for tree, day, tree_columns, day_columns, amounts in TREES:
        sums: Figures = {}
        for organization, *rest in day.objects.values_list(
            "organization_id", "day", *day_columns.split(), *amounts.split()
        ):
            n = len(amounts.split())
            _add(sums, (heads[organization] or organization, *rest[:-n]), tuple(rest[-n:]))
        found: Figures = {}
        for row in tree.objects.values_list("head_id", "day", *tree_columns.split(), *amounts.split()):
            n = len(amounts.split())
            _add(found, row[:-n], row[-n:])
        assert found == sums, tree.__name__
