"""What looks odd and is right, and what else can be wrong besides the twenty cases."""

from __future__ import annotations

import base64
import datetime as dt
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from fiscal.choices import ReceiptKind
from fiscal.statistics.rksv.chain import start_value
from fiscal.statistics.rksv.code import parse_compact
from fiscal.statistics.rksv.findings import FindingCode as Code
from fiscal.statistics.rksv.signature import KeyRing, UnusableCertificate, key_of_certificate, key_of_public_key
from tests.fiscal.statistics.rksv.issuer import OTHER_UNIT, UNIT, Register, good_register
from tests.fiscal.statistics.rksv.verifying import defects, findings, verifier


def decode(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "==")


AUTUMN, SPRING = "2026-10-25", "2026-03-29"


def chain(**settings) -> Register:
    register = Register(**settings)
    register.start()
    return register


def at_times(*times, day=AUTUMN):
    register = Register(at=dt.datetime.fromisoformat("2026-01-01"))
    for time in times:
        register.issue(at=f"{day}T{time}")
    return defects(register.receipts)


def test_the_two_defects_of_a_real_register_are_both_found_and_nothing_else():
    register = chain(prefix="")
    register.sale(260)
    register.sale(300)
    register.storno(-300, counter="U1RP\n")
    register.sale(0, counted=259)  # money in floating point: 260 is right
    register.sale(220)
    register.sale(-480)
    assert defects(register.receipts) == [(Code.MALFORMED_PAYLOAD, "4"), (Code.COUNTER_WRONG, "5")]
    wrong = next(one for one in findings(register.receipts) if one.code == Code.COUNTER_WRONG)
    assert "259" in wrong.detail
    assert "260" in wrong.detail


def test_a_register_that_goes_on_from_a_wrong_counter_is_wrong_once():
    register = chain()
    register.turnover += 1
    register.sale()
    register.storno()
    register.sale()
    assert defects(register.receipts) == [(Code.COUNTER_WRONG, "R-2")]


def test_a_wrong_counter_that_comes_back_is_wrong_again():
    register = chain()
    register.sale(100, counted=101)
    register.sale(100)
    register.sale(100, counted=301)
    assert defects(register.receipts) == [(Code.COUNTER_WRONG, "R-2"), (Code.COUNTER_WRONG, "R-4")]


def test_an_amount_that_cannot_be_read_is_one_finding_and_the_next_counter_is_trusted():
    register = chain()
    register.sale(1234, amount_0="12.34")
    register.sale(1)
    register.sale(1, counted=0)
    assert defects(register.receipts) == [(Code.MALFORMED_NUMBER, "R-2"), (Code.COUNTER_WRONG, "R-4")]


def test_training_leaves_the_counter_alone_and_a_storno_lowers_it():
    register = chain()
    register.sale(1000)
    register.training(99_999)
    register.storno(-400)
    register.sale(5)
    assert register.turnover == 605
    assert defects(register.receipts) == []
    assert verified_state(register).turnover.counted == 605


def verified_state(register):
    asked = verifier()
    for compact in register.receipts:
        asked.feed(compact)
    return asked.state


@pytest.mark.parametrize("first", [True, False])
def test_a_collective_receipt_may_come_first_or_second(first):
    register = chain()
    register.sale(down=True)
    if not first:
        register.sale()
    register.issue()
    found = findings(register.receipts)
    assert [(one.code, one.count) for one in found] == [(Code.UNIT_FAILED, 1)]


def test_an_unsigned_zero_receipt_does_not_restore():
    register = chain()
    register.sale(down=True)
    register.issue(down=True)
    register.issue()
    assert [(one.code, one.count, one.detail) for one in findings(register.receipts)] == [
        (Code.UNIT_FAILED, 2, "From R-2 to R-3.")
    ]


def test_a_second_failure_before_the_restore_is_told():
    register = chain()
    register.sale(down=True)
    register.sale()
    register.sale(down=True)
    register.issue()
    assert [(one.code, one.receipt_number) for one in findings(register.receipts)] == [
        (Code.UNIT_FAILED, "R-4"), (Code.NO_RESTORE_RECEIPT, "R-4"), (Code.UNIT_FAILED, "R-5"),
    ]  # fmt: skip


def test_a_failure_that_lasts_is_a_warning():
    register = chain()
    register.sale(down=True)
    assert [one.code for one in findings(register.receipts)] == [Code.UNIT_STILL_FAILED]


def test_a_second_start_in_the_middle_is_named():
    register = chain()
    register.sale()
    register.issue(previous=start_value(register.register_id))
    assert defects(register.receipts) == [(Code.START_NOT_FIRST, "R-3")]


