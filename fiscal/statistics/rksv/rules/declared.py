"""Where the register's own records say what kind a receipt is: may it be unsigned, and does its code agree?"""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _

from fiscal.choices import ReceiptKind
from fiscal.statistics.rksv.findings import FindingCode
from fiscal.statistics.rksv.kinds import MARKED_KINDS, SIGNED_KINDS, ZERO_KINDS
from fiscal.statistics.rksv.receipt import SignedReceipt
from fiscal.statistics.rksv.rules import Broken


def check_declared(receipt: SignedReceipt, declared: ReceiptKind) -> Iterator[Broken]:
    """What contradicts `declared`; of UNKNOWN nothing is asked."""
    if declared == ReceiptKind.UNKNOWN:
        return
    if declared in SIGNED_KINDS and receipt.signature is None:
        yield Broken(FindingCode.UNSIGNED_NOT_ALLOWED, _("It is reported as: %(kind)s.") % {"kind": declared.label})
    marked = receipt.kind != declared and bool({receipt.kind, declared} & MARKED_KINDS)
    if marked or (declared in ZERO_KINDS and not receipt.is_zero):
        words = _("It is reported as: %(kind)s; its code says: %(code)s.")
        yield Broken(
            FindingCode.KIND_CONTRADICTS, words % {"kind": declared.label, "code": ReceiptKind(receipt.kind).label}
        )
