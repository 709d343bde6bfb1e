"""The payment methods of a register: free text that somebody typed, differently at each register."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from typing import NamedTuple

_NAMES = (
    ("BARZAHLUNG", "Bar", "bar ", "Barzahlung"),
    ("Karte", "KARTE", "Bankomat", "Kartenzahlung"),
    ("SumUp", "sumup", "SumUp-Karte", "SUMUP"),
    ("Gutscheinkonto", "Gutschein", "GUTSCHEINKONTO", "Gutscheinkonto"),
    ("Rechnung", "rechnung", "Auf Rechnung", "Zielzahlung"),
)
_TYPES = ("cash", "card", "card", "voucher", "invoice")


class Method(NamedTuple):
    """One payment method of a register."""

    id: int
    name: str
    type: str


@lru_cache(maxsize=4096)
def methods(register_id: int, seed: str) -> tuple[Method, ...]:
    """The methods of a register by slot (cash, card, SumUp, voucher, invoice)."""
    digest = hashlib.blake2b(f"methods {seed}".encode(), digest_size=len(_NAMES)).digest()
    return tuple(
        Method(register_id * 10 + slot, names[digest[slot] % len(names)], _TYPES[slot])
        for slot, names in enumerate(_NAMES)
    )
