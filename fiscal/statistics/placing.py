"""Whose a receipt is: the organization in which its register stood on that day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from fiscal.models import Placement, Register


class Places:
    """The placements of one register, read once for a page or a statement.

    Days before the first placement belong to the first; days that no placement covers to where the register stands now.
    """

    def __init__(self, register: Register, placements: Sequence[Placement] | None = None) -> None:
        self.now = register.organization_id
        rows = list(register.placements.order_by("from_day")) if placements is None else placements
        self.rows = [(row.from_day, row.until_day, row.organization_id) for row in rows]

    def on(self, day: date) -> int:
        """The id of the organization whose receipts of that day are."""
        if self.rows and day < self.rows[0][0]:
            return self.rows[0][2]
        for from_day, until_day, organization_id in reversed(self.rows):
            if from_day <= day:
                return organization_id if until_day is None or day <= until_day else self.now
        return self.now
