"""What a source gives, whatever the provider calls it. Between `sources` and the rest stands only this."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, NamedTuple

from fiscal.choices import ReceiptKind

_HALF = re.compile("[\ud800-\udfff]")


def fit(text: str) -> str:
    """The text as our columns take it: half a surrogate pair, which JSON can carry, is shown as "\ufffd"; NUL is left out."""
    return _HALF.sub("\ufffd", text).replace("\x00", "")


class SourceReceipt(NamedTuple):
    """One receipt or document, free of people's names. Fields as in `fiscal.models.Receipt`; amounts in cents."""

    key: str
    number: str
    day: date
    issued_at: datetime
    kind: ReceiptKind
    total: int
    currency: str
    uncollected: int = 0
    payments: tuple[tuple[str, int], ...] = ()
    taxes: tuple[tuple[str, int, int, int, int], ...] = ()
    """(code, rate in hundredths of a percent or UNKNOWN_RATE, gross, net, tax)"""
    items: tuple[tuple[str, int, int, int], ...] = ()
    """(name, quantity in thousandths, cents, rate)"""
    jws: str = ""
    unit_failed: bool = False
    related_key: str = ""


class Quarantined(NamedTuple):
    """A row that could not be read: the others of its page are kept. `text`: its redacted beginning."""

    what: str
    text: str


@dataclass(frozen=True)
class Page:
    """One page of a window. `raws` makes what `raw` gives; `last`: nothing comes after it."""

    receipts: list[SourceReceipt]
    raws: Callable[[], list[dict[str, Any]]] = field(repr=False)
    last: bool
    quarantined: list[Quarantined] = field(default_factory=list)

    @property
    def raw(self) -> list[dict[str, Any]]:
        """The provider's rows without people's names, to be kept for a while. Most pages are known, and never kept."""
        return self.raws()


@dataclass(frozen=True)
class SourceRegister:
    """A register in a provider's list."""

    remote_id: str
    name: str
    serial: str = ""
    active: bool = True


@dataclass(frozen=True)
class SourceArticle:
    """An article of a provider's catalogue; price in cents, rate in hundredths of a percent."""

    remote_id: str
    number: str
    name: str
    group: str
    price: int | None
    vat_rate: int | None


@dataclass(frozen=True)
class Catalogue:
    """What a connection sells, and how it is paid."""

    articles: list[SourceArticle]
    payment_methods: list[str]
