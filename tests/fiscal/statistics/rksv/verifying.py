"""Short ways to verify what a test's register has issued."""

from __future__ import annotations

from fiscal.statistics.rksv.counter import TurnoverCounter
from fiscal.statistics.rksv.findings import FindingCode, Severity
from fiscal.statistics.rksv.signature import KeyRing, key_of_certificate
from fiscal.statistics.rksv.verifier import Verifier
from tests.fiscal.statistics.rksv.issuer import AES_KEY, OTHER_UNIT, UNIT

CERTIFICATE = key_of_certificate(UNIT.certificate)
KEYS = KeyRing([CERTIFICATE, key_of_certificate(OTHER_UNIT.certificate)])


def verifier(**settings) -> Verifier:
    return Verifier(**{"counter": TurnoverCounter(AES_KEY), "keys": KEYS, **settings})


def findings(receipts, *, certificate=None, **settings):
    asked = verifier(**settings)
    return [one for compact in receipts for one in asked.feed(compact, certificate=certificate)] + asked.finish()


def defects(receipts, **settings) -> list[tuple[FindingCode, str]]:
    """(code, receipt number) of everything that is wrong."""
    found = findings(receipts, **settings)
    return [(one.code, one.receipt_number) for one in found if one.code.severity == Severity.DEFECT]


def defects_in_dep(receipts) -> list[tuple[FindingCode, str]]:
    """The same for receipts of a DEP group with its certificate."""
    return defects(receipts, certificate=CERTIFICATE)
