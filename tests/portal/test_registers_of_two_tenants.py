"""A register that was moved from one managed organization to another: each sees and changes its own days only."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db.models import Sum
from django.test import Client
from django.utils import timezone

from fiscal.choices import DocumentAction, FillState, Outcome, PaymentCategory, ReceiptKind
from fiscal.models import (
    DayPayment,
    DayTotal,
    Finding,
    FiscalDocument,
    PaymentMethod,
    Placement,
    Receipt,
    Register,
    TreePayment,
    Window,
)
from fiscal.queries import RegisterFilters, list_registers, list_registers_of, sales_summary, sales_work
from fiscal.queries.documents import document_facts, making_facts
from fiscal.queries.receipts.detail import receipt_detail
from fiscal.queries.register_page import register_page
from fiscal.queries.verification import chain_page
from fiscal.services import map_payment_methods, place_register
from fiscal.statistics.rksv.findings import FindingCode
from fiscal.statistics.rollup import roll_up
from organizations.access import grant_everything
from organizations.choices import Road, Scope
from organizations.models import Organization
from organizations.rules import RulesBroken
from tests.fiscal.statistics.books import fill_day, make_connection, make_register, make_shop, sale, sell
from tests.portal.sales import days_ago, found_long_ago, signed_in, today, url


@pytest.fixture
def moved(cast) -> Register:
    """Stood at Café Nebenan until six days ago, and at Gasthaus Mio since; the connection is their main organization's."""
    home = make_connection(cast.maker, name="Kassandro all")
    register = make_register(cast.sibling, connection=home, name="Truck", from_day=days_ago(20))
    sell(register, days_ago(9), [4_711])
    reach = cast.reach(cast.petra, cast.maker)
    place_register(reach, register.public_id, organization_id=cast.shop.public_id, from_day=days_ago(5))
    found_long_ago(register)
    register.refresh_from_db()
    return register


@pytest.fixture
def mio(cast) -> Client:
    return signed_in(cast.mio)


@pytest.fixture
def reach(cast):
    """Mio's, who reaches Gasthaus Mio and nothing else."""
    return replace(cast.reach(cast.mio, cast.shop), road=Road.DIRECT)


def places(register: Register) -> list[tuple[str, object]]:
    rows = Placement.objects.filter(register=register).order_by("from_day")
    return [(str(row.organization), row.from_day) for row in rows.select_related("organization")]


@pytest.mark.parametrize("days", [6, 9, 20, 400])
def test_its_new_people_cannot_take_the_days_of_who_had_it_before(cast, moved, reach, days):
    before = places(moved)
    with pytest.raises(RulesBroken) as refused:
        place_register(reach, moved.public_id, organization_id=cast.shop.public_id, from_day=days_ago(days))
    assert "from_day" in refused.value.errors
    assert "Nebenan" not in str(refused.value.errors)
    assert places(moved) == before
    for model in (Receipt, DayTotal):
        assert model.objects.get(register=moved).organization == cast.sibling


def test_who_reaches_both_may_still_say_that_it_stood_there_earlier(cast, moved):
    whole = cast.reach(cast.petra, cast.maker)
    place_register(whole, moved.public_id, organization_id=cast.shop.public_id, from_day=days_ago(10))
    assert Receipt.objects.get(register=moved).organization == cast.shop


def test_the_form_names_no_first_day_that_belongs_to_others(cast, moved, mio):
    page = mio.get(url("register_place", cast.shop, moved.public_id)).content.decode()
    assert "or earlier moves all" not in page


def test_its_page_tells_the_days_since_it_stands_here(cast, moved, reach):
    fill_day(moved, days_ago(9), state=FillState.INCOMPLETE, receipts=4_712, counted=4_713)
    for first, last, read in ((12, 7, 4_714), (7, 4, 4_715), (4, 1, 17)):
        Window.objects.create(
            connection=moved.connection, register=moved, first_day=days_ago(first), last_day=days_ago(last),
            read=read, started_at=timezone.now(),
        )  # fmt: skip
    page = register_page(reach, moved.public_id)
    assert page.last_receipt_at is None
    assert [day.day for day in page.strip.days] == [days_ago(n) for n in range(5, -1, -1)]
    assert page.strip.counts["incomplete"] == 0
    assert [window.read for window in page.windows] == [17]


