"""The turnover counter goes up and down by each receipt's amounts, in whole cents."""

from __future__ import annotations

from typing import NamedTuple

from django.utils.translation import gettext as _

from fiscal.choices import ReceiptKind
from fiscal.statistics.rksv.counter import TurnoverCounter
from fiscal.statistics.rksv.findings import FindingCode
from fiscal.statistics.rksv.receipt import SignedReceipt
from fiscal.statistics.rksv.rules import Broken


class Turnover(NamedTuple):
    """`counted`: the sum by our own count, in cents; None: unknown, the next counter is taken on trust.

    `claimed`: the sum as the register goes on from a wrong counter. Which of the two it goes on from shows at the next
    one; so one wrong counter is one finding, not one at every receipt after it.
    """

    counted: int | None = 0
    claimed: int | None = None
    width: int | None = None

    def plus(self, cents: int) -> Turnover:
        return self._replace(
            counted=None if self.counted is None else self.counted + cents,
            claimed=None if self.claimed is None else self.claimed + cents,
        )


def check_turnover(
    known: Turnover, receipt: SignedReceipt, counter: TurnoverCounter | None
) -> tuple[Turnover, list[Broken]]:
    """Training leaves the counter alone, a cancellation moves it unseen; without a key only the width is looked at."""
    if receipt.kind == ReceiptKind.TRAINING:
        return known, []
    known = known.plus(receipt.total)
    if receipt.kind == ReceiptKind.STORNO:
        return known, []
    broken = []
    width = len(receipt.counter)
    if known.width not in {None, width}:
        words = _("%(now)d bytes; before it were %(before)d.") % {"now": width, "before": known.width}
        broken.append(Broken(FindingCode.COUNTER_WIDTH_CHANGED, words))
    known = known._replace(width=width)
    if counter is None:
        return known, broken
    value = counter.decrypt(receipt.counter, receipt.register_id, receipt.number)
    known, wrong = _compare(known, value)
    return known, [*broken, *wrong]


def _compare(known: Turnover, value: int) -> tuple[Turnover, list[Broken]]:
    if known.counted is None or value in {known.counted, known.claimed}:
        return known._replace(counted=value, claimed=None), []
    words = _("It says %(value)d cents; the receipts come to %(counted)d.") % {"value": value, "counted": known.counted}
    return known._replace(claimed=value), [Broken(FindingCode.COUNTER_WRONG, words)]
