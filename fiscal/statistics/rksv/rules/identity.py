"""One Kassen-ID in a DEP, and either an open or a closed system."""

from __future__ import annotations

from typing import NamedTuple

from django.utils.translation import gettext as _

from fiscal.statistics.rksv.findings import FindingCode
from fiscal.statistics.rksv.receipt import SignedReceipt
from fiscal.statistics.rksv.rules import Broken


class Identity(NamedTuple):
    """The first receipt's. A change of provider within the open system (AT1 to AT2) is a new card, not a defect."""

    register_id: str = ""
    closed: bool = False


def check_identity(known: Identity, receipt: SignedReceipt) -> tuple[Identity, list[Broken]]:
    if not known.register_id:
        return Identity(receipt.register_id, receipt.is_closed_system), []
    broken = []
    if receipt.register_id != known.register_id:
        words = _("It names %(this)s; the register is %(known)s.")
        broken.append(
            Broken(FindingCode.REGISTER_CHANGED, words % {"this": receipt.register_id, "known": known.register_id})
        )
    if receipt.is_closed_system != known.closed:
        broken.append(Broken(FindingCode.SYSTEM_CHANGED, _("It says %(suite)s.") % {"suite": receipt.suite}))
    return known, broken
