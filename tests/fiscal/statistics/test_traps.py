"""The 24 traps of the contract "Statistics: what counts, and 24 traps", heading 3, by their own titles."""

from __future__ import annotations

import itertools
import logging
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db.models import Sum
from django.test import Client
from django.utils import timezone

from fiscal import services
from fiscal.choices import ConnectionStatus, FileLayout, FillState, ReceiptKind
from fiscal.models import (
    Connection,
    DayArticle,
    DayPayment,
    DayTotal,
    DayVat,
    FillDay,
    RawPage,
    Receipt,
    TreePayment,
    TreeTotal,
    TreeVat,
    Window,
)
from fiscal.providers.errors import ProviderError
from fiscal.services import connections
from fiscal.services.documents import emit_document
from fiscal.statistics.rates import SPECIAL, rate_of
from fiscal.statistics.rksv.code import parse_compact
from fiscal.statistics.rksv.malformed import MalformedNumber
from fiscal.statistics.shapes import SourceRegister
from fiscal.statistics.sources.amounts import CENTS, BadNumber, signed_comma
from fiscal.statistics.sources.datacash_rows import DataCashRows
from fiscal.statistics.turnover import SALES
from fiscal.statistics.windows import Span, bounds, cut, local_day
from organizations.access import system_reach
from tests.fiscal.statistics.bar import OTHER_VAT_NUMBER, VAT_NUMBER, books_agree, open_bar, read, turnover
from tests.fiscal.statistics.books import make_organization, make_register, sale, sell
from tests.fiscal.statistics.files.reads import csv_of
from tests.fiscal.statistics.files.reads import read as read_file
from tests.fiscal.statistics.rksv.issuer import Register as Issuer
from tests.fiscal.statistics.till import Till, agrees, open_till

ONE = timedelta(days=1)
DAY = date(2026, 5, 4)
BESIDE_HAND = {"idtrx": "T1", "numeroProgressivo": "1", "data": "04/05/2026 10:00:00", "tipoOperazione": "V"}


@pytest.fixture
def till(db, clock, sandbox) -> Till:
    return open_till(sandbox, registers=1, opened=timezone.localdate() - 12 * ONE)


@pytest.fixture
def bar(db, clock, sandbox) -> Connection:
    return open_bar(sandbox)


def test_01_the_same_receipt_number_on_two_registers_stays_two_receipts(shelf, turn, today, connection):
    """F62."""
    shelf.registers_listed = [SourceRegister("1", "Kassa 1"), SourceRegister("2", "Kassa 2")]
    for register in ("1", "2"):
        shelf.put(sale(today, 100, key="4711"), register=register)
    turn()
    assert Receipt.objects.filter(number="4711").count() == 2
    assert turnover() == 200


def test_02_null_month_year_and_start_receipts_are_not_sales(db):
    register = make_register(make_organization())
    zero = [ReceiptKind.NULL, ReceiptKind.MONTH, ReceiptKind.YEAR, ReceiptKind.START, ReceiptKind.CLOSING]
    sell(register, DAY, [500, *(sale(DAY, 0, kind=kind, payments=[], taxes=[], items=[]) for kind in zero)])
    assert DayTotal.objects.filter(kind__in=SALES).aggregate(n=Sum("count"))["n"] == 1
    assert turnover() == 500
    assert FillDay.objects.get().receipts == 6


def test_03_a_training_receipt_with_amounts_is_excluded(till):
    till.stage.add_receipt(till.registers[0], 7_700, kind="training")
    till.turn()
    agrees(till)
    days = till.stage.totals(till.registers[0], timezone.localdate() - 20 * ONE, timezone.localdate())
    assert turnover() == sum(day["turnover"] for day in days.values())
    assert DayTotal.objects.filter(kind="TRAINING", day=timezone.localdate()).get().total == 7_700


def test_04_a_storno_lowers_its_own_day(db):
    register = make_register(make_organization())
    sell(register, DAY, [1_000])
    sell(register, DAY + ONE, [sale(DAY + ONE, 1_000, kind=ReceiptKind.STORNO), 300])
    assert (turnover(day=DAY), turnover(day=DAY + ONE)) == (1_000, -700)
    assert DayPayment.objects.get(day=DAY + ONE).total == -700


