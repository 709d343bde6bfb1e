"""Files become figures of days: all of a file or nothing, receipts first, nothing guessed."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone

from fiscal.choices import ConnectionKind, FileLayout, FillSource, FillState, ImportState, ReceiptKind
from fiscal.models import (
    ColumnMapping,
    DayArticle,
    DayPayment,
    DayTotal,
    DayVat,
    FileImport,
    FillDay,
    PaymentMethod,
    TreeTotal,
)
from fiscal.services.imports import (
    ImportRefused,
    Upload,
    apply_import,
    discard_import,
    forget_files,
    map_columns,
    upload_file,
)
from fiscal.statistics.rollup import roll_up
from fiscal.statistics.uploads.plan import Deed, digest_of
from fiscal.statistics.uploads.proposal import check_import, propose
from organizations.access import NotAuthorized, Reach, system_reach
from organizations.choices import Level, Road, Scope, Verb
from organizations.models import AuditEntry
from tests.fiscal.statistics import books
from tests.fiscal.statistics.files.conftest import cloud  # noqa: F401 - a fixture
from tests.fiscal.statistics.files.reads import FIRST, LAST, VAT_NUMBER, csv_of

HEAD = "data;documenti;annulli;resi;totale"
DAY = date(2026, 11, 16)
SPAN = (VAT_NUMBER, FIRST.isoformat(), LAST.isoformat())


@pytest.fixture(autouse=True)
def _today(time_machine_at) -> None:
    pass


@pytest.fixture
def time_machine_at():
    import time_machine

    with time_machine.travel("2026-11-25 12:00+01:00", tick=False):
        yield


@pytest.fixture
def home(db):
    return books.make_organization("Bar Centrale srl", country="ITA")


@pytest.fixture
def device(home):
    """A device of a customer with nothing but the client area."""
    source = books.make_connection(home, country="ITA", kind=ConnectionKind.FILES, vat_number=VAT_NUMBER)
    return books.make_register(home, country="ITA", connection=source, name="Banco")


@pytest.fixture
def keyed(home):
    """A register that is read with a key."""
    source = books.make_connection(home, country="ITA", vat_number=VAT_NUMBER)
    return books.make_register(home, country="ITA", connection=source)


@pytest.fixture
def reach(home):
    return system_reach(home, reason="a test")


def upload(
    reach, register, content, layout=FileLayout.DAILY_TOTALS, first=FIRST, last=LAST, **fields: Any
) -> FileImport:
    values = {"register_id": register.public_id, "layout": layout, "first_day": first, "last_day": last}
    return upload_file(reach, upload=Upload(**{**values, "name": "aggregati.csv", "content": content, **fields}))


def plans_of(row):
    return propose(row, check_import(row))


def apply(reach, row):
    done = apply_import(reach, row.public_id, expected=digest_of(plans_of(row)))
    roll_up(now=timezone.now())
    return done


def import_file(reach, register, content, layout=FileLayout.DAILY_TOTALS, **fields: Any) -> FileImport:
    row = upload(reach, register, content, layout, **fields)
    assert row.state == ImportState.READY, row.problems
    return apply(reach, row)


def daily(*rows):
    return csv_of(HEAD, *rows)


def deeds(reach, register, content, **fields):
    return [one.deed for one in plans_of(upload(reach, register, content, **fields))]


def test_daily_totals_fill_days_that_nobody_knows_anything_of(reach, device, home, cloud):  # noqa: F811
    truth = cloud.totals(*SPAN)
    row = upload(reach, device, cloud.daily_file(*SPAN))
    assert not FillDay.objects.exists()
    apply(reach, row)

    fills = {fill.day.isoformat(): fill for fill in FillDay.objects.filter(register=device)}
    assert {(fill.state, fill.source) for fill in fills.values()} == {(FillState.DONE, FillSource.FILE)}
    for day, known in truth.items():
        rows = DayTotal.objects.filter(register=device, day=day)
        assert sum(one.total for one in rows) == known["net"]
        assert fills[day].receipts == sum(one.count for one in rows)
        paid = DayPayment.objects.filter(register=device, day=day)
        assert sum(one.total for one in paid) == sum(known["payments"].values())
        assert {(one.code, one.gross) for one in DayVat.objects.filter(register=device, day=day)} == {
            (code, cents) for code, cents in known["vat"].items() if cents
        }
    assert sum(TreeTotal.objects.filter(head=home).values_list("total", flat=True)) == sum(
        day["net"] for day in truth.values()
    )
    assert set(PaymentMethod.objects.filter(register=device).values_list("category", flat=True)) == {"UNMAPPED"}


def test_an_applied_file_is_forgotten_and_recorded(reach, device):
    row = import_file(reach, device, daily("16/11/2026;3;0;0;12,50"))
    row.refresh_from_db()
    assert (row.state, bytes(row.content)) == (ImportState.DONE, b"")
    entry = AuditEntry.objects.get(verb=Verb.FILE_IMPORTED)
    assert entry.after["days"] == {"FILL": 1}
    assert entry.after["turnover"] == 1250


def test_a_day_without_sales_is_filled_and_empty(reach, device):
    import_file(reach, device, daily("16/11/2026;0;0;0;0,00"))
    assert FillDay.objects.get(register=device).receipts == 0
    assert not DayTotal.objects.exists()


def test_a_day_that_is_not_over_stays_open(reach, device):
    today = date(2026, 11, 25)
    import_file(reach, device, daily("25/11/2026;3;0;0;12,50"), last=today)
    assert FillDay.objects.get(register=device).state == FillState.OPEN


def test_a_later_file_replaces_an_earlier_one(reach, device):
    import_file(reach, device, daily("16/11/2026;3;0;0;12,50"))
    assert deeds(reach, device, daily("16/11/2026;4;0;0;15,00")) == [Deed.REPLACE]
    import_file(reach, device, daily("16/11/2026;4;0;0;15,00"))
    assert DayTotal.objects.get(register=device).total == 1500


def test_the_same_file_again_changes_nothing(reach, device, cloud):  # noqa: F811
    content = cloud.daily_file(*SPAN)
    import_file(reach, device, content)
    before = list(DayTotal.objects.order_by("day", "kind").values_list("pk", "total"))
    again = upload(reach, device, content)
    assert {one.deed for one in plans_of(again)} == {Deed.SAME}
    apply(reach, again)
    assert list(DayTotal.objects.order_by("day", "kind").values_list("pk", "total")) == before


def test_statistics_add_what_daily_totals_do_not_tell(reach, device, cloud):  # noqa: F811
    """Amounts of voids and returns; and the payments that the first file told stay."""
    import_file(reach, device, cloud.daily_file(*SPAN))
    paid = list(DayPayment.objects.order_by("day", "method").values_list("day", "total"))
    content = cloud.statistics_file(*SPAN, layout="long")
    assert Deed.ADD in deeds(reach, device, content, layout=FileLayout.STATISTICS)
    import_file(reach, device, content, FileLayout.STATISTICS)

    assert list(DayPayment.objects.order_by("day", "method").values_list("day", "total")) == paid
    for day, known in cloud.totals(*SPAN).items():
        voids = DayTotal.objects.filter(day=day, kind=ReceiptKind.VOID).first()
        assert (voids.total if voids else 0) == -known["documents"].get("A", {"cents": 0})["cents"]
    assert deeds(reach, device, cloud.daily_file(*SPAN)) == [Deed.SAME] * 9


def test_sums_over_several_days_are_not_spread_over_them(reach, device, cloud):  # noqa: F811
    import_file(reach, device, cloud.statistics_file(*SPAN, layout="blocks"), FileLayout.STATISTICS)
    assert DayTotal.objects.exists()
    assert not DayPayment.objects.exists()
    assert not DayVat.objects.exists()
    assert not DayArticle.objects.exists()


def test_statistics_of_one_day_tell_its_articles(reach, device, cloud):  # noqa: F811
    one = (VAT_NUMBER, LAST.isoformat(), LAST.isoformat())
    content = cloud.statistics_file(*one, layout="long")
    import_file(reach, device, content, FileLayout.STATISTICS, first=LAST)
    (known,) = cloud.totals(*one).values()
    assert {(row.name, row.quantity, row.total) for row in DayArticle.objects.all()} == {
        (name, values["quantity"] * 10, values["cents"]) for name, values in known["items"].items()
    }


# --- receipts first ---------------------------------------------------------------------------------------------------


def test_totals_from_receipts_are_never_replaced(reach, keyed):
    books.sell(keyed, DAY, [1000, 250])
    row = upload(reach, keyed, daily("16/11/2026;3;0;0;99,00"))
    (plan,) = plans_of(row)
    assert (plan.deed, plan.difference) == (Deed.LEAVE, 9900 - 1250)
    apply(reach, row)
    assert sum(DayTotal.objects.values_list("total", flat=True)) == 1250
    assert FillDay.objects.get(register=keyed, day=DAY).source == FillSource.RECEIPTS


def test_a_file_that_agrees_to_the_cent_tells_what_receipts_do_not(reach, keyed):
    books.sell(keyed, DAY, [books.sale(DAY, 1250, payments=[], taxes=[], items=[], country="ITA")])
    content = csv_of(f"{HEAD};contanti;IVA 10%", "16/11/2026;1;0;0;12,50;12,50;12,50")
    assert deeds(reach, keyed, content) == [Deed.ADD]
    import_file(reach, keyed, content)
    assert DayPayment.objects.get(register=keyed).total == 1250
    assert (DayVat.objects.get().gross, DayVat.objects.get().net) == (1250, 1136)
    assert DayTotal.objects.get().source == FillSource.RECEIPTS


def test_a_file_that_is_a_cent_off_tells_nothing(reach, keyed):
    books.sell(keyed, DAY, [books.sale(DAY, 1250, payments=[], taxes=[], items=[], country="ITA")])
    import_file(reach, keyed, csv_of(f"{HEAD};contanti", "16/11/2026;1;0;0;12,51;12,51"))
    assert not DayPayment.objects.exists()


def test_receipts_that_know_their_payments_keep_them(reach, keyed):
    books.sell(keyed, DAY, [1250])
    assert deeds(reach, keyed, csv_of(f"{HEAD};contanti", "16/11/2026;1;0;0;12,50;12,50")) == [Deed.SAME]


def test_receipts_that_come_later_take_over_from_a_file(reach, keyed):
    import_file(reach, keyed, daily("16/11/2026;3;0;0;99,00"))
    books.sell(keyed, DAY, [1000, 250])
    assert sum(DayTotal.objects.values_list("total", flat=True)) == 1250


def test_a_day_on_which_a_provider_has_nothing_is_filled_whichever_comes_first(reach, keyed):
    books.fill_day(keyed, DAY)
    import_file(reach, keyed, daily("16/11/2026;3;0;0;99,00"))
    assert FillDay.objects.get(register=keyed).source == FillSource.FILE


def test_a_day_that_is_being_read_is_left_to_the_reader(reach, keyed):
    books.fill_day(keyed, DAY, state=FillState.STARTED)
    assert deeds(reach, keyed, daily("16/11/2026;3;0;0;99,00")) == [Deed.LEAVE]


def test_what_changed_since_the_preview_is_shown_first(reach, keyed):
    row = upload(reach, keyed, daily("16/11/2026;3;0;0;99,00"))
    seen = digest_of(plans_of(row))
    books.sell(keyed, DAY, [1250])
    with pytest.raises(ImportRefused, match="changed since this preview"):
        apply_import(reach, row.public_id, expected=seen)
    assert FileImport.objects.get().state == ImportState.READY


# --- what is refused --------------------------------------------------------------------------------------------------


def test_a_file_with_a_problem_writes_nothing(reach, device):
    row = upload(reach, device, daily("16/11/2026;3;0;0;12,50", "17/11/2026;1;0;0;viele"))
    assert (row.state, [problem[:2] for problem in row.problems]) == (ImportState.REFUSED, [[3, "totale"]])
    with pytest.raises(ImportRefused):
        apply_import(reach, row.public_id, expected="")
    assert not FillDay.objects.exists()


@pytest.mark.parametrize(
    ("fields", "at"),
    [
        ({"first": LAST, "last": FIRST}, "last_day"),
        ({"last": date(2027, 1, 1)}, "last_day"),
        ({"first": date(1999, 1, 1)}, "first_day"),
        ({"content": b"%PDF-1.7"}, "file"),
        ({"content": b"<html>"}, "file"),
    ],
)
def test_what_cannot_be_taken_is_refused_at_its_field(reach, device, fields, at):
    content = fields.pop("content", daily("16/11/2026;3;0;0;12,50"))
    with pytest.raises(ImportRefused) as refused:
        upload(reach, device, content, **fields)
    assert list(refused.value.errors) == [at]
    assert not FileImport.objects.exists()


def test_days_before_the_device_stood_anywhere_are_refused(reach, home):
    source = books.make_connection(home, country="ITA", kind=ConnectionKind.FILES)
    young = books.make_register(home, country="ITA", connection=source, from_day=DAY + timedelta(1))
    row = upload(reach, young, daily("16/11/2026;3;0;0;12,50", "17/11/2026;3;0;0;12,50"))
    assert [problem[0] for problem in row.problems] == [2]


def test_a_kassandro_register_takes_no_files(reach, home):
    with pytest.raises(ImportRefused):
        upload(reach, books.make_register(home), daily("16/11/2026;3;0;0;12,50"))


def test_a_register_of_somebody_else_is_not_there(device):
    stranger = system_reach(books.make_organization("Altrove", country="ITA"), reason="a test")
    with pytest.raises(ImportRefused) as refused:
        upload(stranger, device, daily("16/11/2026;3;0;0;12,50"))
    assert list(refused.value.errors) == ["register"]
    with pytest.raises(FileImport.DoesNotExist):
        discard_import(
            stranger,
            upload(system_reach(device.organization, reason="x"), device, daily("16/11/2026;1;0;0;1,00")).public_id,
        )


def test_days_on_which_the_device_stood_elsewhere_are_uploaded_there(home):
    first, second = (books.make_organization(name, parent=home, country="ITA") for name in ("Uno", "Due"))
    source = books.make_connection(home, country="ITA", kind=ConnectionKind.FILES)
    device = books.make_register(first, country="ITA", connection=source)
    device.placements.update(until_day=DAY)
    device.placements.create(organization=second, from_day=DAY + timedelta(1))
    type(device).objects.filter(pk=device.pk).update(organization=second)
    content = daily("16/11/2026;3;0;0;12,50", "17/11/2026;3;0;0;1,50")

    row = upload(system_reach(second, reason="a test"), device, content)
    assert "stood in another organization" in row.problems[0][2]
    import_file(system_reach(home, reason="a test"), device, content)
    assert set(DayTotal.objects.values_list("organization__name", "total")) == {("Uno", 1250), ("Due", 150)}


def test_who_may_only_look_uploads_nothing(home, device):
    viewer = Reach(None, home, frozenset({(Scope.INTEGRATIONS, Level.VIEW)}), Road.DIRECT)
    with pytest.raises(NotAuthorized):
        upload(viewer, device, daily("16/11/2026;3;0;0;12,50"))


# --- mapping ----------------------------------------------------------------------------------------------------------

STRANGE = csv_of("giorno;scontrini;incasso;note", "16/11/2026;3;12,50;sole")


def test_unknown_headers_wait_for_a_person_and_are_remembered(reach, device):
    row = upload(reach, device, STRANGE)
    assert row.state == ImportState.MAPPING
    said = {"giorno": "day", "scontrini": "sales_count", "incasso": "net_turnover", "note": ""}
    row = map_columns(reach, row.public_id, columns=said)
    assert row.state == ImportState.READY
    apply(reach, row)
    assert DayTotal.objects.get().total == 1250
    assert AuditEntry.objects.get(verb=Verb.COLUMNS_MAPPED).after == said

    assert upload(reach, device, STRANGE).state == ImportState.READY
    assert upload(reach, device, STRANGE.replace(b"note", b"Meteo")).state == ImportState.MAPPING
    assert ColumnMapping.objects.count() == 1


@pytest.mark.parametrize(
    ("said", "faults"),
    [
        ({"giorno": "day"}, {"scontrini", "incasso", "note"}),
        ({"giorno": "day", "scontrini": "sales_count", "incasso": "", "note": ""}, {""}),
        ({"giorno": "day", "scontrini": "sales_count", "incasso": "net_turnover", "note": "vat"}, {"note"}),
        ({"giorno": "day", "scontrini": "day", "incasso": "net_turnover", "note": ""}, {"giorno", "scontrini", ""}),
    ],
)
def test_a_mapping_that_leaves_something_open_is_refused(reach, device, said, faults):
    row = upload(reach, device, STRANGE)
    with pytest.raises(ImportRefused) as refused:
        map_columns(reach, row.public_id, columns=said)
    assert set(refused.value.errors) == faults
    assert not ColumnMapping.objects.exists()


def test_known_headers_that_lack_something_needed_are_refused_in_words(reach, device):
    with pytest.raises(ImportRefused, match="Net turnover"):
        upload(reach, device, csv_of("data;documenti", "16/11/2026;3"))


# --- discarding -------------------------------------------------------------------------------------------------------


def test_a_file_can_be_discarded_until_it_is_applied(reach, device):
    row = upload(reach, device, STRANGE)
    discard_import(reach, row.public_id)
    assert not FileImport.objects.exists()
    done = import_file(reach, device, daily("16/11/2026;3;0;0;12,50"))
    with pytest.raises(ImportRefused, match="applied"):
        discard_import(reach, done.public_id)


def test_files_that_nobody_wanted_are_forgotten(reach, device):
    row = upload(reach, device, STRANGE)
    assert forget_files(now=timezone.now() + timedelta(days=29)) == 0
    assert forget_files(now=timezone.now() + timedelta(days=31)) == 1
    row.refresh_from_db()
    assert (row.state, bytes(row.content)) == (ImportState.REFUSED, b"")


# --- the counter ------------------------------------------------------------------------------------------------------


def counter(*documents):
    return csv_of("Data;Tipo;Numero documento;Identificativo", *documents)


def test_the_counter_says_which_days_are_complete(reach, device):
    import_file(reach, device, daily("16/11/2026;2;0;0;12,50", "17/11/2026;2;0;0;1,00"))
    rows = [f"{day}/11/2026;Vendita;n{day}-{n};id{day}-{n}" for day, n in ((16, 1), (16, 2), (17, 1), (17, 2), (17, 3))]
    import_file(reach, device, counter(*rows), FileLayout.COUNTER)

    fills = {fill.day.day: fill for fill in FillDay.objects.filter(register=device)}
    assert {day: (fill.state, fill.counted) for day, fill in fills.items()} == {
        16: (FillState.DONE, 2),
        17: (FillState.INCOMPLETE, 3),
    }
    assert not DayPayment.objects.exists()
    assert AuditEntry.objects.filter(verb=Verb.FILE_IMPORTED).order_by("pk").last().after["differing"] == 1


def test_the_counter_names_documents_that_are_missing_and_has_them_read(reach, keyed):
    books.sell(keyed, DAY, [books.sale(DAY, 100, key="a"), books.sale(DAY, 200, key="b")])
    type(keyed.connection).objects.update(due_at=timezone.now() + timedelta(hours=1))
    import_file(reach, keyed, counter("16/11/2026;V;1;a", "16/11/2026;V;2;c"), FileLayout.COUNTER)
    assert FillDay.objects.get(register=keyed, day=DAY).state == FillState.INCOMPLETE
    keyed.connection.refresh_from_db()
    assert keyed.connection.due_at == timezone.now()


def test_the_counter_of_several_devices_marks_none_of_them(reach, device, home):
    books.make_register(home, country="ITA", connection=device.connection, name="Sala")
    import_file(reach, device, daily("16/11/2026;2;0;0;12,50"))
    import_file(reach, device, counter("16/11/2026;V;1;a"), FileLayout.COUNTER)
    assert FillDay.objects.get(register=device).counted is None


def test_the_counter_is_uploaded_by_whoever_reaches_all_its_devices(home, device):
    below = books.make_organization("Filiale", parent=home, country="ITA")
    branch = books.make_register(below, country="ITA", connection=device.connection)
    with pytest.raises(ImportRefused) as refused:
        upload(system_reach(below, reason="a test"), branch, counter("16/11/2026;V;1;a"), FileLayout.COUNTER)
    assert list(refused.value.errors) == ["layout"]
