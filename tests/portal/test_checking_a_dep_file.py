"""Somebody uploads a DEP export of any register: it is verified, compared if wished, and forgotten."""

from __future__ import annotations

import json
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from fiscal.models import Chain, Finding, Receipt
from tests.fiscal.statistics.books import make_register
from tests.fiscal.statistics.rksv.exports import container, group
from tests.fiscal.statistics.rksv.issuer import UNIT, good_register
from tests.fiscal.statistics.signed import issuer, sync
from tests.portal.sales import signed_in, url

DAY = date(2026, 5, 4)


@pytest.fixture
def petra(cast):
    return signed_in(cast.petra)


def upload(client, organization, content, *, key: str = "", **typed):
    text = content if isinstance(content, bytes) else json.dumps({"Belege-Gruppe": content}).encode()
    files = {"file": SimpleUploadedFile("dep.json", text)}
    if key:
        files["container"] = SimpleUploadedFile("cryptographicMaterialContainer.json", key.encode())
    return client.post(url("dep_file", organization), {**files, **typed})


def test_a_sound_export_is_said_to_be_sound_with_what_was_checked(cast, petra):
    answer = upload(petra, cast.shop, [group(good_register().receipts)], key=container(UNIT))
    page = answer.content.decode()

    assert answer.status_code == 200
    assert "No defect" in page
    assert "DEMO-1" in page
    assert "Turnover counters: 8 checked, 0 not checked" in page
    assert not Receipt.objects.exists()
    assert not Finding.objects.exists()


def test_a_defect_is_named_with_its_receipt_and_advice(cast, petra):
    unit = good_register()
    del unit.receipts[2]

    page = upload(petra, cast.shop, [group(unit.receipts)]).content.decode()

    assert "1 defect" in page
    assert "The receipt does not continue the one before it." in page
    assert "Look for a receipt missing" in page
    assert "R-4" in page


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"not json", "This is not JSON"),
        (b'{"Belege-gruppiert": []}', "draft of 2015"),
        (b'{"something": 1}', "no DEP export"),
        (b'{"Belege-Gruppe": []}', "holds no receipt"),
        (b'{"Belege-Gruppe": [{"Signaturzertifikat": ""}]}', "A group without"),
        ("{}".encode("utf-16"), "UTF-16"),
    ],
)
def test_what_is_no_export_is_refused_in_words(cast, petra, content, words):
    answer = upload(petra, cast.shop, content)

    assert answer.status_code == 422
    assert words in answer.content.decode()


def test_a_key_container_that_is_none_is_refused_without_repeating_it(cast, petra):
    answer = upload(petra, cast.shop, [group(good_register().receipts)], key='{"base64AESKey": "c2VjcmV0"}')

    assert answer.status_code == 422
    assert "44 characters" in answer.content.decode()
    assert "c2VjcmV0" not in answer.content.decode()


def test_too_large_a_file_is_refused_before_it_is_read(cast, petra, monkeypatch):
    monkeypatch.setattr("portal.forms.verification.MOST_BYTES", 100)

    answer = upload(petra, cast.shop, [group(good_register().receipts)])

    assert answer.status_code == 422
    assert "larger than 20 MB" in answer.content.decode()


def test_an_export_is_compared_with_what_was_synced_of_the_same_register(cast, petra):
    register = make_register(cast.shop, name="Theke", serial="KASSE-A")
    unit = issuer(register, DAY)
    unit.start()
    for _ in range(5):
        unit.sale(100)
    synced = list(unit.receipts)
    synced[2] = unit.receipts[2][:-4] + "AAAA"
    del synced[4]
    sync(register, DAY, synced, start=True)
    del unit.receipts[1]

    page = upload(petra, cast.maker, [group(unit.receipts)], compare="on").content.decode()

    assert "Theke" in page
    assert "3 receipts are the same" in page
    assert "Missing here: 1. R-5" in page
    assert "Missing in the file: 1. R-2" in page
    assert "Different: 1. R-3" in page
    assert Receipt.objects.count() == 5


def test_a_register_out_of_reach_is_never_compared_nor_named(cast, petra):
    register = make_register(cast.elsewhere, name="Fremde Theke", serial="DEMO-1")
    sync(register, DAY, good_register().receipts[:2], start=True)

    page = upload(petra, cast.maker, [group(good_register().receipts)], compare="on").content.decode()

    assert "no register in your reach has this Kassen-ID" in page
    assert "Fremde Theke" not in page


def test_receipts_of_who_had_the_register_before_are_not_compared(cast):
    register = make_register(cast.shop, name="Theke", serial="KASSE-A")
    unit = issuer(register, DAY)
    unit.start()
    for _ in range(3):
        unit.sale(100)
    sync(register, DAY, list(unit.receipts), start=True)
    Receipt.objects.filter(number="R-2").update(organization=cast.sibling)
    del unit.receipts[1]

    page = upload(signed_in(cast.mio), cast.shop, [group(unit.receipts)], compare="on").content.decode()

    assert "3 receipts are the same" in page
    assert "Missing in the file" not in page


def test_the_keys_stored_for_a_register_are_used_for_its_export(cast, petra):
    from tests.fiscal.statistics.rksv.issuer import AES_KEY_TEXT

    chain = Chain(register=make_register(cast.shop, serial="DEMO-1"))
    chain.hold_key(AES_KEY_TEXT)
    chain.save()

    page = upload(petra, cast.shop, [group(good_register().receipts)]).content.decode()

    assert "Turnover counters: 8 checked" in page


def test_a_part_of_a_journal_is_taken_on_trust_at_its_beginning(cast, petra):
    codes = good_register().receipts[3:]

    assert "The first receipt does not start" in upload(petra, cast.shop, [group(codes)]).content.decode()
    page = upload(petra, cast.shop, [group(codes)], partial="on").content.decode()
    assert "No defect" in page
    assert "the receipts begin later" in page