def test_05_offline_receipts_arriving_three_days_late_change_a_closed_day_and_mark_it_recomputed(till, clock):
    """F60."""
    day = timezone.localdate() - ONE
    till.stage.deliver_late(till.registers[0], day, days=3)
    till.turn()
    closed = FillDay.objects.get(day=day)
    assert (closed.state, closed.receipts, closed.recomputed_at) == (FillState.DONE, 0, None)
    clock.shift(timedelta(days=2, hours=20))
    till.turn()
    again = FillDay.objects.get(day=day)
    assert again.receipts == len(till.stage.books(till.registers[0], day)) > 0
    assert again.recomputed_at is not None
    assert again.closed_at == closed.closed_at
    agrees(till)


def test_06_besonders_means_19_or_4_9_percent_depending_on_date_and_region(till):
    assert rate_of(SPECIAL, date(2026, 5, 1), "JUNGHOLZ") == 1900
    assert rate_of(SPECIAL, date(2026, 7, 1)) == 490
    assert rate_of(SPECIAL, date(2026, 5, 1)) == -1
    for rate in (19, 4.9):
        till.stage.add_receipt(till.registers[0], 1_000, rate=rate)
    till.turn()
    special = DayVat.objects.filter(code=SPECIAL, day=timezone.localdate())
    assert {1900, 490} <= set(special.values_list("rate", flat=True))


def test_07_the_sale_of_a_multi_purpose_voucher_is_not_turnover(till):
    till.stage.add_receipt(till.registers[0], 5_000, kind="voucher sale", rate=0)
    till.turn()
    agrees(till)
    assert DayTotal.objects.filter(kind="VOUCHER_SALE", day=timezone.localdate(), total__gte=5_000).exists()
    days = till.stage.totals(till.registers[0], timezone.localdate() - 20 * ONE, timezone.localdate())
    assert turnover() == sum(day["turnover"] for day in days.values())


def test_08_a_negative_line_is_accepted(db):
    register = make_register(make_organization())
    lines = [("Menü", 1_000, 1_500, 1000), ("Gutschein eingelöst", 1_000, -500, 1000)]
    sell(register, DAY, [sale(DAY, 1_000, items=lines)])
    assert dict(DayArticle.objects.values_list("name", "total")) == {"Menü": 1_500, "Gutschein eingelöst": -500}


def test_09_an_unmapped_payment_method_shows_as_unmapped(db):
    sell(make_register(make_organization()), DAY, [sale(DAY, 900, payments=[("Gutscheinkonto", 900)])])
    assert TreePayment.objects.values_list("name", "category", "total").get() == ("Gutscheinkonto", "UNMAPPED", 900)


def test_10_a_request_for_92_days_splits_into_windows_of_at_most_31_days_without_gap_or_overlap():
    whole = Span(date(2026, 1, 1), date(2026, 1, 1) + 91 * ONE)
    windows = cut([whole], 31)
    assert [window.length for window in windows] == [31, 31, 30]
    assert [day for window in windows for day in window.days()] == list(whole.days())


@pytest.mark.parametrize("sign", ["absolute", "negative"])
def test_11_void_and_return_subtract_once(sign, bar, sandbox):
    sandbox.datacash.set_rule("sign", sign)
    for kind in "VVAR":
        sandbox.datacash.make_document(VAT_NUMBER, kind=kind, total=1_000)
    read(bar)
    today = timezone.localdate()
    assert DayTotal.objects.filter(day=today, kind__in=["VOID", "RETURN"], total__lt=0).count() == 2
    books_agree(sandbox, today - 31 * ONE, today)


