"""A receipt as its machine-readable code tells it."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from fiscal.choices import ReceiptKind
from fiscal.statistics.rksv.counter import STORNO, TRAINING

FAILED_WORDS = b"Sicherheitseinrichtung ausgefallen"
"""Stand in the place of a signature while the signature unit is down."""


class Amounts(NamedTuple):
    """Gross amounts in cents by the RKSV's five rate fields. Which rate that is depends on date and place."""

    normal: int
    reduced_1: int
    reduced_2: int
    zero: int
    special: int


@dataclass(frozen=True, slots=True)
class SignedReceipt:
    """One receipt as its code says it. `at` is the register's local time without a zone.

    `counter`: the encrypted turnover counter, or the words TRA or STO. `previous`: the chain value, Base64 as written.
    `signature`: r and s, 64 bytes; None while the signature unit was down.
    """

    compact: str
    suite: str
    register_id: str
    number: str
    at: datetime
    amounts: Amounts
    counter: bytes
    certificate_serial: str
    previous: str
    signature: bytes | None

    @property
    def total(self) -> int:
        """The sum of all amounts in cents; of a training receipt too, though it does not count."""
        return sum(self.amounts)

    @property
    def is_zero(self) -> bool:
        """Every single amount is zero, not only their sum."""
        return not any(self.amounts)

    @property
    def is_closed_system(self) -> bool:
        return self.suite == "R1-AT0"

    @property
    def kind(self) -> ReceiptKind:
        """SALE, NULL, STORNO or TRAINING: the code says no more."""
        if self.counter == TRAINING:
            return ReceiptKind.TRAINING
        if self.counter == STORNO:
            return ReceiptKind.STORNO
        return ReceiptKind.NULL if self.is_zero else ReceiptKind.SALE

    @property
    def qr_text(self) -> str:
        """What the QR code on the paper says."""
        payload = base64.urlsafe_b64decode(self.compact.split(".")[1] + "==").decode()
        signature = FAILED_WORDS if self.signature is None else self.signature
        return f"{payload}_{base64.b64encode(signature).decode()}"
