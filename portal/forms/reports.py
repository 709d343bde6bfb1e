"""When a turnover report comes by mail, and what is attached."""

from __future__ import annotations

from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.conf import settings
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from fiscal.choices import ReportRhythm
from portal.forms.choices import CardField

HOURS = [(hour, f"{hour:02d}:00") for hour in range(24)]


class ReportForm(forms.Form):
    """A subscription. The rhythm is chosen once: another one is another report."""

    rhythm = CardField(label=_("How often"))
    hour = forms.TypedChoiceField(label=_("At"), choices=HOURS, coerce=int, initial=7)
    time_zone = forms.CharField(
        label=_("Time zone"), initial=settings.TIME_ZONE, help_text=_("For example Europe/Vienna or Europe/Rome.")
    )
    with_csv = forms.BooleanField(label=_("Attach the daily totals as CSV"), required=False, initial=True)

    def __init__(self, *args: Any, fixed: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["time_zone"].widget.attrs["list"] = "zones"
        if fixed:
            del self.fields["rhythm"]
            return
        words: dict[str, Any] = {
            ReportRhythm.DAILY: _("the day before"),
            ReportRhythm.WEEKLY: _("the week before, from Monday to Sunday"),
            ReportRhythm.MONTHLY: _("the month before"),
        }
        rhythm = self.fields["rhythm"]
        assert isinstance(rhythm, CardField)
        rhythm.offer([(value, f"{capfirst(label)}\n{words[value]}") for value, label in ReportRhythm.choices])

    def clean_time_zone(self) -> str:
        zone = str(self.cleaned_data["time_zone"]).strip()
        if zone not in available_timezones():
            raise forms.ValidationError(_("Write a time zone as Continent/City, for example Europe/Vienna."))
        return zone


ZONES = ("Europe/Vienna", "Europe/Rome", "Europe/Berlin", "Europe/Zurich", "Europe/Ljubljana", "UTC")
"""What the field offers while somebody types; any other zone is taken too."""
