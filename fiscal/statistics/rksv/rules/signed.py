"""The signature is good, and made with the certificate that the receipt names."""

from __future__ import annotations

from django.utils.translation import gettext as _

from fiscal.statistics.rksv.findings import FindingCode
from fiscal.statistics.rksv.receipt import SignedReceipt
from fiscal.statistics.rksv.rules import Broken
from fiscal.statistics.rksv.signature import KeyRing, SigningKey, plain


def check_signature(
    receipt: SignedReceipt, certificate: SigningKey | None, keys: KeyRing
) -> tuple[bool | None, list[Broken]]:
    """Whether the signature is good, None if there is none or no key for it; and what is wrong.

    `certificate`: the one of the receipt's group in the DEP, if it has one.
    """
    serial = receipt.certificate_serial
    named = keys.find(serial)
    if named is None and certificate is not None and (":" in serial or plain(serial) == certificate.name):
        named = certificate  # a closed system's key id is no serial: its group says whose it is
    if named is None:
        if certificate is None:
            return None, []
        return certificate.signed(receipt) or None, [_other(serial, certificate)]
    if receipt.signature is None:
        return None, []
    if named.signed(receipt):
        return True, []
    others = [*keys, certificate] if certificate else [*keys]
    signer = next((key for key in others if key is not named and key.signed(receipt)), None)
    if signer is not None:
        return True, [_other(serial, signer)]
    return False, [Broken(FindingCode.SIGNATURE_INVALID, _("Checked with %(name)s.") % {"name": named.name})]


def _other(serial: str, certificate: SigningKey) -> Broken:
    words = _("It names %(serial)s, not %(name)s.")
    return Broken(FindingCode.SERIAL_MISMATCH, words % {"serial": serial, "name": certificate.name})