def test_12_payment_slots_are_read_in_any_order(db):
    rows = DataCashRows(make_register(make_organization(country="ITA"), country="ITA"))
    slots = [{"tipo": "PC", "importo": "1.00"}, {"tipo": "PE", "importo": "2.50"}, {"tipo": "TR", "importo": "0.00"}]
    found = {
        rows.receipt({**BESIDE_HAND, "ammontareComplessivo": "3.50", "pagamenti": list(order)}).payments
        for order in itertools.permutations(slots)
    }
    assert found == {(("PC", 100), ("PE", 250))}


def test_13_nr_ef_is_not_counted_twice_with_invoices(bar, sandbox):
    """The room invoices what was sold so. Turnover is the receipts alone, paid or not."""
    stage, today = sandbox.datacash, timezone.localdate()
    stage.make_device(VAT_NUMBER, "Negozio", "emporio", id="negozio", shop="centro", per_day=30)
    invoices = stage.invoices(VAT_NUMBER, today - 30 * ONE, today)
    followed = {invoice["receipt"] for invoice in invoices if invoice["receipt"]}
    assert len(followed) > 10
    read(bar)
    books_agree(sandbox, today - 30 * ONE, today)
    assert Receipt.objects.filter(key__in=followed, kind="SALE").count() == len(followed)
    assert not Receipt.objects.filter(key__in=[invoice["id"] for invoice in invoices]).exists()
    # Where payments are known, what was not collected stands apart from what was turned over.
    slots = [{"tipo": "NR_EF", "importo": "122.00"}]
    receipt = DataCashRows(bar.registers.get()).receipt(
        {**BESIDE_HAND, "ammontareComplessivo": "122.00", "pagamenti": slots}
    )
    assert (receipt.total, receipt.uncollected) == (12_200, 12_200)


def test_14_a_repeated_idtrx_gives_one_row(bar, sandbox):
    sandbox.datacash.set_rule("duplicates", 2)
    read(bar)
    today = timezone.localdate()
    assert Receipt.objects.exists()
    books_agree(sandbox, today - 60 * ONE, today)


@pytest.mark.parametrize("state", ["refused", "expired"])
def test_15_code_01_or_03_stops_retries_and_asks_a_person(state, bar, sandbox, clock):
    read(bar)
    sandbox.datacash.set_taxpayer(VAT_NUMBER, state)
    clock.shift(timedelta(hours=1))
    stopped = read(bar)
    assert stopped.status == ConnectionStatus.STOPPED
    assert stopped.human_action == {"refused": "credentials_refused", "expired": "password_expired"}[state]
    asked = sandbox.ledger.count()
    clock.shift(timedelta(days=3))
    read(bar)
    assert sandbox.ledger.count() == asked
    assert bar.pk not in services.due_connections(now=timezone.now())


def test_16_a_lapsed_licence_pauses_and_resumes_without_a_new_key(bar, sandbox, clock):
    """F53: probed once a day; on its return the gap is filled by itself."""
    read(bar)
    sandbox.datacash.renew(VAT_NUMBER, timezone.localdate())
    clock.shift(timedelta(days=1, hours=2))
    paused = read(bar)
    assert paused.status == ConnectionStatus.PAUSED
    asked = sandbox.ledger.count()
    for _ in range(40 * 4):
        clock.shift(timedelta(hours=6))
        services.read_connection(bar.pk)
    assert 38 <= sandbox.ledger.count() - asked <= 42

    sandbox.datacash.renew(VAT_NUMBER, timezone.localdate() + 365 * ONE)
    clock.shift(timedelta(days=1))
    services.read_connection(bar.pk)
    for _ in range(4):
        row = read(bar)
        clock.shift(timedelta(minutes=5))
    assert (row.status, row.secret_sealed) == (ConnectionStatus.ACTIVE, bar.secret_sealed)
    today = timezone.localdate()
    books_agree(sandbox, today - 45 * ONE, today)
    assert set(FillDay.objects.filter(day__lt=today).values_list("state", flat=True)) == {FillState.DONE}


