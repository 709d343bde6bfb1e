"""Reading a partita IVA's documents from the sandbox."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from fiscal.choices import ConnectionKind, ReceiptKind
from fiscal.providers.errors import CredentialsRefused, Garbled, LicenceLapsed
from fiscal.statistics.sources import datacash
from tests.fiscal.statistics.sources.conftest import ROME, VAT_NUMBER

FIRST, LAST = date(2026, 11, 1), date(2026, 11, 24)
SIGNS = {"V": 1, "A": -1, "R": -1}
KINDS = {ReceiptKind.SALE: "V", ReceiptKind.VOID: "A", ReceiptKind.RETURN: "R"}


def theirs(bar, first: date, last: date) -> dict[str, tuple]:
    """The sandbox's documents as the reader should give them, by id."""
    found = bar.stage.documents(VAT_NUMBER, first, last)
    return {doc["idtrx"]: (doc["kind"], SIGNS[doc["kind"]] * doc["total"], doc["at"]) for doc in found}


def ours(read) -> dict[str, tuple]:
    return {one.key: (KINDS[one.kind], one.total, one.issued_at.timestamp()) for one in read}


def test_documents_are_read_as_they_are_in_the_books(bar):
    read = bar.read(FIRST, LAST)
    assert ours(read) == theirs(bar, FIRST, LAST)
    assert len(read) > 500 and {one.kind for one in read} == set(KINDS)
    assert all(FIRST <= one.day <= LAST and one.day == one.issued_at.astimezone(ROME).date() for one in read)
    assert not [one for one in read if one.payments or one.taxes or one.items]


@pytest.mark.parametrize(
    ("rule", "value"), [("envelope", "results"), ("sign", "negative"), ("idtrx_type", "number"), ("duplicates", 3)]
)
def test_whatever_is_assumed_the_figures_are_the_same(bar, rule, value):
    """Traps 11 and 14: void and return subtract once, and a repeated idtrx gives one row."""
    bar.stage.set_rule(rule, value)
    read = bar.read(FIRST, LAST)
    assert ours(read) == theirs(bar, FIRST, LAST)
    assert len(read) == len({one.key for one in read})


def test_a_repeated_id_is_one_document_across_pages(bar, monkeypatch):
    monkeypatch.setattr(datacash, "PAGE", 10)
    bar.stage.set_rule("duplicates", 2)
    pages = list(bar.source.pages(bar.register, FIRST, LAST))
    read = [one for page in pages for one in page.receipts]
    assert ours(read) == theirs(bar, FIRST, LAST)
    assert len(read) == len({one.key for one in read})
    assert [page.last for page in pages] == [False] * (len(pages) - 1) + [True]


def test_kinds_that_nobody_explained_stay_apart(bar):
    bar.stage.set_rule("rare_kinds", "on")
    read = bar.read(FIRST, LAST)
    unknown = [one for one in read if one.kind == ReceiptKind.UNKNOWN]
    assert unknown and all(one.total > 0 for one in unknown)


def test_31_days_are_one_call_and_32_none(bar, sandbox):
    """Trap 10: the source says how long a window may be."""
    assert bar.source.longest_days == 31
    bar.read(date(2026, 10, 25), LAST)
    assert len(sandbox.ledger.requests("POST", "findDocuments")) == 1
    with pytest.raises(ValueError, match="31"):
        bar.read(date(2026, 10, 24), LAST)


def test_a_day_without_documents_is_one_empty_page(bar):
    (page,) = bar.source.pages(bar.register, date(2020, 1, 1), date(2020, 1, 1))
    assert (page.receipts, page.raw, page.quarantined, page.last) == ([], [], [], True)


@pytest.mark.parametrize(
    "moment", [datetime(2026, 10, 25, 0, 30, tzinfo=UTC), datetime(2026, 10, 25, 1, 30, tzinfo=UTC)]
)
def test_the_doubled_hour_stays_on_its_day(bar, moment):
    """Trap 19, F56: 02:30 twice. Alone, each is taken for the first; the day is right all the same."""
    doc = bar.stage.make_document(VAT_NUMBER, moment.timestamp(), total=777)
    found = next(one for one in bar.read(date(2026, 10, 25)) if one.key == doc["idtrx"])
    assert (found.day, found.total) == (date(2026, 10, 25), 777)
    assert found.issued_at == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


def test_a_document_at_midnight_belongs_to_one_day(bar):
    doc = bar.stage.make_document(VAT_NUMBER, datetime(2026, 11, 10, tzinfo=ROME).timestamp())
    assert doc["idtrx"] not in {one.key for one in bar.read(date(2026, 11, 9))}
    assert doc["idtrx"] in {one.key for one in bar.read(date(2026, 11, 10))}


def test_one_broken_row_does_not_take_the_others_with_it(bar, sandbox):
    """F36."""
    sandbox.faults.add("wrong_type", path="findDocuments", field="data", value="yesterday", item=0)
    (page,) = bar.source.pages(bar.register, LAST, LAST)
    assert len(page.quarantined) == 1
    assert len(page.receipts) == len(theirs(bar, LAST, LAST)) - 1


def test_a_page_instead_of_documents_is_never_zero_turnover(bar, sandbox):
    """Trap 21."""
    bar.stage.set_rule("error_style", "html")
    sandbox.faults.add("html", path="findDocuments")
    with pytest.raises(Garbled):
        bar.read(LAST)


def test_datacash_does_not_count_and_gives_no_single_document(bar):
    assert bar.source.count(bar.register, FIRST, LAST) is None
    assert bar.source.receipt(bar.register, "DCW2026/2610-5298") is None
    assert bar.source.catalogue().articles == bar.source.catalogue().payment_methods == []


def test_a_key_has_one_register_and_files_have_none(bar):
    assert [one.remote_id for one in bar.source.registers()] == [VAT_NUMBER]
    bar.connection.kind = ConnectionKind.FILES
    assert datacash.DataCashSource(bar.connection).registers() == []


def test_a_lapsed_licence_is_told_apart_from_refused_credentials(bar, now):
    bar.stage.lapse(VAT_NUMBER)
    with pytest.raises(LicenceLapsed):
        bar.read(LAST)
    bar.stage.renew(VAT_NUMBER, "2027-12-31")
    bar.stage.set_taxpayer(VAT_NUMBER, "refused")
    now.shift(timedelta(days=1))
    with pytest.raises(CredentialsRefused):
        bar.read(LAST)
