"""The turnover counter, encrypted in every receipt (RKSV annex, “Stand-Umsatz-Zaehler-AES256-ICM”)."""

from __future__ import annotations

from hashlib import sha256

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CTR

from fiscal.statistics.rksv.aes_key import read_key

WIDTHS = range(5, 17)
"""Bytes that a counter may have; 8 is usual. It never passes one block of AES."""

TRAINING, STORNO = b"TRA", b"STO"
"""Stand in the counter's field instead of it."""


class TurnoverCounter:
    """Opens and closes the counters of one register. Holds its AES key and never shows it."""

    __slots__ = ("_aes",)

    def __init__(self, key: bytes) -> None:
        """`key`: 32 bytes; ValueError otherwise."""
        if len(key) != 32:
            raise ValueError("An AES-256 key has 32 bytes.")
        self._aes = AES(key)

    @classmethod
    def from_base64(cls, text: str) -> TurnoverCounter:
        """From the key as registers export it. Raises UnusableKey."""
        return cls(read_key(text))

    def encrypt(self, cents: int, register_id: str, number: str, *, width: int = 8) -> bytes:
        """The counter's field for `cents` at receipt `number`: two's complement, big-endian, `width` bytes."""
        if width not in WIDTHS:
            raise ValueError(f"A turnover counter has 5 to 16 bytes, not {width}.")
        return self._turn(cents.to_bytes(width, "big", signed=True), register_id, number)

    def decrypt(self, encrypted: bytes, register_id: str, number: str) -> int:
        """The counter in cents. Another key, register or number gives another number, not an error."""
        return int.from_bytes(self._turn(encrypted, register_id, number), "big", signed=True)

    def _turn(self, data: bytes, register_id: str, number: str) -> bytes:
        start = sha256((register_id + number).encode()).digest()[:16]
        return Cipher(self._aes, CTR(start)).encryptor().update(data)