def test_17_a_key_whose_partita_iva_differs_from_the_tenants_is_refused_at_set_up(db, clock, sandbox):
    """Compared with the organization's own number, and then with what DataCash says of the key."""
    stage, secrets = sandbox.datacash, {}
    for owner in (VAT_NUMBER, OTHER_VAT_NUMBER):
        stage.make_customer(owner, timezone.localdate() + 400 * ONE, name=owner)
        secrets[owner] = {"key": stage.make_key(owner), "credentials": stage.make_credentials(owner)}
    organization = make_organization("Bar Centrale", country="ITA")
    organization.vat_id = f"IT{VAT_NUMBER}"
    organization.save()
    reach = system_reach(organization, reason="a test")

    def connect(owner: str, said: str) -> Connection:
        return connections.connect_datacash(reach, name="Bar", vat_number=said, **secrets[owner])

    for said in (OTHER_VAT_NUMBER, VAT_NUMBER):
        with pytest.raises(connections.ConnectionRefused) as refusal:
            connect(OTHER_VAT_NUMBER, said)
        assert list(refusal.value.errors) == ["vat_number"]
    assert not Connection.objects.exists()
    assert connect(VAT_NUMBER, VAT_NUMBER).vat_number == VAT_NUMBER


def test_18_a_pending_webhook_sale_is_not_fiscal_until_confirmed_and_a_replay_changes_nothing(bar, sandbox, clock):
    stage, today = sandbox.datacash, timezone.localdate()
    reach = system_reach(bar.organization, reason="a test")
    path = connections.set_webhook(reach, bar.public_id)
    stage.edit_customer(VAT_NUMBER, webhook_url="http://127.0.0.1:9/")
    read(bar)
    before = turnover(day=today)
    stage.agency_goes_down()
    coffee = {"aliquotaIVA": "10", "descrizioneProdotto": "Caffè", "prezzoLordo": "1.30", "quantita": 2}
    sent = {"elementiContabili": [coffee], "pagamento": "PC"}
    emit_document(reach, bar.registers.get().public_id, request=sent, reason="Table 4")
    read(bar)
    services.roll_up_due(now=timezone.now())
    assert DayTotal.objects.get(day=today, kind="PENDING").total == 260
    assert turnover(day=today) == before

    stage.agency_comes_back()
    clock.shift(timedelta(hours=1))
    (due,) = stage.due_webhooks()
    rows = []
    for _ in range(3):
        assert Client().post(path, due["body"], content_type="application/json").status_code == 200
        read(bar)
        services.roll_up_due(now=timezone.now())
        rows.append(list(Receipt.objects.filter(key=due["body"]["documento"]["idtrx"]).values()))
        books_agree(sandbox, today, today)
    assert [row["kind"] for row in rows[0]] == ["SALE"]
    assert rows[0] == rows[1] == rows[2]


@pytest.mark.parametrize("zone", ["Europe/Vienna", "Europe/Rome"])
def test_19_dst_nights_days_of_23_and_25_hours(zone):
    """F55: half-open bounds follow one another, and each moment of the night lies in exactly one day."""
    zone = ZoneInfo(zone)
    for day, hours in ((date(2026, 3, 29), 23), (date(2026, 10, 25), 25), (date(2026, 5, 4), 24)):
        begins, ends = bounds(Span(day, day), zone)
        assert ends - begins == timedelta(hours=hours)
        assert bounds(Span(day - ONE, day - ONE), zone)[1] == begins
        moments = [begins + timedelta(minutes=30 * n) for n in range(hours * 2)]
        assert {local_day(moment, zone) for moment in moments} == {day}


@pytest.mark.parametrize("times", ["offset", "naive"])
@pytest.mark.parametrize("night", [date(2026, 3, 29), date(2026, 10, 25)])
def test_19_dst_nights_at_the_register(night, times, db, sandbox, clock, settings):
    """F55 and F56: a restaurant with guests in both nights, told with offsets or as the clock on the wall showed it."""
    settings.KASSANDRO_TIMES = times
    sandbox.kassandro.set_rule("times", times)
    clock.move_to(datetime.combine(night + ONE, time(12), ZoneInfo("Europe/Vienna")))
    till = open_till(sandbox, opened=night - 3 * ONE, profile="restaurant")
    till.turn()
    agrees(till, days=5)
    assert Receipt.objects.filter(day=night).exists()


