"""What a device sells on a day, and what will become of each sale: a pure function of (device, day).

Only `Random.random` is drawn from, whose sequence for a seed Python promises never to change.
"""

from __future__ import annotations

from bisect import bisect
from collections.abc import Callable
from datetime import date
from functools import lru_cache
from random import Random
from typing import NamedTuple

from fiscal.sandbox.datacash import days
from fiscal.sandbox.datacash.documents import Line, line
from fiscal.sandbox.datacash.profiles import PROFILES, Profile

Draw = Callable[[], float]
Payments = tuple[tuple[str, int], ...]
LARGEST_DAY = 700  # sales of one device, so that numbers of documents stay unique
VOUCHER = 800  # cents of one meal voucher
LATEST_FATE = 3  # days after the sale on which it may still be voided or taken back
# One draw decides how a sale is paid.
_SHARES = (0.46, 0.89, 0.93, 0.95, 0.965, 0.98)
_WAYS = ("PC", "PE", "TR", "NR_EF", "NR_PS", "NR_CS", "PC+PE")


class Device(NamedTuple):
    """A till, a tablet or a phone that issues receipts. Its books follow from these values alone.

    serial:   unlike that of any other device; begins its document ids
    lane:     unlike that of any other device of this partita IVA; keeps document numbers apart
    per_day:  sales on an ordinary day
    sync:     "live", or "logout": the cloud learns of documents when the operator logs out, sometimes days later
    deferred: sales in a thousand whose fiscalisation is deferred
    """

    id: str
    serial: int
    lane: int
    vat_number: str
    profile: str
    seed: str
    per_day: int
    opened: date
    closed: date | None = None
    sync: str = "live"
    deferred: int = 0


class Sale(NamedTuple):
    """One sale. fate: "", "A" or "R", what happens to it at fate_at; at: when it becomes fiscal."""

    idtrx: str
    sold_at: int
    at: int
    total: int
    lines: tuple[Line, ...]
    payments: Payments
    allowance: int
    temporary_id: str
    fate: str
    fate_at: int


@lru_cache(maxsize=2048)
def sales(device: Device, day: date) -> tuple[Sale, ...]:
    """The sales that begin on this local day, in order."""
    profile = PROFILES[device.profile]
    trades = device.opened <= day and (device.closed is None or day <= device.closed)
    if not trades or day.weekday() in profile.closed:
        return ()
    draw = Random(f"{device.seed}|{day.isoformat()}").random
    stem = f"{10_000 + device.serial}{(day - date(2000, 1, 1)).days:05d}"
    return tuple(
        _sale(draw, device, profile, f"{stem}{index:03d}", moment)
        for index, moment in enumerate(_moments(draw, device, profile, day))
    )


def trading(profile: Profile, day: date) -> list[tuple[int, int]]:
    """Opening and closing of this day in unix seconds. The night that loses an hour is shorter."""
    return [(days.at(day, start), days.at(day, end)) for start, end in profile.hours]


def _moments(draw: Draw, device: Device, profile: Profile, day: date) -> list[int]:
    busy = 1.3 if day.weekday() == 5 else 1.0
    count = min(LARGEST_DAY, max(1, round(device.per_day * busy * (0.8 + 0.4 * draw()))))
    spans = trading(profile, day)
    open_seconds = sum(end - start for start, end in spans)
    chosen: set[int] = set()
    for _ in range(count):
        left = int(draw() * open_seconds)
        for start, end in spans:
            if left < end - start:
                chosen.add(start + left)
                break
            left -= end - start
    return sorted(chosen)


def _sale(draw: Draw, device: Device, profile: Profile, stem: str, sold_at: int) -> Sale:
    lines = _basket(draw, profile)
    total = sum(item.total for item in lines)
    allowance = 0
    if draw() < 0.02 and total > 200:
        allowance = total % 5 or 100
    payments = _paid(draw(), total - allowance, vouchers=profile.vouchers)
    invoiced = payments[0][0] == "NR_EF"
    fate, fate_at = _fate(draw(), draw(), sold_at, settled=invoiced)
    at, temporary_id = sold_at, ""
    if device.deferred and draw() * 1000 < device.deferred:
        # Tried again every hour; such a sale is neither voided nor taken back, to keep the two stories apart.
        at, temporary_id, fate = sold_at + 3600 * (1 + int(draw() * 3)), f"tmp-{stem}", ""
    return Sale(f"{stem}0", sold_at, at, total, lines, payments, allowance, temporary_id, fate, fate_at)


def _basket(draw: Draw, profile: Profile) -> tuple[Line, ...]:
    pool = profile.pool
    lines = [pool[int(draw() * len(pool))] for _ in range(1 + bisect((0.45, 0.75, 0.92), draw()))]
    special = draw()
    if special < 0.03:
        first = lines[0]
        lines[0] = line(first.description, first.rate, first.price, first.quantity, first.total // 10)
    elif special < 0.05 and len(lines) > 1:
        last = lines[-1]
        lines[-1] = line(last.description, last.rate, last.price, last.quantity, gift=True)
    return tuple(lines)


def _paid(chance: float, due: int, *, vouchers: bool) -> Payments:
    way = _WAYS[bisect(_SHARES, chance)]
    if way == "TR":
        worth = due // VOUCHER * VOUCHER
        if not vouchers or not worth:
            return (("PE", due),)
        return (("TR", worth), ("PC", due - worth)) if due > worth else (("TR", worth),)
    if way == "PC+PE":
        cash = due // 2
        return (("PC", cash), ("PE", due - cash)) if cash else (("PC", due),)
    return ((way, due),)


def _fate(chance: float, when: float, sold_at: int, *, settled: bool) -> tuple[str, int]:
    """Voided at once, voided on the next day, taken back within three days, or nothing (the rule)."""
    if settled or chance > 0.03:
        return "", 0
    if chance < 0.014:
        return "A", sold_at + 60 + int(when * 1200)
    if chance < 0.018:
        return "A", sold_at + 72_000 + int(when * 20_000)
    return "R", sold_at + 80_000 + int(when * (LATEST_FATE - 1.2) * 86_400)
