"""The books of one device: every receipt whose fiscal date is a given local day. Pure, so tests can ask it for truth."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from functools import lru_cache
from random import Random

from fiscal.sandbox.datacash import days
from fiscal.sandbox.datacash.documents import Document, Line, number
from fiscal.sandbox.datacash.profiles import PROFILES
from fiscal.sandbox.datacash.sales import LATEST_FATE, Device, Sale, sales, trading

EPOCH = date(2000, 1, 1)


@lru_cache(maxsize=1024)
def books(device: Device, day: date) -> tuple[Document, ...]:
    """All receipts of the day in order of time, also those that lie in the future."""
    drafts = sorted(_drafts(device, day), key=lambda draft: (draft.at, draft.idtrx))
    arrivals = _Arrivals(device, day)
    day_of_year = day.timetuple().tm_yday
    return tuple(
        draft._replace(
            number=number(day.year, day_of_year, index, device.lane),
            seen_at=draft.at if draft.temporary_id else arrivals.of(draft.at),
        )
        for index, draft in enumerate(drafts)
    )


def pending(device: Device, start: date, end: date, moment: float) -> list[Sale]:
    """Sales that began on these days and are not fiscal yet at this moment."""
    if not device.deferred:
        return []
    return [
        sale
        for day in days.span(start, end)
        for sale in sales(device, day)
        if sale.temporary_id and sale.sold_at <= moment < sale.at
    ]


def origin(idtrx: str) -> tuple[int, date] | None:
    """Serial of the device and day of the sale that an id was made of; None for an id of another kind."""
    if len(idtrx) != 14 or not idtrx.isascii() or not idtrx.isdigit():
        return None
    return int(idtrx[:5]) - 10_000, EPOCH + timedelta(days=int(idtrx[5:10]))


def _drafts(device: Device, day: date) -> Iterator[Document]:
    first, after = days.midnight(day), days.midnight(day + timedelta(days=1))
    for back in range(LATEST_FATE + 1):
        for sale in sales(device, day - timedelta(days=back)):
            if first <= sale.at < after:
                yield _sold(device, sale)
            if sale.fate and first <= sale.fate_at < after:
                yield _undone(device, sale)


def _sold(device: Device, sale: Sale) -> Document:
    return Document(
        sale.idtrx,
        "",
        "V",
        sale.at,
        0,
        sale.total,
        sale.lines,
        sale.payments,
        sale.allowance,
        device.id,
        "",
        sale.sold_at,
        sale.temporary_id,
    )


def _undone(device: Device, sale: Sale) -> Document:
    """The void of the whole sale, or the return of its first line, paid back the way it was paid (vouchers: cash)."""
    lines, payments, allowance, kind, last = sale.lines, sale.payments, sale.allowance, "A", "1"
    total = sale.total
    if sale.fate == "R":
        lines, kind, last, allowance = lines[:1], "R", "2", 0
        total = lines[0].total
        way = payments[0][0]
        payments = (("PC" if way == "TR" else way, total),)
    rare = int(sale.idtrx[-4:-1]) % 8 == 0
    return Document(
        sale.idtrx[:-1] + last,
        "",
        kind,
        sale.fate_at,
        0,
        total,
        lines,
        payments,
        allowance,
        device.id,
        sale.idtrx,
        sale.fate_at,
        "",
        rare,
    )


class _Arrivals:
    """When the cloud learns of a device's documents of one day."""

    def __init__(self, device: Device, day: date) -> None:
        self._live = device.sync == "live"
        if self._live:
            return
        ends = [end for _, end in trading(PROFILES[device.profile], day)]
        self._log_outs = [*ends, days.midnight(day + timedelta(days=1)) + 1800]
        draw = Random(f"{device.seed}|{day.isoformat()}|sync").random
        self._late = 86_400 * (1 + int(draw() * 3)) if draw() < 0.1 else 0

    def of(self, moment: int) -> int:
        """The next log-out, or on one day in ten one to three days after it."""
        if self._live:
            return moment
        return next(end for end in self._log_outs if end >= moment) + self._late


def items(lines: tuple[Line, ...]) -> Iterator[tuple[str, int, int]]:
    """Description, quantity and amount of what was sold; gifts are not sold."""
    for item in lines:
        if not item.gift:
            yield item.description, item.quantity, item.total