def test_20_amounts_with_comma_and_with_point_both_parse_and_1_200_34_is_invalid_in_a_jws_and_fine_in_a_csv():
    assert CENTS["1200.34"] == signed_comma("+1200,34") == 120_034
    with pytest.raises(BadNumber):
        CENTS["1.200,34"]
    assert parse_compact(Issuer().sale(amount_0="1200,34")).amounts[0] == 120_034
    with pytest.raises(MalformedNumber):
        parse_compact(Issuer().sale(amount_0="1.200,34"))
    written = csv_of("data;documenti;annulli;resi;totale", "16/11/2026;3;0;0;1.200,34")
    assert read_file(written, FileLayout.DAILY_TOTALS).content.days[0].net == 120_034


def test_21_an_html_error_page_under_200_does_not_become_zero_turnover(till, sandbox, clock):
    till.turn()
    before = turnover()
    clock.shift(timedelta(days=1))
    sandbox.faults.add("html", path="kassandro", times=None)
    row = till.turn()
    assert row.tries == 1
    assert not FillDay.objects.filter(day=timezone.localdate(), state=FillState.OPEN).exists()
    assert turnover() == before
    sandbox.faults.clear()
    clock.shift(timedelta(minutes=30))
    till.turn()
    agrees(till)


def test_22_count_and_rows_differ_the_window_is_incomplete_not_green(till, clock):
    till.turn()
    till.stage.set_rule("count_off", 1)
    clock.shift(timedelta(hours=2))
    till.turn()
    row = FillDay.objects.get(day=timezone.localdate() - ONE)
    assert row.state == FillState.INCOMPLETE
    assert row.counted == row.receipts + 1
    assert Window.objects.filter(state="INCOMPLETE", error_text__contains="counts").exists()


def test_23_token_and_encrypted_credentials_never_appear_in_logs_errors_or_rows(bar, till, sandbox, clock, caplog):
    """What pages and exports show comes from these rows."""
    caplog.set_level(logging.DEBUG)
    secrets = {bar.secret(), bar.credentials(), till.connection.secret()}
    for kind, options in (("html", {}), ("status", {"status": 500}), ("half_body", {})):
        sandbox.faults.add(kind, path="(findDocuments|receipts)", times=2, **options)
        for connection in (bar, till.connection):
            for _ in range(3):
                clock.shift(timedelta(hours=1))
                read(connection)
    shown = caplog.text
    for model in (Connection, Window, RawPage, Receipt, FillDay):
        shown += " ".join(map(str, model.objects.values()))
    shown += " ".join(str(arguments) for arguments in _errors(bar, sandbox))
    token = Connection.objects.get(pk=till.connection.pk)
    assert token.token_sealed
    assert not [secret for secret in secrets if secret in shown]
    assert "Anna Huber" not in shown


def _errors(bar: Connection, sandbox) -> list[object]:
    from fiscal.statistics.sources import source_for

    sandbox.faults.add("status", path="findDocuments", status=500, body="datacash-key and so on")
    try:
        list(source_for(bar).pages(bar.registers.get(), DAY, DAY))
    except ProviderError as error:
        return [error, error.args, vars(error)]
    raise AssertionError("it went well")


def test_24_euro_totals_of_austria_and_italy_may_be_summed_vat_tables_never_merged(db):
    head = make_organization("Holding")
    vienna, milan = make_organization("Wien", parent=head), make_organization("Milano", parent=head, country="ITA")
    sell(make_register(vienna), DAY, [sale(DAY, 1_200, taxes=[("10", 1000, 1_200, 1_091, 109)])])
    sell(
        make_register(milan, country="ITA"),
        DAY,
        [sale(DAY, 1_100, country="ITA", taxes=[("10", 1000, 1_100, 1_000, 100)])],
    )
    assert TreeTotal.objects.get(head=head, day=DAY).total == 2_300
    assert dict(TreeVat.objects.filter(head=head).values_list("country_code", "gross")) == {"AUT": 1_200, "ITA": 1_100}
