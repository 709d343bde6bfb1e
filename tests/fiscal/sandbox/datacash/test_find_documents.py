"""POST /findDocuments/: windows, envelopes, rows."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest


def test_a_list_holds_what_the_books_say_and_nothing_of_devices_lines_or_links(merchant):
    rows = merchant.find("2026-11-01", "2026-11-24")
    books = merchant.stage.documents(merchant.vat_number, "2026-11-01", "2026-11-24")

    assert [row["idtrx"] for row in rows] == [doc["idtrx"] for doc in books]
    assert [round(row["ammontareComplessivo"] * 100) for row in rows] == [doc["total"] for doc in books]
    assert [row["tipoOperazione"] for row in rows] == [doc["kind"] for doc in books]
    assert set(rows[0]) == {"idtrx", "numeroProgressivo", "data", "ammontareComplessivo", "tipoOperazione"}
    assert all(re.fullmatch(r"DCW2026/\d{4}-\d{4}", row["numeroProgressivo"]) for row in rows)
    assert all(re.fullmatch(r"\d\d/11/2026 \d\d:\d\d:\d\d", row["data"]) for row in rows)


def test_31_days_are_the_most(merchant):
    assert merchant("dco/findDocuments/", start="2026-10-01", end="2026-10-31").status_code == 200
    answer = merchant("dco/findDocuments/", start="2026-10-01", end="2026-11-01")
    assert (answer.status_code, answer.json()["message"]) == (400, "L'intervallo supera 31 giorni")
    merchant.stage.set_rule("window_days", 40)
    assert merchant("dco/findDocuments/", start="2026-10-01", end="2026-11-01").status_code == 200


@pytest.mark.parametrize(
    ("start", "end"),
    [("2026-11-02", "2026-11-01"), ("02/11/2026", "03/11/2026"), (None, "2026-11-01"), ("2026-11-01", 5)],
)
def test_a_window_that_is_none_is_refused(merchant, start, end):
    assert merchant("dco/findDocuments/", start=start, end=end).status_code == 400


def test_neighbouring_windows_neither_overlap_nor_leave_a_gap(merchant):
    whole = [row["idtrx"] for row in merchant.find("2026-10-20", "2026-11-19")]
    parts, day = [], date(2026, 10, 20)
    while day <= date(2026, 11, 19):
        end = min(day + timedelta(days=6), date(2026, 11, 19))
        parts += [row["idtrx"] for row in merchant.find(day.isoformat(), end.isoformat())]
        day = end + timedelta(days=1)
    assert parts == whole


def test_both_envelopes(merchant):
    bare = merchant.find("2026-11-01", "2026-11-02")
    merchant.stage.set_rule("envelope", "results")
    assert merchant.find("2026-11-01", "2026-11-02") == {"results": bare}


def test_the_sign_of_voids_and_returns_is_a_switch(merchant):
    absolute = merchant.find("2026-10-25", "2026-11-24")
    merchant.stage.set_rule("sign", "negative")
    negative = merchant.find("2026-10-25", "2026-11-24")
    assert all(row["ammontareComplessivo"] > 0 for row in absolute)
    assert {row["tipoOperazione"] for row in negative if row["ammontareComplessivo"] < 0} == {"A", "R"}
    assert [abs(row["ammontareComplessivo"]) for row in negative] == [row["ammontareComplessivo"] for row in absolute]


def test_an_idtrx_may_come_twice_and_may_be_a_number(merchant):
    merchant.stage.set_rule("duplicates", 3)
    merchant.stage.set_rule("idtrx_type", "number")
    rows = merchant.find("2026-11-24", "2026-11-24")
    assert len(rows) > len({row["idtrx"] for row in rows}) > 0
    assert all(isinstance(row["idtrx"], int) for row in rows)
    assert rows[2] == rows[3]


def test_devices_go_on_trading_while_the_clock_moves(merchant):
    before = merchant.find("2026-11-25", "2026-11-25")
    assert all(row["data"] <= "25/11/2026 12:00:00" for row in before)
    merchant.goes_to("2026-11-25 18:00")
    after = merchant.find("2026-11-25", "2026-11-25")
    assert after[: len(before)] == before
    assert len(after) > len(before)


def test_the_future_is_empty(merchant):
    assert merchant.find("2026-11-26", "2026-12-24") == []


def test_documents_arrive_late_when_a_device_synchronises_at_log_out(merchant):
    merchant.stage.make_device(merchant.vat_number, "Offline", id="offline", sync="logout", per_day=50)
    known = {row["idtrx"] for row in merchant.find("2026-11-25", "2026-11-25")}
    sold = [
        doc for doc in merchant.stage.books("offline", "2026-11-25", float("inf")) if doc["at"] < merchant.clock.now
    ]
    assert sold
    assert not known & {doc["idtrx"] for doc in sold}
    merchant.goes_to("2026-11-29 12:00")
    assert {doc["idtrx"] for doc in sold} <= {row["idtrx"] for row in merchant.find("2026-11-25", "2026-11-25")}


def test_a_document_can_arrive_between_two_reads(merchant):
    made = merchant.stage.make_document(merchant.vat_number, merchant.clock.now - 86_400, total=999, after_reads=1)
    first, second = (merchant.find("2026-11-24", "2026-11-24") for _ in range(2))
    assert made["idtrx"] not in {row["idtrx"] for row in first}
    assert made["idtrx"] in {row["idtrx"] for row in second}


def test_documents_can_be_changed_and_removed_by_hand(merchant):
    first, second, *_ = merchant.stage.books("banco", "2026-11-24")
    merchant.stage.change_document(merchant.vat_number, first["idtrx"], 77_777)
    merchant.stage.remove_document(merchant.vat_number, second["idtrx"])
    own = merchant.stage.make_document(merchant.vat_number, merchant.clock.now - 86_400)
    merchant.stage.change_document(merchant.vat_number, own["idtrx"], 5)

    rows = {row["idtrx"]: row["ammontareComplessivo"] for row in merchant.find("2026-11-24", "2026-11-24")}
    assert rows[first["idtrx"]] == 777.77
    assert second["idtrx"] not in rows
    assert rows[own["idtrx"]] == 0.05
    merchant.stage.remove_document(merchant.vat_number, own["idtrx"])
    assert own["idtrx"] not in {row["idtrx"] for row in merchant.find("2026-11-24", "2026-11-24")}
    with pytest.raises(KeyError):
        merchant.stage.remove_document(merchant.vat_number, own["idtrx"])


def test_only_the_documents_of_the_own_partita_iva_are_seen(merchant):
    stage, other = merchant.stage, "99000020018"
    stage.make_customer(other, "2027-12-31")
    stage.make_device(other, id="altrove")
    foreign = {doc["idtrx"] for doc in stage.books("altrove", "2026-11-24")}
    assert foreign
    assert not foreign & {row["idtrx"] for row in merchant.find("2026-11-24", "2026-11-24")}
    assert merchant(f"dco/downloadDocument/{foreign.pop()}/").status_code == 404


def test_reading_is_a_post_and_paths_end_with_a_slash(merchant):
    address = f"{merchant.host}/datacash/api/dco/findDocuments/"
    assert merchant.session.get(address, headers={"Datacash-Key": merchant.key}).status_code == 405
    assert merchant("dco/findDocuments").status_code == 404
    assert merchant("dco/statistics/").status_code == 404
