"""What is asked on the page about who can see something."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from organizations.choices import AREAS
from portal.forms.connections import DayInput


class WhyForm(forms.Form):
    """An area, a person and a day, each of which may be left out."""

    area = forms.ChoiceField(label=_("Area"), choices=[(str(scope), scope.label) for scope in AREAS], required=False)
    person = forms.UUIDField(label=_("Person"), required=False, widget=forms.Select)
    at = forms.DateField(
        label=_("As of"), required=False, widget=DayInput(), help_text=_("The end of that day. Left empty: now.")
    )

    def offer(self, people: Iterable[tuple[UUID, str]]) -> WhyForm:
        """Name the people one can ask about."""
        self.fields["person"].widget.choices = [("", _("Everybody")), *people]
        return self

    def clean_at(self) -> date | None:
        """Raises ValidationError for a day to come."""
        day: date | None = self.cleaned_data["at"]
        if day and day > timezone.localdate():
            raise forms.ValidationError(_("Choose today or a day that has passed."))
        return day
