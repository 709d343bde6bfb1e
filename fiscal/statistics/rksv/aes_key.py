"""The AES key of a register, and the checksum with which it is typed into FinanzOnline."""

from __future__ import annotations

import base64
import binascii
from hashlib import sha256

from django.utils.translation import gettext as _


class UnusableKey(ValueError):
    """Not an AES-256 key in Base64. The message never repeats it."""


def read_key(text: str) -> bytes:
    """The 32 bytes of a key in Base64. Raises UnusableKey."""
    try:
        key = base64.b64decode(text.strip(), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) != 32:
        raise UnusableKey(_("The AES key must be the Base64 of 32 bytes, 44 characters long."))
    return key


def checksum(text: str) -> str:
    """Four letters that show a typing error: from the SHA-256 of the key's Base64 *text*, not of its bytes."""
    return base64.b64encode(sha256(text.encode()).digest()[:3]).decode().rstrip("=")
