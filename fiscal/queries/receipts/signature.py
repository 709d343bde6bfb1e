"""What a receipt's machine-readable code says, field by field, for its page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from fiscal.models import Chain, Receipt
from fiscal.statistics.rksv.code import parse_compact
from fiscal.statistics.rksv.counter import TurnoverCounter
from fiscal.statistics.rksv.kinds import MARKED_KINDS
from fiscal.statistics.rksv.malformed import Malformed
from fiscal.statistics.rksv.receipt import SignedReceipt

NAMES = (
    "Suite", "Kassen-ID", "Belegnummer", "Beleg-Datum-Uhrzeit", "Betrag-Satz-Normal", "Betrag-Satz-Ermaessigt-1",
    "Betrag-Satz-Ermaessigt-2", "Betrag-Satz-Null", "Betrag-Satz-Besonders", "Stand-Umsatz-Zaehler-AES256-ICM",
    "Zertifikat-Seriennummer", "Sig-Voriger-Beleg", "Signatur",
)  # fmt: skip


@dataclass(frozen=True)
class CodeFacts:
    """`text`: what the QR code says; '' where the code is malformed, and then `broken` says how.

    `counter`: the turnover counter in cents, None where it is not decrypted, and then `counter_words` says why.
    """

    jws: str
    text: str = ""
    fields: Sequence[tuple[str, str]] = ()
    broken: str = ""
    number: str = ""
    register_id: str = ""
    serial: str = ""
    previous: str = ""
    unit_failed: bool = False
    counter: int | None = None
    counter_words: str = ""


def code_facts(receipt: Receipt, chain: Chain | None, *, seen: bool) -> CodeFacts | None:
    """The code's facts; None for a receipt without one.

    `seen`: the person may monitor signatures. SECURITY: the counter tells all that the register ever sold, wherever it
    stood; who may see some receipts only is not told it.
    """
    if not receipt.jws:
        return None
    try:
        code = parse_compact(receipt.jws)
    except Malformed as error:
        return CodeFacts(receipt.jws, broken=f"{error.code.label} {error}", unit_failed=receipt.unit_failed)
    counter, words = _counter(code, chain, seen=seen)
    return CodeFacts(
        jws=receipt.jws,
        text=code.qr_text,
        fields=list(zip(NAMES, code.qr_text.split("_")[1:], strict=False)),
        number=code.number,
        register_id=code.register_id,
        serial=code.certificate_serial,
        previous=code.previous,
        unit_failed=code.signature is None,
        counter=counter,
        counter_words=words,
    )


def _counter(code: SignedReceipt, chain: Chain | None, *, seen: bool) -> tuple[int | None, str]:
    if code.kind in MARKED_KINDS:
        return None, _("A training receipt or cancellation carries no counter.")
    if not seen:
        return None, _("Shown to people with the authorization for signature monitoring.")
    if chain is None or not chain.aes_key_sealed:
        return None, _("Not decrypted: no AES key of this register is stored.")
    return TurnoverCounter.from_base64(chain.aes_key()).decrypt(code.counter, code.register_id, code.number), ""
