"""Times do not go back, and are not in the future. The autumn hour comes twice in local time, and that is no defect."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from fiscal.statistics.rksv.findings import FindingCode
from fiscal.statistics.rksv.receipt import SignedReceipt
from fiscal.statistics.rksv.rules import Broken

VIENNA = ZoneInfo("Europe/Vienna")

SLACK = timedelta(minutes=5)
"""A register's clock may be ahead of ours by so much."""


class Clock(NamedTuple):
    """The last receipt's local time as text, and whether it was the second of two equal hours (`fold` of PEP 495)."""

    last: str = ""
    fold: int = 0


def check_clock(known: Clock, receipt: SignedReceipt, now: datetime | None) -> tuple[Clock, list[Broken]]:
    """`now`: local time in Vienna without a zone; None: the future is not looked at."""
    broken = []
    if now is not None and receipt.at > now + SLACK:
        broken.append(Broken(FindingCode.DATE_IN_FUTURE, _("It is dated %(at)s.") % {"at": receipt.at}))
    fold, back = 0, False
    if known.last:
        last = datetime.fromisoformat(known.last).replace(fold=known.fold)
        fold, back = _follow(last, receipt.at)
        if back:
            words = _("%(at)s, after %(last)s.") % {"at": receipt.at, "last": last}
            broken.append(Broken(FindingCode.DATE_DECREASING, words))
    return Clock(receipt.at.isoformat(), fold), broken


def _follow(last: datetime, at: datetime) -> tuple[int, bool]:
    """Which of two equal hours `at` lies in when it follows `last`, and whether it goes back all the same."""
    if at >= last:
        return (last.fold if at.date() == last.date() else 0), False
    if _moment(at.replace(fold=1)) >= _moment(last):
        return 1, False
    return 0, True


def _moment(local: datetime) -> float:
    return local.replace(tzinfo=VIENNA).timestamp()
