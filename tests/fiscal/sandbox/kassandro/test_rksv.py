"""Signatures after the RKSV: the contract's vectors, and every receipt checked with a verifier of the test's own."""

from __future__ import annotations

import base64
import hashlib
import json
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from fiscal.sandbox.kassandro import rksv
from fiscal.sandbox.kassandro.rksv_device import Device
from fiscal.sandbox.kassandro.rksv_scenario import issue_scenario

ROOT = Path(__file__).resolve().parents[4]
SCENARIOS = ROOT.parent / "shared" / "contracts" / "rksv-scenarios"
KEY = "WQRtiiya3hYh/Uz44Bv3x8ETl1nrH6nCdErn69g5/lU="
SAMPLE = (
    "_R1-AT0_DEMO-CASH-BOX524_366587_2015-12-17T11:23:44_34,77_59,64_38,13_0,00_0,00_8MG8C1Kr7HA=_20f2ed172daa09e5"
    "_xTfZvkBSTr4="
)
SAMPLE_SIGNATURE = "GeWps9kci-fUqKLymS1pHlIbv0L8Oek-v6TDmZj9Ffucb8yvSijqZ8LcBalV9lADMXQ8U3itViKkd_i1Ba22BA"


def decoded(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def verified(stage, register):
    """Check the export of a register as the law describes it, and return the number of its receipts."""
    (group,) = stage.dep7(register)["Belege-Gruppe"]
    serial = stage.register(register)["serial"]
    check(group["Belege-kompakt"], serial, stage.crypto_material(register))
    return len(group["Belege-kompakt"])


def check(receipts, cash_box, material):
    """Chain, counter, signature and numbers of a whole export, computed here once more from the text of the law."""
    aes, turnover, link, numbers = base64.b64decode(material["base64AESKey"]), 0, _short(cash_box), set()
    for jws in receipts:
        head, payload, signature = jws.split(".")
        fields = decoded(payload).decode().split("_")
        assert decoded(head) == b'{"alg":"ES256"}'
        assert (len(fields), fields[0], fields[2], fields[12]) == (13, "", cash_box, link)
        cents = [int(field.replace(",", "")) for field in fields[5:10]]
        if fields[10] != "VFJB":
            turnover += sum(cents)
        if fields[10] not in ("VFJB", "U1RP"):
            assert _decrypted(fields[10], aes, cash_box + fields[3]) == turnover
        if decoded(signature) != b"Sicherheitseinrichtung ausgefallen":
            _check_signature(material["certificateOrPublicKeyMap"][fields[11]], jws)
        numbers.add(fields[3])
        link = _short(jws)
    assert len(numbers) == len(receipts)


def _short(text):
    return base64.b64encode(hashlib.sha256(text.encode()).digest()[:8]).decode()


def _decrypted(field, aes, iv_text):
    iv = hashlib.sha256(iv_text.encode()).digest()[:16]
    data = base64.b64decode(field)
    return int.from_bytes(Cipher(algorithms.AES(aes), modes.CTR(iv)).decryptor().update(data), "big", signed=True)


def _check_signature(entry, jws):
    der = base64.b64decode(entry["signatureCertificateOrPublicKey"])
    if entry["signatureDeviceType"] == "CERTIFICATE":
        certificate = x509.load_der_x509_certificate(der)
        assert f"{certificate.serial_number:x}" == entry["id"]
        key = certificate.public_key()
    else:
        from cryptography.hazmat.primitives.serialization import load_der_public_key

        key = load_der_public_key(der)
    signed, _, signature = jws.rpartition(".")
    raw = decoded(signature)
    assert len(raw) == 64
    both = encode_dss_signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))
    key.verify(both, signed.encode(), ec.ECDSA(hashes.SHA256()))


def test_the_header_is_exact():
    assert rksv.HEADER == "eyJhbGciOiJFUzI1NiJ9"
    assert rksv.FAILED == "U2ljaGVyaGVpdHNlaW5yaWNodHVuZyBhdXNnZWZhbGxlbg"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("A12347", "OeSKQjO4zKI="),
        ("WOKFLOW-1", "A9uoGMk1JrA="),
        ("CASHBOX-DEMO-1", "cg8hNU5ihto="),
        (
            f"eyJhbGciOiJFUzI1NiJ9.{base64.urlsafe_b64encode(SAMPLE.encode()).rstrip(b'=').decode()}.{SAMPLE_SIGNATURE}",
            "5HjRCx+XIz4=",
        ),
    ],
)
def test_chain_values_are_those_of_the_contract(text, value):
    assert rksv.chain_value(text) == value


@pytest.mark.parametrize(
    ("number", "cents", "eight", "five"),
    [
        (1, 0, "4r1iIdZGeAQ=", "4r1iIdY="),
        (2, 12345, "4K6F7XVQCwQ=", "4K6F3Uw="),
        (3, -4711, "IXgEQJV4R1M=", "IXgEUvM="),
    ],
)
def test_counters_are_those_of_the_contract(number, cents, eight, five):
    for width, wanted in ((8, eight), (5, five)):
        signer = rksv.Signer("CASHBOX-DEMO-1", base64.b64decode(KEY), width=width)
        assert signer.counter(f"CASHBOX-DEMO-1-Receipt-ID-{number}", cents) == wanted


def test_the_checksum_of_the_key_is_that_of_the_contract():
    assert rksv.key_checksum(base64.b64decode(KEY)) == "omRR"


