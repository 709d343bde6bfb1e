"""What the verification can find: a closed vocabulary."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Severity(TextChoices):
    DEFECT = "DEFECT", _("defect")
    WARNING = "WARNING", _("warning")
    NOT_CHECKED = "NOT_CHECKED", _("not checked")


class FindingCode(TextChoices):
    """Each says what is wrong in one sentence; `fiscal.statistics.rksv.advice` says what to do."""

    CHAIN_BROKEN = "CHAIN_BROKEN", _("The receipt does not continue the one before it.")
    START_NOT_FIRST = "START_NOT_FIRST", _("A receipt starts the chain anew in the middle of it.")
    NO_RESTORE_RECEIPT = "NO_RESTORE_RECEIPT", _("No signed zero receipt came first or second after a failure.")
    RESTORE_INVALID = "RESTORE_INVALID", _("The zero receipt after a failure is not valid as a collective receipt.")
    COUNTER_WRONG = "COUNTER_WRONG", _("The turnover counter is not the sum of the receipts.")
    COUNTER_WIDTH_CHANGED = "COUNTER_WIDTH_CHANGED", _("The turnover counter has another width than before.")
    REGISTER_CHANGED = "REGISTER_CHANGED", _("The receipt names another register.")
    DATE_DECREASING = "DATE_DECREASING", _("The receipt is dated before the one it follows.")
    DATE_IN_FUTURE = "DATE_IN_FUTURE", _("The receipt is dated in the future.")
    SYSTEM_CHANGED = "SYSTEM_CHANGED", _("Open and closed system are mixed.")
    NUMBER_REPEATED = "NUMBER_REPEATED", _("The receipt number was used before.")
    FIRST_NOT_ZERO = "FIRST_NOT_ZERO", _("The first receipt has amounts.")
    FIRST_WRONG_KIND = "FIRST_WRONG_KIND", _("The first receipt is a training receipt or a cancellation.")
    FIRST_WRONG_CHAIN = "FIRST_WRONG_CHAIN", _("The first receipt does not start the register's chain.")
    FIRST_UNSIGNED = "FIRST_UNSIGNED", _("The first receipt is not signed.")
    SERIAL_MISMATCH = "SERIAL_MISMATCH", _("The receipt names another certificate than the one it belongs to.")
    SIGNATURE_INVALID = "SIGNATURE_INVALID", _("The signature does not fit the receipt.")
    MALFORMED_HEADER = "MALFORMED_HEADER", _("The JWS header is malformed.")
    MALFORMED_PAYLOAD = "MALFORMED_PAYLOAD", _("The payload is malformed.")
    MALFORMED_PADDING = "MALFORMED_PADDING", _("The Base64 padding is malformed.")
    MALFORMED_BASE64 = "MALFORMED_BASE64", _("A Base64 value is malformed.")
    MALFORMED_NUMBER = "MALFORMED_NUMBER", _("An amount is malformed.")
    MALFORMED_TIME = "MALFORMED_TIME", _("The time is malformed.")
    MALFORMED_SIGNATURE = "MALFORMED_SIGNATURE", _("The signature is neither 64 bytes nor the mark of a failed unit.")
    UNSIGNED_NOT_ALLOWED = "UNSIGNED_NOT_ALLOWED", _("A receipt of a kind that must be signed is not signed.")
    KIND_CONTRADICTS = "KIND_CONTRADICTS", _("The code contradicts the kind that the register reports.")
    CERTIFICATE_UNREADABLE = "CERTIFICATE_UNREADABLE", _("A certificate in the file cannot be used.")
    UNIT_FAILED = "UNIT_FAILED", _("The signature unit had failed.")
    UNIT_STILL_FAILED = "UNIT_STILL_FAILED", _("The signature unit has failed and is not restored yet.")
    START_NOT_CHECKED = "START_NOT_CHECKED", _("The start of the chain was not checked: the receipts begin later.")
    COUNTER_NOT_CHECKED = "COUNTER_NOT_CHECKED", _("The turnover counter was not checked: there is no AES key.")
    SIGNATURE_NOT_CHECKED = "SIGNATURE_NOT_CHECKED", _("The signature was not checked: there is no certificate for it.")

    @property
    def severity(self) -> Severity:
        """DEFECT unless it is only worth knowing, or could not be looked at."""
        return _MILD.get(self, Severity.DEFECT)


_MILD = {
    FindingCode.UNIT_FAILED: Severity.WARNING,
    FindingCode.UNIT_STILL_FAILED: Severity.WARNING,
    FindingCode.START_NOT_CHECKED: Severity.NOT_CHECKED,
    FindingCode.COUNTER_NOT_CHECKED: Severity.NOT_CHECKED,
    FindingCode.SIGNATURE_NOT_CHECKED: Severity.NOT_CHECKED,
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing found at one receipt.

    `receipt_number` and `at` (the register's local time, no zone) are empty where they could not be read; then
    `position`, the receipt's place in its register's row from 1, says which one it is. `count`: receipts concerned.
    """

    code: FindingCode
    receipt_number: str
    at: datetime | None
    detail: str = ""
    position: int = 0
    count: int = 1
