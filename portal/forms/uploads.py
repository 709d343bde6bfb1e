"""Forms about uploaded files."""

from __future__ import annotations

from datetime import date
from itertools import groupby
from typing import Any

from django import forms
from django.utils.html import escape
from django.utils.translation import gettext_lazy as _

from fiscal.choices import FileLayout
from fiscal.queries.import_page import ColumnLine
from fiscal.queries.imports import Device
from portal.forms.connections import DayInput

NOT_NEEDED = "-"
LAYOUTS = (
    (
        FileLayout.DAILY_TOTALS,
        _("Daily totals\nCloud pages, Statistiche: “Aggregati giornalieri”. Also Kontor's own “Daily totals”."),
    ),
    (
        FileLayout.STATISTICS,
        _("Statistics\nCloud pages, Statistiche: “Esporta statistiche”. Also Kontor's own “Export statistics”."),
    ),
    (
        FileLayout.COUNTER,
        _(
            "Document counter\nCustomer area, the Excel icon at the counter. Has no amounts: tells which days are complete."
        ),
    ),
)

MISSING = {
    "register": _("Choose the device that the file is of."),
    "layout": _("Choose what kind of file it is."),
    "first_day": _("Enter the first day of the span."),
    "last_day": _("Enter the last day of the span."),
}


class UploadForm(forms.Form):
    """A file, and what it is of. What is in it is judged by the service."""

    register = forms.ChoiceField(
        label=_("Device"), help_text=_("The file has to be of this device alone, as you chose it on the cloud pages.")
    )
    layout = forms.ChoiceField(label=_("Kind of file"), choices=LAYOUTS, widget=forms.RadioSelect)
    first_day = forms.DateField(label=_("From"), widget=DayInput(), help_text=_("As you chose it on the cloud pages."))
    last_day = forms.DateField(label=_("To"), widget=DayInput(), help_text=_("The last day in the file."))
    file = forms.FileField(
        label=_("File"),
        help_text=_("CSV in UTF-8 or Windows-1252, or an Excel workbook (.xlsx); at most 10 MB and 100,000 rows."),
        widget=forms.FileInput(attrs={"accept": ".csv,.xlsx,text/csv"}),
        error_messages={
            "required": _("Choose the file."),
            "missing": _("Choose the file."),
            "empty": _("Choose another file: this one is empty."),
        },
    )

    def __init__(self, *args: Any, devices: list[Device], latest: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, words in MISSING.items():
            self.fields[name].error_messages["required"] = words
        grouped = [
            (name or _("Read elsewhere"), [(str(device.register_id), device.name) for device in group])
            for name, group in groupby(devices, key=lambda device: device.connection)
        ]
        self.fields["register"].choices = [("", _("Choose…")), *grouped]  # type: ignore[attr-defined]
        for name in ("first_day", "last_day"):
            self.fields[name].widget.attrs["max"] = f"{latest:%Y-%m-%d}"


class ColumnsForm(forms.Form):
    """One choice for each column that nobody knows. Nothing is chosen beforehand."""

    def __init__(self, *args: Any, unknown: list[ColumnLine], fields: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.names = {f"column-{place}": line.name for place, line in enumerate(unknown)}
        choices = [("", _("Choose…")), (NOT_NEEDED, _("Not needed")), *fields]
        for key, line in zip(self.names, unknown, strict=True):
            values = (
                _("Values: %(samples)s") % {"samples": " · ".join(line.samples)} if line.samples else _("It is empty.")
            )
            said = forms.ChoiceField(label=line.name, choices=choices, initial=line.meaning, help_text=escape(values))
            said.error_messages["required"] = _("Say what it means, or that it is not needed.")
            self.fields[key] = said

    def columns(self) -> dict[str, str]:
        """What was said, by the name of the column, of a valid form."""
        return {
            name: "" if self.cleaned_data[key] == NOT_NEEDED else self.cleaned_data[key]
            for key, name in self.names.items()
        }

    def add_faults(self, faults: dict[str, str]) -> None:
        """Put what is wrong at the columns it is about."""
        keys = {name: key for key, name in self.names.items()}
        for name, words in faults.items():
            self.add_error(keys.get(name), words)
