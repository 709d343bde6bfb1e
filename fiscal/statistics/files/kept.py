"""What a checked file says, as bytes to keep: whoever looks at it later need not read the file again, which takes seconds."""

from __future__ import annotations

import json
import zlib
from datetime import date, datetime
from typing import Any

from fiscal.choices import FillState, ReceiptKind
from fiscal.statistics.files.content import (
    Content,
    CountedDocument,
    DayFigures,
    KindSum,
    Sold,
    SpanFacts,
    VatSum,
)


def pack(content: Content) -> bytes:
    """The content as compressed JSON."""
    told = {
        "days": [_day(one) for one in content.days],
        "payments": content.span.payments,
        "vat": _pairs(content.span.vat),
        "articles": content.span.articles,
        "documents": [[*one[:2], one.day.isoformat(), *one[3:]] for one in content.documents],
        "unfilled": [day.isoformat() for day in content.unfilled],
        "elsewhere": content.elsewhere,
    }
    return zlib.compress(json.dumps(told, separators=(",", ":")).encode())


def unpack(kept: bytes) -> Content:
    """The content that was packed."""
    told = json.loads(zlib.decompress(kept))
    return Content(
        days=[_figures(*one) for one in told["days"]],
        span=SpanFacts(
            told["payments"],
            {(code, rate): cents for code, rate, cents in told["vat"]},
            {name: Sold(*sold) for name, sold in told["articles"].items()},
        ),
        documents=[
            CountedDocument(key, number, date.fromisoformat(day), ReceiptKind(kind), vat_number)
            for key, number, day, kind, vat_number in told["documents"]
        ],
        unfilled=[date.fromisoformat(day) for day in told["unfilled"]],
        elsewhere=told["elsewhere"],
    )


def _day(one: DayFigures) -> list[Any]:
    return [
        one.day.isoformat(),
        one.kinds,
        one.state,
        one.as_of.isoformat() if one.as_of else None,
        one.split_kinds,
        one.payments,
        None if one.vat is None else _pairs(one.vat),
        one.articles,
    ]


def _figures(day: str, kinds: Any, state: str, as_of: str | None, split: bool, *splits: Any) -> DayFigures:  # noqa: FBT001
    payments, vat, articles = splits
    return DayFigures(
        date.fromisoformat(day),
        {ReceiptKind(kind): KindSum(*sums) for kind, sums in kinds.items()},
        FillState(state),
        datetime.fromisoformat(as_of) if as_of else None,
        split,
        payments,
        None if vat is None else {(code, rate): VatSum(*sums) for code, rate, sums in vat},
        None if articles is None else {name: Sold(*sold) for name, sold in articles.items()},
    )


def _pairs(by_rate: dict[tuple[str, int], Any]) -> list[list[Any]]:
    """JSON has no pairs as keys."""
    return [[code, rate, value] for (code, rate), value in by_rate.items()]