@pytest.mark.parametrize(
    "times",
    [
        ("01:59:59", "02:59:59", "02:00:00", "02:59:59", "03:00:00"),
        ("02:30:00", "02:10:00"),
        ("02:50:00", "02:10:00", "02:40:00", "03:10:00"),
        ("02:30:00", "02:30:00", "02:30:00"),
    ],
)
def test_the_autumn_hour_comes_twice(times):
    assert at_times(*times) == []


@pytest.mark.parametrize(
    ("times", "numbers"),
    [
        (("02:50:00", "02:10:00", "02:40:00", "02:20:00"), ["R-4"]),
        (("03:00:00", "02:59:59"), ["R-2"]),
        (("01:50:00", "01:40:00"), ["R-2"]),
    ],
)
def test_but_not_three_times(times, numbers):
    assert at_times(*times) == [(Code.DATE_DECREASING, number) for number in numbers]


def test_the_spring_hour_does_not_come_twice():
    assert at_times("02:50:00", "02:10:00", day=SPRING) == [(Code.DATE_DECREASING, "R-2")]


def test_dates_in_the_future_are_found_when_now_is_told():
    register = chain(at=dt.datetime.fromisoformat("2026-05-04T09:00:00"))
    register.sale(at="2026-05-04T12:05:00")
    register.sale(at="2026-05-04T12:05:01")
    noon = dt.datetime.fromisoformat("2026-05-04T12:00:00")
    assert defects(register.receipts, now=noon) == [(Code.DATE_IN_FUTURE, "R-3")]
    assert defects(register.receipts) == []


def test_a_new_provider_within_the_open_system_is_no_defect():
    register = chain()
    register.sale(suite="R1-AT2", unit=OTHER_UNIT)
    assert defects(register.receipts) == []


def test_without_a_key_the_counter_is_not_checked_and_said_to_be_so():
    register = good_register()
    register.sale(counted=0)
    asked = verifier(counter=None)
    found = [one for compact in register.receipts for one in asked.feed(compact)] + asked.finish()
    assert [(one.code, one.count) for one in found][-1] == (Code.COUNTER_NOT_CHECKED, 9)
    assert (asked.coverage.counters, asked.coverage.counters_not_checked) == (0, 9)


def test_without_certificates_signatures_are_not_checked_and_said_to_be_so():
    register = good_register()
    register.sale(signature="A" * 86)
    asked = verifier(keys=KeyRing())
    found = [one for compact in register.receipts for one in asked.feed(compact)] + asked.finish()
    assert [(one.code, one.count) for one in found][-1] == (Code.SIGNATURE_NOT_CHECKED, 10)
    assert (asked.coverage.signatures, asked.coverage.unsigned) == (0, 3)


def test_with_the_wrong_key_every_counter_is_wrong():
    register = good_register(aes_key=b"another key, of thirty-two bytes")
    assert {code for code, _number in defects(register.receipts)} == {Code.COUNTER_WRONG}


def test_an_invalid_signature_is_named():
    register = chain()
    register.sale(signature=register.receipts[0].split(".")[2])
    assert defects(register.receipts) == [(Code.SIGNATURE_INVALID, "R-2")]


def test_a_certificate_of_the_group_that_the_receipt_does_not_name_is_a_mismatch():
    asked = verifier(keys=KeyRing())
    found = asked.feed(Register().start(), certificate=key_of_certificate(OTHER_UNIT.certificate))
    assert [one.code for one in found] == [Code.SERIAL_MISMATCH]
    assert asked.coverage.signatures_not_checked == 1


def test_a_receipt_signed_by_its_groups_certificate_but_naming_another_is_a_mismatch_and_was_checked():
    asked = verifier(keys=KeyRing())
    found = asked.feed(Register().start(serial="abcdef"), certificate=key_of_certificate(UNIT.certificate))
    assert [one.code for one in found] == [Code.SERIAL_MISMATCH]
    assert (asked.coverage.signatures, asked.coverage.signatures_not_checked) == (1, 0)


def test_a_receipt_naming_a_known_certificate_but_signed_by_its_groups_is_a_mismatch():
    asked = verifier(keys=KeyRing([key_of_certificate(OTHER_UNIT.certificate)]))
    compact = Register().start(serial=OTHER_UNIT.serial)
    found = asked.feed(compact, certificate=key_of_certificate(UNIT.certificate))
    assert [one.code for one in found] == [Code.SERIAL_MISMATCH]


def test_a_certificate_that_nobody_has_leaves_the_signature_unchecked_and_says_so():
    register = Register()
    register.start(serial="abcdef")
    assert [(one.code, one.count) for one in findings(register.receipts)] == [(Code.SIGNATURE_NOT_CHECKED, 1)]


