"""Moving what was sold along when a register turns out to have stood elsewhere."""

from __future__ import annotations

from datetime import date

from django.db.models import Q
from django.utils import timezone

from fiscal.models import DayArticle, DayPayment, DayTotal, DayVat, FillDay, Receipt, Register
from fiscal.statistics.ingest import mark_dirty
from fiscal.statistics.methods import move_methods
from organizations.models import Organization

CARRYING = (Receipt, DayTotal, DayPayment, DayVat, DayArticle)
"""All that carries its organization redundantly; each row says where its register stood on its day."""


def rehome(register: Register, place: Organization, *, first_day: date, last_day: date | None) -> None:
    """Put receipts and roll-ups of these local days (both included; None: no end) under `place`.

    The days are marked as well, so that their roll-ups are made anew. To be called with the register locked, as whoever
    stores its receipts does before looking where it stood.
    """
    days = Q(day__gte=first_day) & (Q(day__lte=last_day) if last_day else Q())
    for model in CARRYING:
        model.objects.filter(days, register=register).exclude(organization=place).update(organization=place)
    move_methods(register, place)
    filled = FillDay.objects.filter(days, register=register).values_list("day", flat=True)
    mark_dirty(register.pk, filled, now=timezone.now())
