"""Signature devices: a P-256 key with a certificate made by itself. Both follow from a seed, so nothing is stored.

Signatures are deterministic (RFC 6979): a receipt that is signed again gets the same signature.
"""

from __future__ import annotations

import base64
import hashlib
from datetime import UTC, datetime
from functools import cached_property, lru_cache

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.x509.oid import NameOID

ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
_ALGORITHM = ec.ECDSA(hashes.SHA256(), deterministic_signing=True)


class Device:
    """One signature device.

    seed:   any text
    closed: names the key id of a closed system (such as "U:ATU99000017-1"); then there is no certificate
    """

    def __init__(self, seed: str, closed: str | None = None) -> None:
        digest = hashlib.sha512(f"rksv device {seed}".encode()).digest()
        self._key = ec.derive_private_key(1 + int.from_bytes(digest[:40], "big") % (ORDER - 1), ec.SECP256R1())
        self._number = int.from_bytes(digest[40:47], "big") | 1 << 55  # positive, and always 14 hexadecimal digits
        self._closed = closed

    @property
    def serial(self) -> str:
        """The serial number of the certificate in hexadecimal digits, or the key id of a closed system."""
        return self._closed or f"{self._number:x}"

    def sign(self, data: bytes) -> bytes:
        """ES256: r and s in 32 bytes each."""
        r, s = decode_dss_signature(self._key.sign(data, _ALGORITHM))
        return r.to_bytes(32, "big") + s.to_bytes(32, "big")

    @property
    def public_key(self) -> str:
        """The public key, DER in Base64."""
        key = self._key.public_key()
        der = key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
        return base64.b64encode(der).decode()

    @cached_property
    def certificate(self) -> str:
        """The certificate, DER in Base64; "" in a closed system."""
        if self._closed:
            return ""
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"Sandbox signature device {self.serial}")])
        made = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(self._key.public_key())
            .serial_number(self._number)
            .not_valid_before(datetime(2016, 1, 1, tzinfo=UTC))
            .not_valid_after(datetime(2046, 1, 1, tzinfo=UTC))
            .sign(self._key, hashes.SHA256(), ecdsa_deterministic=True)
        )
        return base64.b64encode(made.public_bytes(serialization.Encoding.DER)).decode()


@lru_cache(maxsize=1024)
def device(seed: str, closed: str | None = None) -> Device:
    """The device of a seed; making one takes longer than a signature."""
    return Device(seed, closed)
