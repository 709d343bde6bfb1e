"""A receipt's code is read strictly: what is wrong with it has a name, and nothing is guessed."""

from __future__ import annotations

import pytest

from fiscal.choices import ReceiptKind
from fiscal.statistics.rksv.code import parse_compact, parse_qr
from fiscal.statistics.rksv.malformed import (
    Malformed,
    MalformedBase64,
    MalformedHeader,
    MalformedNumber,
    MalformedPadding,
    MalformedPayload,
    MalformedSignature,
    MalformedTime,
)
from tests.fiscal.statistics.rksv.issuer import DOWN, Register, b64, b64url, good_register, to_payload


def refused(compact) -> Malformed:
    with pytest.raises(Malformed) as error:
        parse_compact(compact)
    return error.value


@pytest.mark.parametrize(
    "header", ['{"typ":"JWT","alg":"ES256"}', '{"alg":"none"}', '{"alg": "ES256"}', '{"alg":"ES384"}', ""]
)
def test_any_other_header_is_malformed(header):
    error = refused(Register().sale(header=header))
    assert type(error) is MalformedHeader
    assert error.salvaged.total == 1234


@pytest.mark.parametrize(
    "payload",
    ["", "R1-AT1_x", "_R1-AT1_DEMO", "_" * 13, "x" + "_1" * 12, "_R1-AT1_A_1_2015-10-02T10:00:00_1.00_0.00_0.00_0.00_0.00_x_y_z"],
)  # fmt: skip
def test_a_payload_of_other_than_twelve_fields_is_malformed(payload):
    assert type(refused(Register().sale(payload=payload))) is MalformedPayload


@pytest.mark.parametrize(
    "wrong",
    [
        {"suite": "R2-AT1"},
        {"suite": "R1-DE1"},
        {"suite": "R1-AT01"},
        {"register_id": ""},
        {"number": ""},
        {"serial": "0x1234"},
        {"serial": ""},
        {"serial": "X:ATU99000017-1"},
        {"counter": b64(b"1234")},
        {"counter": b64(b"a" * 17)},
        {"counter": b64(b"TRO")},
        {"counter": ""},
        {"previous": b64(b"1234567")},
    ],
)
def test_a_field_of_a_wrong_shape_is_a_malformed_payload(wrong):
    assert type(refused(Register().sale(**wrong))) is MalformedPayload


def test_a_payload_that_is_not_utf8_is_malformed():
    header, _payload, signature = Register().sale().split(".")
    assert type(refused(f"{header}.{b64url(b'_R1-AT1_' + bytes([0xFF]))}.{signature}")) is MalformedPayload


@pytest.mark.parametrize("compact", ["", "a", "a.b", "a.b.c.d"])
def test_what_is_not_three_parts_is_a_malformed_payload(compact):
    assert type(refused(compact)) is MalformedPayload


def test_a_line_feed_inside_the_payload_is_malformed_and_the_amounts_still_count():
    error = refused(Register().storno(-300, counter="U1RP\n"))
    assert type(error) is MalformedPayload
    assert "Stand-Umsatz-Zaehler" in str(error)
    assert (error.salvaged.kind, error.salvaged.total) == (ReceiptKind.STORNO, -300)


def test_padding_where_there_must_be_none_is_named():
    for part in range(3):
        parts = Register().sale().split(".")
        parts[part] += "=" * (-len(parts[part]) % 4 or 1)
        error = refused(".".join(parts))
        assert type(error) is (MalformedPadding if part else MalformedHeader)


def test_the_mark_of_a_failed_unit_with_padding_is_named_and_still_the_mark():
    error = refused(Register().sale(signature=DOWN + "=="))
    assert type(error) is MalformedPadding
    assert error.salvaged.signature is None


@pytest.mark.parametrize("field", ["counter", "previous"])
def test_padding_that_is_missing_is_named(field):
    register = Register()
    right = {"counter": register.encrypted(1234, "DEMO-1", "R-1", 8), "previous": register.link()}[field]
    error = refused(register.sale(**{field: right.rstrip("=")}))
    assert type(error) is MalformedPadding
    assert (error.number, error.salvaged.number) == ("R-1", "R-1")


