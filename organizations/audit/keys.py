"""What the record is sealed and attested with. Both come from KONTOR_AUDIT_KEYS, which no database ever holds."""

from __future__ import annotations

import base64
import hmac
from functools import lru_cache

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

PURPOSE = b"kontor record checkpoints v1"


def newest() -> str:
    """The id of the key that new entries are sealed with."""
    return next(iter(settings.AUDIT_KEYS))


def mac_of(digest: str, key_id: str) -> str:
    """The seal of an entry: HMAC-SHA256 over its digest as hexadecimal digits. '' if the key is not configured."""
    key = settings.AUDIT_KEYS.get(key_id)
    return hmac.digest(key, digest.encode(), "sha256").hex() if key else ""


def sign(content: bytes) -> tuple[str, str]:
    """The newest key's id and its Ed25519 signature, in base64."""
    key_id = newest()
    return key_id, base64.b64encode(_signer(settings.AUDIT_KEYS[key_id]).sign(content)).decode()


def is_signed(content: bytes, key_id: str, signature: str) -> bool:
    """Whether one of our keys signed it. An unknown key, or text that is no signature, is a no."""
    key = settings.AUDIT_KEYS.get(key_id)
    if key is None:
        return False
    try:
        _signer(key).public_key().verify(base64.b64decode(signature, validate=True), content)
    except (InvalidSignature, ValueError):
        return False
    return True


def public_keys() -> dict[str, str]:
    """What anybody needs to check checkpoints: key id and Ed25519 public key, in base64. Nothing secret."""
    return {
        key_id: base64.b64encode(_signer(key).public_key().public_bytes_raw()).decode()
        for key_id, key in settings.AUDIT_KEYS.items()
    }


@lru_cache(maxsize=16)
def _signer(key: bytes) -> Ed25519PrivateKey:
    """The signing key that belongs to a sealing key: derived, so that there is one secret to keep and to rotate."""
    return Ed25519PrivateKey.from_private_bytes(HKDF(SHA256(), 32, salt=None, info=PURPOSE).derive(key))