def test_who_reaches_both_sees_all_of_its_days(cast, moved):
    page = register_page(cast.reach(cast.petra, cast.maker), moved.public_id)
    assert page.last_receipt_at is not None
    assert len(page.strip.days) == 92


def test_windows_over_the_whole_connection_are_for_who_may_open_it(cast, moved, reach):
    Window.objects.create(
        connection=moved.connection, register=None, first_day=today(), last_day=today(), read=4_711,
        started_at=timezone.now(),
    )  # fmt: skip
    assert register_page(reach, moved.public_id).windows == []
    assert len(register_page(cast.reach(cast.petra, cast.maker), moved.public_id).windows) == 1


def test_the_list_counts_the_days_since_it_stands_here(cast, moved, reach):
    fill_day(moved, days_ago(9), state=FillState.INCOMPLETE, receipts=3, counted=4)
    for found in (list_registers_of(reach, RegisterFilters()), list_registers(cast.mio, RegisterFilters())):
        [row] = found.rows
        assert (row.last_day, row.as_of, row.filled, row.incomplete, row.missing) == (None, None, 0, 0, 6)
    [row] = list_registers(cast.petra, RegisterFilters()).rows
    assert (row.last_day, row.filled, row.incomplete) == (days_ago(9), 1, 1)


def test_the_list_tells_of_sales_since_then(cast, moved, reach):
    sell(moved, days_ago(2), [100])
    [row] = list_registers_of(reach, RegisterFilters()).rows
    assert (row.last_day, row.filled, row.missing) == (days_ago(2), 1, 5)


def incomplete(register: Register, n: int) -> None:
    fill_day(register, days_ago(n), state=FillState.INCOMPLETE, incomplete_since=timezone.now() - timedelta(days=4))


def test_days_of_who_had_it_before_are_in_no_count_of_its_new_people(cast, moved, mio, reach):
    incomplete(moved, 9)
    assert list_registers_of(reach, RegisterFilters(state="incomplete")).total == 0
    assert list_registers(cast.mio, RegisterFilters(state="incomplete", late=True)).total == 0
    assert (sales_work(cast.mio).incomplete_days, sales_summary(reach).incomplete) == (0, 0)
    assert sales_work(cast.petra).incomplete_days == 1
    assert list_registers(cast.petra, RegisterFilters(state="incomplete")).total == 1
    incomplete(moved, 2)
    assert list_registers(cast.mio, RegisterFilters(state="incomplete")).total == 1
    assert (sales_work(cast.mio).incomplete_days, sales_summary(reach).incomplete) == (1, 1)
    assert sales_work(cast.petra).incomplete_days == 2


def test_a_register_that_left_is_in_no_count_of_who_had_it_before(cast, moved):
    """They find it on no list any more, so that no number may lead them there."""
    incomplete(moved, 9)
    grant_everything(cast.stranger, [cast.sibling])
    assert sales_work(cast.stranger).incomplete_days == 0


def paid(organization: Organization) -> dict[str, int]:
    """Cents by what the methods mean, as the organization's statistics show them."""
    rows = DayPayment.objects.filter(organization=organization).values_list("method__category")
    return dict(rows.annotate(n=Sum("total")).order_by())


def say(reach, register: Register, category: PaymentCategory) -> None:
    methods = PaymentMethod.objects.filter(reach.tree(Scope.TRANSACTIONS), register=register)
    map_payment_methods(reach, categories=dict.fromkeys(methods.values_list("pk", flat=True), category))