@pytest.mark.parametrize("value", ["????????????", "4r1iIdZGeA-=", "4r1iIdZGeAQ=\u00a0", "4r1iIdZGeAR=", "4r1iI"])
def test_foreign_letters_and_stray_bits_are_malformed_base64(value):
    assert type(refused(Register().sale(counter=value))) is MalformedBase64


def test_the_other_alphabet_and_stray_bits_in_a_part_are_malformed_base64():
    header, payload, signature = Register().sale().split(".")
    last = "B" if signature.endswith("A") else chr(ord(signature[-1]) + 1)
    for wrong in ("+" + signature[1:], signature[:-1] + last, signature[:-1], "ä" + signature[1:]):
        assert type(refused(f"{header}.{payload}.{wrong}")) is MalformedBase64


@pytest.mark.parametrize(
    "amount", ["1.200,34", "1200.34", "1200,3", "1200,345", "1200", ",34", "+1,00", "01,00", "1 200,34", "--1,00", "١,٠٠", ""]
)  # fmt: skip
def test_a_number_in_another_form_is_malformed(amount):
    error = refused(Register().sale(amount_0=amount))
    assert type(error) is MalformedNumber
    assert error.salvaged is None


@pytest.mark.parametrize(
    ("amount", "cents"), [("0,00", 0), ("-0,01", -1), ("1200,34", 120034), ("-99999,99", -9999999)]
)
def test_amounts_are_whole_cents(amount, cents):
    assert parse_compact(Register().sale(amount_2=amount, amount_0="0,00")).amounts.reduced_2 == cents


@pytest.mark.parametrize(
    "time",
    ["2026-05-04 09:30:00", "2026-05-04T09:30", "2026-05-04T09:30:00Z", "2026-02-30T09:30:00", "2026-05-04T24:00:01", "04.05.2026", ""],
)  # fmt: skip
def test_a_time_in_another_form_is_malformed(time):
    assert type(refused(Register().sale(at=time))) is MalformedTime


@pytest.mark.parametrize("signature", [b64url(b"x" * 63), b64url(b"Sicherheitseinrichtung defekt"), ""])
def test_what_is_neither_a_signature_nor_the_mark_is_malformed(signature):
    assert type(refused(Register().sale(signature=signature))) is MalformedSignature


def test_the_code_tells_four_kinds_apart():
    register = Register()
    kinds = [
        parse_compact(one).kind for one in (register.sale(), register.issue(), register.training(), register.storno())
    ]
    assert kinds == [ReceiptKind.SALE, ReceiptKind.NULL, ReceiptKind.TRAINING, ReceiptKind.STORNO]


def test_amounts_that_cancel_out_are_a_sale():
    receipt = parse_compact(Register().issue(500, -500))
    assert (receipt.total, receipt.is_zero, receipt.kind) == (0, False, ReceiptKind.SALE)


def test_a_closed_system_names_a_key_of_a_company():
    receipt = parse_compact(Register(suite="R1-AT0").sale(serial="U:ATU99000017-K1"))
    assert receipt.is_closed_system
    assert receipt.certificate_serial == "U:ATU99000017-K1"


def test_the_text_of_the_qr_code_goes_there_and_back():
    for compact in good_register().receipts:
        receipt = parse_compact(compact)
        assert receipt.qr_text.count("_") == 13
        assert receipt.qr_text.startswith(to_payload(compact))
        assert parse_qr(receipt.qr_text) == receipt


def test_a_qr_text_is_read_as_strictly():
    text = parse_compact(Register().sale()).qr_text
    for wrong, error in (
        (text.rstrip("="), MalformedPadding),
        (text + "\n", MalformedBase64),
        (text[1:], MalformedPayload),
        (text.replace("_12,34_", "_12.34_"), MalformedNumber),
        ("", MalformedPayload),
    ):
        with pytest.raises(error):
            parse_qr(wrong)


def test_an_unsigned_receipt_has_no_signature():
    compact = Register().sale(down=True)
    assert compact.endswith(DOWN)
    assert parse_compact(compact).signature is None