def test_serials_are_compared_as_numbers():
    register = Register()
    register.start(serial=f"00{UNIT.serial.upper()}")
    assert defects(register.receipts) == []


def test_a_closed_system_is_verified_with_a_bare_public_key():
    name = "U:ATU99000017-K1"
    register = Register(suite="R1-AT0")
    register.start(serial=name)
    register.sale(serial=name, signature=register.receipts[0].split(".")[2])
    keys = KeyRing([key_of_public_key(UNIT.public_key, name)])
    assert defects(register.receipts, keys=keys) == [(Code.SIGNATURE_INVALID, "R-2")]


def test_a_closed_system_may_use_the_certificate_of_its_group():
    asked = verifier(keys=KeyRing())
    compact = Register(suite="R1-AT0").start(serial="U:ATU99000017-K1")
    assert asked.feed(compact, certificate=key_of_certificate(UNIT.certificate)) == []
    assert asked.coverage.signatures == 1


def test_a_signature_cut_short_is_not_good_even_if_only_a_zero_was_cut():
    receipt = parse_compact(chain().sale())
    key = key_of_certificate(UNIT.certificate)
    text = receipt.compact.rpartition(".")[0]
    s_with_zero = next(raw for raw in iter(lambda: decode(UNIT.sign(text)), None) if raw[32] == 0)
    assert key.signed(replace(receipt, signature=s_with_zero))
    assert not key.signed(replace(receipt, signature=s_with_zero[:32] + s_with_zero[33:]))


@pytest.mark.parametrize("private", [ec.generate_private_key(ec.SECP384R1()), ed25519.Ed25519PrivateKey.generate()])
def test_a_key_that_es256_cannot_use_is_refused(private):
    der = private.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    with pytest.raises(UnusableCertificate, match="P-256"):
        key_of_public_key(der, "U:ATU99000017-K1")


@pytest.mark.parametrize("kind", [ReceiptKind.YEAR, ReceiptKind.COLLECTIVE])
def test_kinds_that_must_be_signed(kind):
    register = chain()
    found = verifier(from_start=False).feed(register.issue(down=True), declared=kind)
    assert [one.code for one in found] == [Code.UNSIGNED_NOT_ALLOWED]


@pytest.mark.parametrize("kind", [ReceiptKind.MONTH, ReceiptKind.CLOSING, ReceiptKind.NULL])
def test_kinds_that_may_be_unsigned_while_the_unit_is_down(kind):
    assert verifier(from_start=False).feed(chain().issue(down=True), declared=kind) == []


@pytest.mark.parametrize(
    ("cents", "mark", "declared"),
    [
        (100, "", ReceiptKind.MONTH),
        (100, "", ReceiptKind.TRAINING),
        (100, "TRA", ReceiptKind.SALE),
        (-100, "STO", ReceiptKind.SALE),
        (0, "TRA", ReceiptKind.NULL),
    ],
)
def test_a_reported_kind_that_the_code_contradicts(cents, mark, declared):
    found = verifier(from_start=False).feed(chain().issue(cents, mark=mark), declared=declared)
    assert [one.code for one in found] == [Code.KIND_CONTRADICTS]


@pytest.mark.parametrize(
    ("cents", "mark", "declared"),
    [(0, "", ReceiptKind.SALE), (9, "", ReceiptKind.SALE), (9, "", ReceiptKind.VOUCHER_SALE), (9, "TRA", ReceiptKind.UNKNOWN), (9, "TRA", ReceiptKind.TRAINING), (-9, "STO", ReceiptKind.STORNO)],
)  # fmt: skip
def test_a_reported_kind_that_agrees(cents, mark, declared):
    assert verifier(from_start=False).feed(chain().issue(cents, mark=mark), declared=declared) == []


def test_an_export_that_begins_later_is_verified_from_there_and_said_to_be_so():
    found = findings(good_register().receipts[4:], from_start=False)
    assert [one.code for one in found] == [Code.UNIT_FAILED, Code.START_NOT_CHECKED]


def test_the_same_receipt_number_on_two_registers_is_no_defect():
    assert defects(good_register().receipts) == defects(good_register(register_id="DEMO-2").receipts) == []


def test_a_finding_says_where_it_was():
    register = good_register()
    register.sale(at="2026-05-04T08:00:00")
    finding = next(one for one in findings(register.receipts) if one.code == Code.DATE_DECREASING)
    assert (finding.receipt_number, finding.position, finding.at.isoformat()) == ("R-13", 13, "2026-05-04T08:00:00")


def test_the_key_is_not_in_what_a_verifier_shows():
    asked = verifier()
    assert base64.b64encode(bytes(range(32))).decode() not in repr(asked) + repr(vars(asked))