@pytest.mark.parametrize(
    ("cents", "text"), [(0, "0,00"), (5, "0,05"), (-5, "-0,05"), (123456, "1234,56"), (-100, "-1,00")]
)
def test_amounts_have_a_comma_and_no_thousands_mark(cents, text):
    assert rksv.money(cents) == text


def test_the_five_amounts_follow_the_rates():
    assert rksv.five({200: 1, 100: 2, 130: 3, 0: 4, 49: 5, 190: 6}) == (1, 2, 3, 4, 11)


def test_a_device_signs_the_same_twice_and_has_a_certificate_with_its_serial():
    one, two = Device("a"), Device("a")
    assert one.sign(b"x") == two.sign(b"x")
    assert one.certificate == two.certificate
    assert one.serial != Device("b").serial
    assert x509.load_der_x509_certificate(base64.b64decode(one.certificate)).serial_number == int(one.serial, 16)


def test_every_receipt_of_a_register_verifies(shop):
    assert verified(shop.stage, shop.register) == len(shop.all("2026-08-03", "2026-09-11"))


def test_the_chain_of_a_busy_year_with_a_failed_unit_verifies(shop):
    register = shop.stage.make_register(
        shop.account,
        "Gasthaus",
        profile="restaurant",
        opened_on="2025-10-20",
        daily=12,
        region="border",
        failures=[["2026-03-03T12:00", "2026-03-05T13:00"]],
    )["id"]
    assert verified(shop.stage, register) > 3_000


def test_the_code_of_a_receipt_is_its_payload_and_signature(shop):
    receipt = shop.get("/receipts", dateFrom="2026-09-09", dateTo="2026-09-10")[-1]
    signature = receipt["signature"]
    fields = signature["qr"].split("_")
    _, payload, third = signature["jws"].split(".")
    assert "_".join(fields[:13]) == decoded(payload).decode()
    assert base64.b64decode(fields[13]) == decoded(third)
    assert (fields[3], fields[4]) == (str(receipt["receiptNumber"]), receipt["date"][:19])
    assert fields[11] == signature["certSerial"]
    assert sum(int(field.replace(",", "")) for field in fields[5:10]) == round(receipt["total"] * 100)


def test_a_storno_and_a_training_are_marked(shop):
    found = shop.all("2026-08-03", "2026-09-10")
    marks = {each["type"]: each["signature"]["qr"].split("_")[10] for each in found}
    assert (marks["storno"], marks["training"]) == ("U1RP", "VFJB")


def test_what_was_signed_stays_signed_when_the_store_forgets(shop):
    from fiscal.sandbox.kassandro import shelf, signing

    before = shop.stage.dep7(shop.register)
    with shop.sandbox.store.transaction() as db:
        signing.forget(db, shop.register)
    shelf._SHELF.__init__()
    assert shop.stage.dep7(shop.register) == before


def test_a_removed_receipt_leaves_a_hole_in_the_chain_that_is_shown_but_not_in_the_export(shop):
    shown = shop.get("/receipts", dateFrom="2026-09-09", dateTo="2026-09-10")
    shop.stage.remove_receipt(shop.register, shown[5]["receiptNumber"])
    after = shop.get("/receipts", dateFrom="2026-09-09", dateTo="2026-09-10")
    assert after[5]["signature"]["qr"].split("_")[12] != _short(after[4]["signature"]["jws"])
    assert after[4]["signature"]["qr"].split("_")[12] == _short(after[3]["signature"]["jws"])
    verified(shop.stage, shop.register)


def test_a_register_without_signatures_has_none(shop):
    register = shop.stage.make_register(shop.account, "Last", opened_on="2026-09-01", signed=False)["id"]
    found = shop.all("2026-09-09", "2026-09-10", cashRegisterId=register)
    assert {each["signature"] for each in found} == {None}
    with pytest.raises(ValueError, match="signs nothing"):
        shop.stage.dep7(register)


@pytest.mark.skipif(not SCENARIOS.is_dir(), reason="the ministry's scenario files lie in ../shared, which is not here")
@pytest.mark.parametrize("closed", [False, True], ids=["open", "closed system"])
@pytest.mark.parametrize("number", range(1, 9))
def test_the_scenarios_of_the_ministry_are_issued(number, closed):
    scenario = json.loads((SCENARIOS / f"TESTSUITE_TEST_SZENARIO_{number}.json").read_text())
    receipts, material, export = issue_scenario(scenario, closed=closed)
    instructions = scenario["cashBoxInstructionList"]

    check(receipts, scenario["cashBoxId"], material)
    assert [each for group in export["Belege-Gruppe"] for each in group["Belege-kompakt"]] == receipts
    assert [each.endswith(f".{rksv.FAILED}") for each in receipts] == [
        each["signatureDeviceDamaged"] for each in instructions
    ]
    payloads = [decoded(each.split(".")[1]).decode().split("_") for each in receipts]
    assert [fields[3] for fields in payloads] == [each["receiptIdentifier"] for each in instructions]
    assert {fields[1] for fields in payloads} == {"R1-AT0" if closed else "R1-AT1"}
    assert len({fields[11] for fields in payloads}) == 3
    assert [fields[5] for fields in payloads] == [
        f"{each['simplifiedReceipt']['taxSetNormal']:.2f}".replace(".", ",") for each in instructions
    ]
