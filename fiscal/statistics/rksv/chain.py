"""The chain: every receipt carries a piece of the hash of the one before it (RKSV annex, “Sig-Voriger-Beleg”)."""

from __future__ import annotations

import base64
from hashlib import sha256

LENGTH = 8
"""Bytes of SHA-256 that are kept."""


def start_value(register_id: str) -> str:
    """The chain value of a register's first receipt: from the Kassen-ID, for there is nothing before it."""
    return _value(register_id)


def next_value(compact: str) -> str:
    """The chain value of the receipt that follows the one whose complete compact JWS is `compact`."""
    return _value(compact)


def _value(text: str) -> str:
    return base64.b64encode(sha256(text.encode("utf-8", "surrogatepass")).digest()[:LENGTH]).decode()
