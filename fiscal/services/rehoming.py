"""Moving what was sold along when a register turns out to have stood elsewhere."""

from __future__ import annotations

from datetime import date

from django.db.models import Q
from django.utils import timezone

from fiscal.models import DayArticle, DayPayment, DayTotal, DayVat, DirtyDay, FillDay, Receipt, Register
from organizations.models import Organization

CARRYING = (Receipt, DayTotal, DayPayment, DayVat, DayArticle)
"""All that carries its organization redundantly; each row says where its register stood on its day."""


def rehome(register: Register, place: Organization, *, first_day: date, last_day: date | None) -> None:
    """Put receipts and roll-ups of these local days (both included; None: no end) under `place`.

    The days are marked as well, so that the sums over both places are made anew. To be called with the register locked.
    """
    days = Q(day__gte=first_day) & (Q(day__lte=last_day) if last_day else Q())
    for model in CARRYING:
        model.objects.filter(days, register=register).exclude(organization=place).update(organization=place)
    filled = FillDay.objects.filter(days, register=register).values_list("day", flat=True)
    DirtyDay.objects.bulk_create(
        [DirtyDay(register=register, day=day, marked_at=timezone.now()) for day in filled],
        update_conflicts=True,
        unique_fields=["register", "day"],
        update_fields=["marked_at"],
    )
