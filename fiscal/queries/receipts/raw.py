"""A receipt as the provider sent it, while its raw page is still kept."""

from __future__ import annotations

import json
import zlib
from datetime import datetime
from typing import Any

from fiscal.choices import Provider
from fiscal.models import RawPage, Receipt, Register
from fiscal.statistics.shapes import fit

MOST_PAGES = 20
KEYS = {Provider.KASSANDRO: ("receiptNumber",), Provider.DATACASH: ("idtrx",)}


def raw_of(receipt: Receipt, register: Register) -> tuple[str, datetime | None]:
    """Its row as indented JSON and when that was read; '' where no page has it any more."""
    pages = RawPage.objects.filter(register=register, first_day__lte=receipt.day, last_day__gte=receipt.day)
    names = KEYS[Provider(register.provider)]
    for page in pages.order_by("-fetched_at", "-pk")[:MOST_PAGES]:
        for row in json.loads(zlib.decompress(page.body)):
            if _is(row, names, receipt.key):
                text = json.dumps(row, ensure_ascii=False, indent=2)
                # Half a surrogate pair is shown escaped, as JSON carried it.
                return text.encode("utf-8", "backslashreplace").decode(), page.fetched_at
    return "", None


def _is(row: Any, names: tuple[str, ...], key: str) -> bool:
    return isinstance(row, dict) and any(fit(str(row.get(name))) == key for name in names)
