"""VAT rates as headers and keys name them: “IVA 22%”, “7,3 %”, a natura N1 to N7 (contract "Documento commerciale", 3)."""

from __future__ import annotations

import re
from typing import NamedTuple

NATURES = ("N1", "N2", "N3", "N4", "N5", "N6", "N7", "VI")
_PLAIN = re.compile(r"(?:iva\s*)?([0-9]{1,2}(?:[.,][0-9]{1,2})?)\s*%?\Z", re.IGNORECASE)
_KNOWN = re.compile(r"iva\s*([0-9]{1,2}(?:[.,][0-9]{1,2})?)\s*%\Z", re.IGNORECASE)
_INSIDE = re.compile(r"(?<![0-9.,])([0-9]{1,2}(?:[.,][0-9]{1,2})?)\s*%")
_NATURA = re.compile(r"\b(N[1-7]|VI)\b")


class Rate(NamedTuple):
    """The code that receipts use, and the rate in hundredths of a percent."""

    code: str
    rate: int


def known_header(header: str) -> Rate | None:
    """The rate of a header that is certainly one: “IVA 22%” or a natura alone."""
    text = header.strip()
    if text.upper() in NATURES:
        return Rate(text.upper(), 0)
    found = _KNOWN.match(text)
    return _rate(found[1]) if found else None


def rate_of(text: str) -> Rate | None:
    """The one rate that a text names; None if it names none, or more than one."""
    text = text.strip()
    if text.upper() in NATURES:
        return Rate(text.upper(), 0)
    if found := _PLAIN.match(text):
        return _rate(found[1])
    rates = {_rate(number) for number in _INSIDE.findall(text)} | {Rate(code, 0) for code in _NATURA.findall(text)}
    return rates.pop() if len(rates) == 1 else None


def net_of(gross: int, rate: int) -> int:
    """Cents without VAT, rounded half up."""
    whole = 10_000 + max(rate, 0)
    net = (20_000 * abs(gross) + whole) // (2 * whole)
    return net if gross >= 0 else -net


def _rate(number: str) -> Rate:
    whole, _mark, rest = number.replace(",", ".").partition(".")
    hundredths = int(whole) * 100 + int(rest.ljust(2, "0") or 0)
    rest = rest.rstrip("0")
    return Rate(f"{int(whole)}.{rest}" if rest else str(int(whole)), hundredths)
