"""A register's first receipt: a start receipt, zero and signed, that begins the chain (RKSV § 6)."""

from __future__ import annotations

from collections.abc import Iterator

from fiscal.statistics.rksv.chain import start_value
from fiscal.statistics.rksv.findings import FindingCode
from fiscal.statistics.rksv.kinds import MARKED_KINDS
from fiscal.statistics.rksv.receipt import SignedReceipt
from fiscal.statistics.rksv.rules import Broken


def check_first(receipt: SignedReceipt) -> Iterator[Broken]:
    """What keeps this receipt from being the first one."""
    if not receipt.is_zero:
        yield Broken(FindingCode.FIRST_NOT_ZERO)
    if receipt.kind in MARKED_KINDS:
        yield Broken(FindingCode.FIRST_WRONG_KIND)
    if receipt.previous != start_value(receipt.register_id):
        yield Broken(FindingCode.FIRST_WRONG_CHAIN)
    if receipt.signature is None:
        yield Broken(FindingCode.FIRST_UNSIGNED)
