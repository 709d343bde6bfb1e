"""While the signature unit is down receipts carry a mark; afterwards a signed zero receipt collects them (RKSV § 17)."""

from __future__ import annotations

from typing import NamedTuple

from django.utils.translation import gettext as _

from fiscal.choices import ReceiptKind
from fiscal.statistics.rksv.findings import FindingCode
from fiscal.statistics.rksv.receipt import SignedReceipt
from fiscal.statistics.rksv.rules import Broken


class Failure(NamedTuple):
    """A failure that is not restored yet. `unsigned` receipts from number `since` to number `until`.

    `waited`: one signed receipt came already that did not restore it; `tried`: that one was a zero receipt.
    """

    unsigned: int = 0
    since: str = ""
    until: str = ""
    waited: bool = False
    tried: bool = False


def check_failure(
    known: Failure, receipt: SignedReceipt, *, signature_good: bool | None
) -> tuple[Failure, list[Broken]]:
    """The collective receipt must come first or second after the failure. `signature_good`: None if not checked."""
    if receipt.signature is None:
        if known.waited:
            return _begin(receipt), [_span(known), _missing(known.tried)]
        if known.unsigned:
            return known._replace(unsigned=known.unsigned + 1, until=receipt.number), []
        return _begin(receipt), []
    if not known.unsigned:
        return known, []
    if receipt.kind == ReceiptKind.NULL and signature_good is not False:
        return Failure(), [_span(known)]
    tried = known.tried or receipt.is_zero
    if known.waited:
        return Failure(), [_span(known), _missing(tried)]
    return known._replace(waited=True, tried=tried), []


def open_failure(known: Failure) -> list[Broken]:
    """What is to be said of a failure that lasts to the end."""
    return [Broken(FindingCode.UNIT_STILL_FAILED, _words(known), known.unsigned)] if known.unsigned else []


def _begin(receipt: SignedReceipt) -> Failure:
    return Failure(1, receipt.number, receipt.number)


def _span(known: Failure) -> Broken:
    return Broken(FindingCode.UNIT_FAILED, _words(known), known.unsigned)


def _missing(tried: bool) -> Broken:  # noqa: FBT001
    return Broken(FindingCode.RESTORE_INVALID if tried else FindingCode.NO_RESTORE_RECEIPT)


def _words(known: Failure) -> str:
    return _("From %(since)s to %(until)s.") % {"since": known.since, "until": known.until}
