"""The validator's twenty negative cases: each is built into a good chain and named by its own finding."""

from __future__ import annotations

import pytest

from fiscal.statistics.rksv.findings import FindingCode as Code
from tests.fiscal.statistics.rksv.issuer import OTHER_UNIT, Register, b64, good_register
from tests.fiscal.statistics.rksv.verifying import defects


@pytest.fixture
def register() -> Register:
    """A good chain to go on from: its last number is R-12."""
    return good_register()


def test_a_good_chain_has_no_defect(register):
    assert defects(register.receipts) == []


def test_case_1_chaining_broken(register):
    register.sale(previous=b64(b"somewhat"))
    register.sale()
    assert defects(register.receipts) == [(Code.CHAIN_BROKEN, "R-13")]


def test_case_2_no_restore_receipt(register):
    register.sale(down=True)
    register.sale()
    register.sale()
    register.issue()
    assert defects(register.receipts) == [(Code.NO_RESTORE_RECEIPT, "R-15")]


@pytest.mark.parametrize("mark", ["TRA", "STO"])
def test_case_3_restore_on_an_invalid_receipt(register, mark):
    register.sale(down=True)
    register.issue(mark=mark)
    register.sale()
    assert defects(register.receipts) == [(Code.RESTORE_INVALID, "R-15")]


def test_case_3_restore_on_a_receipt_whose_signature_is_wrong(register):
    register.sale(down=True)
    register.issue(signature="A" * 86)
    register.sale()
    assert defects(register.receipts) == [(Code.SIGNATURE_INVALID, "R-14"), (Code.RESTORE_INVALID, "R-15")]


def test_case_3_restore_on_a_malformed_receipt(register):
    register.sale(down=True)
    register.issue(header='{"typ":"JWT","alg":"ES256"}')
    register.sale()
    assert defects(register.receipts) == [(Code.MALFORMED_HEADER, "R-14"), (Code.RESTORE_INVALID, "R-15")]


def test_case_4_invalid_counter(register):
    register.sale(500, counted=register.turnover + 499)
    register.sale()
    assert defects(register.receipts) == [(Code.COUNTER_WRONG, "R-13")]


def test_case_5_counter_width_changes(register):
    register.sale(width=5)
    assert defects(register.receipts) == [(Code.COUNTER_WIDTH_CHANGED, "R-13")]


def test_case_6_register_id_changes(register):
    register.sale(register_id="DEMO-2")
    register.sale()
    assert defects(register.receipts) == [(Code.REGISTER_CHANGED, "R-13")]


def test_case_7_date_decreasing(register):
    register.sale(at="2026-05-04T08:59:59")
    register.sale()
    assert defects(register.receipts) == [(Code.DATE_DECREASING, "R-13")]


def test_case_8_system_type_changes(register):
    register.sale(suite="R1-AT0")
    register.sale()
    assert defects(register.receipts) == [(Code.SYSTEM_CHANGED, "R-13")]


def test_case_9_duplicate_number(register):
    register.sale(number="R-3")
    assert defects(register.receipts) == [(Code.NUMBER_REPEATED, "R-3")]


def test_case_10_first_receipt_not_zero():
    register = Register()
    register.start(amount_1="1,00", counted=100)
    assert defects(register.receipts) == [(Code.FIRST_NOT_ZERO, "R-1")]


@pytest.mark.parametrize("mark", ["TRA", "STO"])
def test_case_11_first_receipt_of_the_wrong_kind(mark):
    register = Register()
    register.issue(mark=mark)
    register.sale()
    assert defects(register.receipts) == [(Code.FIRST_WRONG_KIND, "R-1")]


def test_case_12_first_receipt_with_a_wrong_chain_value():
    register = Register()
    register.start(previous=b64(b"somewhat"))
    assert defects(register.receipts) == [(Code.FIRST_WRONG_CHAIN, "R-1")]


def test_case_13_first_receipt_unsigned():
    register = Register()
    register.start(down=True)
    register.issue()
    assert defects(register.receipts) == [(Code.FIRST_UNSIGNED, "R-1")]


def test_case_14_certificate_serial_mismatch(register):
    register.sale(unit=OTHER_UNIT, serial=register.unit.serial)
    assert defects(register.receipts) == [(Code.SERIAL_MISMATCH, "R-13")]


@pytest.mark.parametrize(
    ("code", "wrong"),
    [
        pytest.param(Code.MALFORMED_HEADER, {"header": '{"typ":"JWT","alg":"ES256"}'}, id="15 malformed header"),
        pytest.param(Code.MALFORMED_PAYLOAD, {"payload": "_R1-AT1_DEMO-1_R-13"}, id="16 malformed payload"),
        pytest.param(Code.MALFORMED_PADDING, {"signature": "A" * 86 + "=="}, id="17 malformed padding"),
        pytest.param(Code.MALFORMED_BASE64, {"counter": "4r1iIdZGe?Q="}, id="18 malformed Base64"),
        pytest.param(Code.MALFORMED_NUMBER, {"amount_0": "1.200,34"}, id="19 malformed number, a thousands mark"),
        pytest.param(Code.MALFORMED_TIME, {"at": "2026-13-04T09:30:00"}, id="20 malformed time"),
    ],
)
def test_cases_15_to_20_a_malformed_code_and_nothing_else(register, code, wrong):
    register.issue(**wrong)
    register.sale()
    found = defects(register.receipts)
    assert [one for one, _number in found] == [code]
    assert found[0][1] == ("" if code == Code.MALFORMED_PAYLOAD else "R-13")
