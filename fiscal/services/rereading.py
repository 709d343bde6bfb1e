"""Reading kept raw pages again, after the reading of a field was corrected: the system's own work, started by hand."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from uuid import UUID

from django.utils import timezone

from fiscal.models import Connection
from fiscal.statistics.reread import Reread, reread
from fiscal.statistics.rollup import roll_up
from fiscal.statistics.windows import Span


def reread_connection(public_id: UUID, *, first_day: date, last_day: date, dry_run: bool = False) -> Iterator[Reread]:
    """Read the raw pages of a connection's registers again, and roll up what changed. What came of each, one by one.

    Raises Connection.DoesNotExist.
    """
    connection = Connection.objects.get(public_id=public_id)
    for register in connection.registers.order_by("pk"):
        yield reread(register, Span(first_day, last_day), now=timezone.now(), dry_run=dry_run)
    if not dry_run:
        roll_up(now=timezone.now())
