"""Keeps pages as the provider gave them, without people's names, for a settable time."""

from __future__ import annotations

import json
import zlib
from datetime import datetime, timedelta

from django.conf import settings

from fiscal.models import RawPage, Register
from fiscal.statistics.shapes import Page
from fiscal.statistics.windows import Span


def keep(register: Register, span: Span, page: Page, *, first: bool, now: datetime) -> None:
    """Keep a page. `first`: it is the first one kept of this walk, and takes the place of what was kept of the span."""
    if settings.RAW_DAYS <= 0:
        return
    own = {"connection_id": register.connection_id, "register": register}
    days = {"first_day": span.first, "last_day": span.last}
    if first:
        RawPage.objects.filter(**own, **days).delete()
    text = json.dumps(page.raw, ensure_ascii=False, separators=(",", ":"))
    # Half a surrogate pair is kept as it came: `json.loads` reads it from bytes again.
    body = zlib.compress(text.encode("utf-8", "surrogatepass"), level=1)
    RawPage.objects.create(**own, **days, fetched_at=now, rows=len(page.raw), body=body)


def drop_old(*, now: datetime) -> int:
    """Drop pages that were kept long enough. Gives how many."""
    return RawPage.objects.filter(fetched_at__lt=now - timedelta(days=settings.RAW_DAYS)).delete()[0]
