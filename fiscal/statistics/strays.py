"""Looks once a day for receipts of registers that have lost their clock: dated ahead, or in the month clocks begin with.

They are kept, flagged and in no total (`fiscal.statistics.ingest.suspicion`), and no day is marked as filled for them.
"""

from __future__ import annotations

from datetime import date, timedelta

from django.db import transaction

from fiscal.models import Register
from fiscal.statistics.ingest import Intake
from fiscal.statistics.reader import Reader
from fiscal.statistics.windows import ONE, Span

AHEAD = 31
FIRST_MONTH = Span(date(1970, 1, 1), date(1970, 1, 31))


def look(reader: Reader, register: Register, today: date) -> None:
    """Take in what the provider has of such days. Raises ProviderError, LeaseLost."""
    intake = Intake(register)
    for span in (Span(today + ONE, today + timedelta(days=AHEAD)), FIRST_MONTH):
        if not (counted := reader.source.count(register, *span)):
            continue
        for page in reader.source.pages(register, *span, counted=counted):
            with transaction.atomic():
                now = reader.clock()
                reader.lease.hold(now=now)
                intake.write(page.receipts, now=now)
