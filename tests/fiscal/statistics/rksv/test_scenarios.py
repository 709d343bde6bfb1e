"""The ministry's eight scenarios: our test register issues them, and the verification finds what they say."""

from __future__ import annotations

import base64
import json
from decimal import Decimal
from itertools import groupby

import pytest
from django.conf import settings

from fiscal.choices import ReceiptKind
from fiscal.statistics.rksv.code import parse_compact
from fiscal.statistics.rksv.counter import TurnoverCounter
from fiscal.statistics.rksv.findings import FindingCode as Code
from fiscal.statistics.rksv.signature import KeyRing, key_of_certificate
from tests.fiscal.statistics.rksv.issuer import Register, Unit
from tests.fiscal.statistics.rksv.verifying import verifier

FOLDER = settings.BASE_DIR.parent / "shared" / "contracts" / "rksv-scenarios"
UNITS = [Unit(0xA0 + place, key_number=100 + place) for place in range(3)]
FIELDS = ("taxSetNormal", "taxSetErmaessigt1", "taxSetErmaessigt2", "taxSetNull", "taxSetBesonders")
MARKS = {"TRAINING_BELEG": "TRA", "STORNO_BELEG": "STO"}
KINDS = {
    "START_BELEG": ReceiptKind.START,
    "NULL_BELEG": ReceiptKind.NULL,
    "STANDARD_BELEG": ReceiptKind.SALE,
    "TRAINING_BELEG": ReceiptKind.TRAINING,
    "STORNO_BELEG": ReceiptKind.STORNO,
}
DAMAGED = {1: 24, 2: 24, 3: 22, 4: 25, 5: 24, 6: 25, 7: 24, 8: 25}


def scenario(number):
    path = FOLDER / f"TESTSUITE_TEST_SZENARIO_{number}.json"
    if not path.exists():
        pytest.skip(f"the ministry's scenarios are not there ({path})")
    return json.loads(path.read_text(), parse_float=Decimal)


def issued(plan) -> Register:
    register = Register(plan["cashBoxId"], aes_key=base64.b64decode(plan["base64AesKey"]))
    for step in plan["cashBoxInstructionList"]:
        register.issue(
            *(int(step["simplifiedReceipt"][field] * 100) for field in FIELDS),
            mark=MARKS.get(step["typeOfReceipt"], ""),
            down=step["signatureDeviceDamaged"],
            unit=UNITS[step["usedSignatureDevice"]],
            number=step["receiptIdentifier"],
            at=step["dateToUse"],
        )
    return register


@pytest.mark.parametrize("number", range(1, 9))
def test_a_scenario_is_clean_and_its_failures_are_told(number):
    plan = scenario(number)
    steps = plan["cashBoxInstructionList"]
    counter = TurnoverCounter.from_base64(plan["base64AesKey"])
    asked = verifier(counter=counter, keys=KeyRing(key_of_certificate(unit.certificate) for unit in UNITS))
    found = []
    for step, compact in zip(steps, issued(plan).receipts, strict=True):
        found += asked.feed(compact, declared=KINDS[step["typeOfReceipt"]])
    found += asked.finish()
    spans = [len(list(run)) for damaged, run in groupby(steps, key=lambda s: s["signatureDeviceDamaged"]) if damaged]
    assert [(one.code, one.count) for one in found] == [(Code.UNIT_FAILED, n) for n in spans]
    assert sum(spans) == asked.coverage.unsigned == DAMAGED[number]
    assert asked.coverage.signatures == len(steps) - DAMAGED[number]
    assert asked.coverage.signatures_not_checked == asked.coverage.counters_not_checked == 0


@pytest.mark.parametrize("number", range(1, 9))
def test_a_scenario_counts_what_counts(number):
    plan = scenario(number)
    receipts = [parse_compact(compact) for compact in issued(plan).receipts]
    counted = sum(
        int(step["simplifiedReceipt"][field] * 100)
        for step in plan["cashBoxInstructionList"]
        if step["typeOfReceipt"] != "TRAINING_BELEG"
        for field in FIELDS
    )
    assert sum(one.total for one in receipts if one.kind != ReceiptKind.TRAINING) == counted