def test_what_a_payment_method_means_holds_for_the_days_of_who_says_it(cast, moved, reach):
    sell(moved, days_ago(2), [100])
    say(cast.reach(cast.petra, cast.sibling), moved, PaymentCategory.CARD)
    say(reach, moved, PaymentCategory.CASH)
    roll_up(now=timezone.now())
    assert paid(cast.sibling) == {"CARD": 4_711}
    assert paid(cast.shop) == {"CASH": 100}
    trees = TreePayment.objects.filter(head=cast.maker).values_list("category", "total")
    assert set(trees) == {("CARD", 4_711), ("CASH", 100)}


def test_nobody_says_what_the_methods_of_others_mean(cast, moved, reach):
    theirs = PaymentMethod.objects.get(register=moved, organization=cast.sibling)
    with pytest.raises(RulesBroken):
        map_payment_methods(reach, categories={theirs.pk: PaymentCategory.OTHER})
    theirs.refresh_from_db()
    assert theirs.category == PaymentCategory.UNMAPPED


def test_its_new_people_begin_with_what_its_methods_meant(cast, moved, reach):
    whole = cast.reach(cast.petra, cast.maker)
    say(whole, moved, PaymentCategory.CASH)
    place_register(whole, moved.public_id, organization_id=cast.maker.public_id, from_day=days_ago(3))
    sell(moved, days_ago(2), [100])
    assert paid(cast.maker) == {"CASH": 100}


def test_days_that_turn_out_to_belong_elsewhere_take_their_methods_along(cast, moved):
    whole = cast.reach(cast.petra, cast.maker)
    place_register(whole, moved.public_id, organization_id=cast.shop.public_id, from_day=days_ago(10))
    for row in DayPayment.objects.select_related("method"):
        assert row.method.organization == row.organization == cast.shop
    roll_up(now=timezone.now())
    assert sum(paid(cast.shop).values()) == 4_711
    assert paid(cast.sibling) == {}


def test_a_receipt_leads_to_none_of_who_had_the_register_before(cast, moved, reach):
    old = Receipt.objects.get(register=moved)
    taken_back = sale(days_ago(2), 120, kind=ReceiptKind.RETURN, related_key=old.key)
    (mine,) = sell(moved, days_ago(2), [taken_back])

    page = receipt_detail(reach, mine.pk)

    assert page is not None
    assert (page.previous, page.related) == (None, [])
    Placement.objects.filter(register=moved).update(organization=cast.sibling, shop=make_shop(cast.sibling))
    assert receipt_detail(reach, mine.pk).shop == ""


def test_defects_of_days_of_who_had_it_before_are_not_told(cast, moved, reach):
    mine, theirs = sell(moved, days_ago(2), [120, 130])
    Receipt.objects.filter(pk=theirs.pk).update(organization=cast.sibling)
    for day, number in ((days_ago(9), "1"), (days_ago(2), mine.number), (days_ago(2), theirs.number)):
        facts = {"code": FindingCode.CHAIN_BROKEN, "day": day, "number": number, "found_at": timezone.now()}
        Finding.objects.create(register=moved, **facts)

    page = chain_page(reach, moved.public_id)

    assert page is not None
    assert {row.number: row.receipt_id for row in page.rows} == {mine.number: mine.pk, theirs.number: None}


def test_the_form_for_a_document_shows_nothing_of_who_had_the_register_before(cast, moved, reach):
    facts = {"register": moved, "action": DocumentAction.CREATE, "request": {}, "reason": "why"}
    FiscalDocument.objects.create(organization=cast.sibling, **facts)
    PaymentMethod.objects.create(organization=cast.sibling, register=moved, name="Voucher of theirs")
    number = Receipt.objects.get(register=moved).number
    made = FiscalDocument.objects.create(organization=cast.shop, number=number, outcome=Outcome.DONE, **facts)

    form, document = making_facts(reach, moved.public_id), document_facts(reach, made.public_id)

    assert form is not None and document is not None
    assert form.unsettled is None
    assert "Voucher of theirs" not in form.methods
    assert document.receipt_id is None


def test_where_it_stood_before_has_no_name(cast, moved, reach):
    page = register_page(reach, moved.public_id)
    assert page is not None
    assert [line.organization for line in page.placements] == ["Gasthaus Mio", ""]
