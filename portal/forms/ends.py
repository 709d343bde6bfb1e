"""End dates: a person names the last day, and it ends when that day does."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class EndDateField(forms.DateField):
    """The last day on which something holds; cleaned to the moment it ends, or None."""

    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")

    def __init__(self, **kwargs: Any) -> None:
        words = _("The last day; leave it empty for no end.")
        super().__init__(**{"label": _("End date"), "help_text": words, "required": False, **kwargs})

    def clean(self, value: Any) -> datetime | None:
        day = super().clean(value)
        return ends_after(day) if day else None


def ends_after(day: date) -> datetime:
    """The first moment after a day, in the zone of the house."""
    return datetime.combine(day + timedelta(1), time(), timezone.get_current_timezone())


def last_day(until: datetime | None) -> date | None:
    """The last day on which something with this end holds, for a form that shows it."""
    return timezone.localdate(until - timedelta(microseconds=1)) if until else None
