"""What a receipt's code can suffer from before its meaning is looked at."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from fiscal.statistics.rksv.findings import FindingCode
from fiscal.statistics.rksv.receipt import SignedReceipt


class Malformed(ValueError):
    """A receipt's code breaks its form.

    `number` and `at` are what could be read in spite of it. `salvaged` is the whole receipt where only its dress is
    wrong (a header, a padding, a control character): its amounts still count. Elsewhere nothing is guessed.
    """

    code: ClassVar[FindingCode]

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.number = ""
        self.at: datetime | None = None
        self.salvaged: SignedReceipt | None = None


class MalformedHeader(Malformed):
    code = FindingCode.MALFORMED_HEADER


class MalformedPayload(Malformed):
    code = FindingCode.MALFORMED_PAYLOAD


class MalformedPadding(Malformed):
    code = FindingCode.MALFORMED_PADDING


class MalformedBase64(Malformed):
    code = FindingCode.MALFORMED_BASE64


class MalformedNumber(Malformed):
    code = FindingCode.MALFORMED_NUMBER


class MalformedTime(Malformed):
    code = FindingCode.MALFORMED_TIME


class MalformedSignature(Malformed):
    code = FindingCode.MALFORMED_SIGNATURE
