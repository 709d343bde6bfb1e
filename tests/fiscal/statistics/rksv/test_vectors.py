"""Published and measured values that both the verification and the tests' own register must reach."""

from __future__ import annotations

import base64

import pytest

from fiscal.statistics.rksv import aes_key
from fiscal.statistics.rksv.chain import next_value, start_value
from fiscal.statistics.rksv.code import FAILED_UNIT, HEADER, parse_compact
from fiscal.statistics.rksv.counter import STORNO, TRAINING, TurnoverCounter
from fiscal.statistics.rksv.encoding import encode_url
from tests.fiscal.statistics.rksv.issuer import DOWN, Register, to_payload

KEY = "WQRtiiya3hYh/Uz44Bv3x8ETl1nrH6nCdErn69g5/lU="  # the ministry's published test key
SAMPLE = (
    "_R1-AT0_DEMO-CASH-BOX524_366587_2015-12-17T11:23:44_34,77_59,64_38,13_0,00_0,00_8MG8C1Kr7HA=_20f2ed172daa09e5"
    "_xTfZvkBSTr4="
)
SAMPLE_SIGNATURE = "GeWps9kci-fUqKLymS1pHlIbv0L8Oek-v6TDmZj9Ffucb8yvSijqZ8LcBalV9lADMXQ8U3itViKkd_i1Ba22BA"
SAMPLE_COMPACT = f"{HEADER}.{encode_url(SAMPLE.encode())}.{SAMPLE_SIGNATURE}"
COUNTERS = [
    ("CASHBOX-DEMO-1-Receipt-ID-1", 0, "4r1iIdZGeAQ=", "4r1iIdY="),
    ("CASHBOX-DEMO-1-Receipt-ID-2", 12345, "4K6F7XVQCwQ=", "4K6F3Uw="),
    ("CASHBOX-DEMO-1-Receipt-ID-3", -4711, "IXgEQJV4R1M=", "IXgEUvM="),
]


@pytest.mark.parametrize(
    ("register_id", "value"),
    [("A12347", "OeSKQjO4zKI="), ("WOKFLOW-1", "A9uoGMk1JrA="), ("CASHBOX-DEMO-1", "cg8hNU5ihto=")],
)
def test_the_chain_starts_from_the_register_id(register_id, value):
    assert start_value(register_id) == value
    assert Register(register_id).link() == value


def test_the_chain_goes_on_from_the_whole_compact_jws():
    assert next_value(SAMPLE_COMPACT) == "5HjRCx+XIz4="
    assert Register(receipts=[SAMPLE_COMPACT]).link() == "5HjRCx+XIz4="


def test_the_published_sample_is_read_field_by_field():
    receipt = parse_compact(SAMPLE_COMPACT)
    assert (receipt.suite, receipt.register_id, receipt.number) == ("R1-AT0", "DEMO-CASH-BOX524", "366587")
    assert receipt.at.isoformat() == "2015-12-17T11:23:44"
    assert receipt.amounts == (3477, 5964, 3813, 0, 0)
    assert receipt.total == 13254
    assert (receipt.certificate_serial, receipt.previous) == ("20f2ed172daa09e5", "xTfZvkBSTr4=")
    assert encode_url(receipt.signature) == SAMPLE_SIGNATURE


def test_the_header_is_exactly_the_algorithm():
    assert base64.b64decode(HEADER) == b'{"alg":"ES256"}'
    assert Register().start().split(".")[0] == HEADER == "eyJhbGciOiJFUzI1NiJ9"


def test_the_mark_of_a_failed_unit():
    assert FAILED_UNIT == DOWN == encode_url(b"Sicherheitseinrichtung ausgefallen")


def test_the_words_in_place_of_a_counter():
    assert (base64.b64encode(TRAINING), base64.b64encode(STORNO)) == (b"VFJB", b"U1RP")
    assert "_VFJB_" in to_payload(Register().training())
    assert "_U1RP_" in to_payload(Register().storno())


@pytest.mark.parametrize(("number", "cents", "wide", "narrow"), COUNTERS)
def test_the_turnover_counter_in_eight_and_in_five_bytes(number, cents, wide, narrow):
    counter = TurnoverCounter.from_base64(KEY)
    register = Register("CASHBOX-DEMO-1", aes_key=base64.b64decode(KEY))
    for width, value in ((8, wide), (5, narrow)):
        assert base64.b64encode(counter.encrypt(cents, "CASHBOX-DEMO-1", number, width=width)).decode() == value
        assert counter.decrypt(base64.b64decode(value), "CASHBOX-DEMO-1", number) == cents
        assert register.encrypted(cents, "CASHBOX-DEMO-1", number, width) == value


@pytest.mark.parametrize("width", range(5, 17))
@pytest.mark.parametrize("cents", [0, 1, -1, 2**39 - 1, -(2**39)])
def test_every_width_from_5_to_16_bytes_goes_there_and_back(width, cents):
    counter = TurnoverCounter.from_base64(KEY)
    encrypted = counter.encrypt(cents, "A", "1", width=width)
    assert len(encrypted) == width
    assert counter.decrypt(encrypted, "A", "1") == cents


@pytest.mark.parametrize("width", [4, 17])
def test_other_widths_are_refused(width):
    with pytest.raises(ValueError, match="5 to 16"):
        TurnoverCounter.from_base64(KEY).encrypt(0, "A", "1", width=width)


def test_the_checksum_for_finanzonline():
    assert aes_key.checksum(KEY) == "omRR"


@pytest.mark.parametrize("text", ["", "WQRtiiya3hYh", "!" + KEY[1:], KEY[:-1]])
def test_a_key_that_is_none_is_refused_and_not_repeated(text):
    with pytest.raises(aes_key.UnusableKey) as refused:
        aes_key.read_key(text)
    assert not text or text not in str(refused.value)
