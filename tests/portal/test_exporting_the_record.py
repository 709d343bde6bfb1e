"""Somebody exports the record: the rows they see as CSV, or the chain as JSON Lines. Each export is on record itself."""

from __future__ import annotations

import csv
import io

import pytest
from django.urls import reverse

from organizations.access import EVERYTHING, Reach
from organizations.audit import record
from organizations.choices import Road, Scope, Verb
from organizations.models import AuditChain, AuditEntry
from organizations.services import issue_key
from tests.cast import withdraw
from tests.organizations.touched import lines_in, verify_offline
from tests.portal.sales import only, signed_in, url


@pytest.fixture
def petra(cast):
    issue_key(Reach(cast.petra, cast.shop, EVERYTHING, Road.PARENT), name="till-9", mode="TEST")
    return signed_in(cast.petra)


def rows(client, address: str) -> list[dict[str, str]]:
    answer = client.post(address)
    assert answer.status_code == 200
    return list(csv.DictReader(io.StringIO(b"".join(answer).decode("utf-8-sig"))))


def chain(client, organization, path, **asked):
    answer = client.post(url("activity_jsonl", organization), asked)
    assert answer.status_code == 200
    path.write_bytes(b"".join(answer))
    return path


def test_the_csv_holds_exactly_the_rows_of_the_list(cast, petra):
    found = rows(petra, url("activity_csv", cast.shop) + "?area=KEYS")
    assert [row["verb"] for row in found] == ["KEY_ISSUED"]
    (row,) = found
    assert (row["organization"], row["actor"], row["acting_from"]) == ("Gasthaus Mio", "Petra", "Kassenwerk GmbH")
    assert row["object"] == "till-9"
    entries = AuditEntry.objects.filter(organization__in=[cast.maker, cast.shop, cast.sibling])
    before = entries.count()
    assert len(rows(petra, url("activity_csv", cast.maker))) == before


def test_a_spreadsheet_calculates_nothing_of_it(cast, petra):
    record(Reach(cast.petra, cast.shop, EVERYTHING, Road.PARENT), Verb.TRIED_AGAIN, cast.shop, reason="=1+1")
    assert rows(petra, url("activity_csv", cast.shop))[0]["reason"] == "'=1+1"


def test_an_export_is_on_record_with_what_it_held(cast, petra):
    rows(petra, url("activity_csv", cast.shop) + "?area=KEYS")
    entry = AuditEntry.objects.get(organization=cast.shop, verb=Verb.RECORD_EXPORTED)
    assert (entry.actor, entry.after) == (cast.petra, {"format": "CSV", "filters": {"area": "KEYS"}})
    assert "Petra of Kassenwerk GmbH exported the record" in petra.get(url("activity", cast.shop)).content.decode()


def test_exporting_everything_in_reach_is_on_record_at_each_organization_at_the_top(cast, petra):
    found = rows(petra, reverse("portal:all_activity_csv"))
    assert {row["organization"] for row in found} == {"Kassenwerk GmbH", "Gasthaus Mio", "Café Nebenan"}
    entries = AuditEntry.objects.filter(verb=Verb.RECORD_EXPORTED)
    assert [entry.organization for entry in entries] == [cast.maker]
    assert entries[0].run_id


def test_who_reaches_nothing_exports_nothing(cast):
    only(cast.viewer, cast.maker, Scope.BILLING)
    answer = signed_in(cast.viewer).post(reverse("portal:all_activity_csv"))
    assert answer.status_code == 303
    assert not AuditEntry.objects.filter(verb=Verb.RECORD_EXPORTED).exists()


def test_the_whole_chain_is_verified_offline(cast, petra, tmp_path):
    last = AuditChain.objects.get(organization=cast.shop).number
    exported = chain(petra, cast.shop, tmp_path / "record.jsonl")
    code, said = verify_offline(exported, seals=True)
    assert code == 0 and f"{last} entries (1 to {last}) of {cast.shop.public_id}; 0 withheld" in said
    assert AuditEntry.objects.get(organization=cast.shop, number=last + 1).after == {
        "format": "JSONL", "first": 1, "last": None
    }  # fmt: skip


def test_a_part_of_the_chain_is_verified_offline(cast, petra, tmp_path):
    for _ in range(3):
        record(Reach(cast.petra, cast.shop, EVERYTHING, Road.PARENT), Verb.TRIED_AGAIN, cast.shop)
    exported = chain(petra, cast.shop, tmp_path / "record.jsonl", first="2", last="3")
    code, said = verify_offline(exported)
    assert code == 0 and "2 entries (2 to 3)" in said


def test_an_export_tells_neither_names_nor_billing_to_who_may_not_read_them_and_still_verifies(cast, petra, tmp_path):
    billed = Reach(cast.petra, cast.shop, EVERYTHING, Road.PARENT)
    record(billed, Verb.ARRANGEMENT_CHANGED, cast.shop, after={"bill_to": str(cast.maker.public_id)})
    exported = chain(signed_in(cast.mio), cast.shop, tmp_path / "record.jsonl")
    text = exported.read_text()
    assert "till-9" in text
    for secret in ("Petra", "Kassenwerk", str(cast.maker.public_id), "ARRANGEMENT_CHANGED"):
        assert secret not in text
    assert "Petra" not in str(rows(signed_in(cast.mio), url("activity_csv", cast.shop)))
    code, said = verify_offline(exported, seals=True)
    assert code == 0 and " 0 withheld" not in said
    assert "who" in lines_in(exported)[0]


def test_without_the_billing_authorization_entries_about_billing_are_withheld(cast, petra, tmp_path):
    withdraw(cast.petra, Scope.BILLING)
    record(
        Reach(cast.petra, cast.shop, EVERYTHING, Road.PARENT), Verb.ADDRESS_CREATED, cast.shop, after={"town": "Linz"}
    )
    exported = chain(petra, cast.shop, tmp_path / "record.jsonl")
    assert "Linz" not in exported.read_text()
    assert verify_offline(exported)[0] == 0


def test_exporting_needs_what_reading_needs_and_a_form(cast):
    viewer = signed_in(cast.viewer)
    for name in ("activity_csv", "activity_jsonl"):
        assert viewer.get(url(name, cast.maker)).status_code == 405
        assert viewer.post(url(name, cast.maker)).status_code == 200
        assert viewer.post(url(name, cast.elsewhere)).status_code == 404
    only(cast.viewer, cast.maker, Scope.BILLING)
    assert viewer.post(url("activity_csv", cast.maker)).status_code == 403
