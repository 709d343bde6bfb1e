"""Signatures: ES256 over a compact JWS (RFC 7515), checked with the certificates and public keys at hand."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, SECP256R1, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_public_key
from django.utils.translation import gettext as _

from fiscal.statistics.rksv.receipt import SignedReceipt

_HEX = re.compile(r"[0-9A-Fa-f]+")
_ES256 = ECDSA(SHA256())


class UnusableCertificate(ValueError):
    """Not a certificate or public key that ES256 can be checked with."""


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A public key and the name under which receipts refer to it: a certificate's serial, or a closed system's key id."""

    name: str
    public: EllipticCurvePublicKey

    def signed(self, receipt: SignedReceipt) -> bool:
        """Whether the receipt's signature was made with this key. False for a receipt that is not signed."""
        signature = receipt.signature
        if signature is None or len(signature) != 64:
            return False
        pair = encode_dss_signature(int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big"))
        try:
            self.public.verify(pair, receipt.compact.rpartition(".")[0].encode(), _ES256)
        except InvalidSignature:
            return False
        return True


def key_of_certificate(der: bytes) -> SigningKey:
    """The key in an X.509 certificate, named by its serial. Raises UnusableCertificate."""
    try:
        certificate = x509.load_der_x509_certificate(der)
        public = certificate.public_key()
    except (ValueError, UnsupportedAlgorithm):
        raise UnusableCertificate(_("It is not an X.509 certificate in DER form.")) from None
    return SigningKey(f"{certificate.serial_number:x}", _on_p256(public))


def key_of_public_key(der: bytes, name: str) -> SigningKey:
    """A bare public key (closed systems), under the name its receipts use. Raises UnusableCertificate."""
    try:
        public = load_der_public_key(der)
    except (ValueError, UnsupportedAlgorithm):
        raise UnusableCertificate(_("It is not a public key in DER form.")) from None
    return SigningKey(plain(name), _on_p256(public))


def plain(name: str) -> str:
    """A name for comparing: serials are hexadecimal numbers, so neither case nor leading zeros matter."""
    return f"{int(name, 16):x}" if _HEX.fullmatch(name) else name


def _on_p256(public: object) -> EllipticCurvePublicKey:
    if isinstance(public, EllipticCurvePublicKey) and isinstance(public.curve, SECP256R1):
        return public
    raise UnusableCertificate(_("Its key is not on the curve P-256, which ES256 needs."))


class KeyRing:
    """Every key that is known for some receipts."""

    def __init__(self, keys: Iterable[SigningKey] = ()) -> None:
        self._keys = {key.name: key for key in keys}

    def __iter__(self) -> Iterator[SigningKey]:
        return iter(self._keys.values())

    def add(self, key: SigningKey) -> None:
        self._keys[key.name] = key

    def find(self, name: str) -> SigningKey | None:
        """The key that a receipt's Zertifikat-Seriennummer names."""
        return self._keys.get(plain(name))
