"""The proof of tier 3 as fields of a form that asks for more than a confirmation does."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.proof import LONGEST_REASON


class ProvenForm(forms.Form):
    """A form that takes the typed `name` and a reason with it. Without a name it asks for neither."""

    typed_name = forms.CharField(label=_("Name"), widget=forms.TextInput(attrs={"autocomplete": "off"}))
    reason = forms.CharField(
        label=_("Reason"),
        max_length=LONGEST_REASON,
        help_text=_("The record keeps it."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, *args: Any, name: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.name = name
        if name:
            self.fields["typed_name"].label = _("Type %(name)s") % {"name": name}
        else:
            del self.fields["typed_name"], self.fields["reason"]

    def clean_typed_name(self) -> str:
        typed: str = self.cleaned_data["typed_name"]
        if typed.strip() != self.name:
            raise forms.ValidationError(_("This is not the name. Nothing was changed yet."))
        return typed

    @property
    def missing(self) -> list[str]:
        """The parts of the proof that were not given."""
        return [name for name in ("typed_name", "reason") if name in self.errors]
