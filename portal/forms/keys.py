"""Forms about API keys."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from organizations.choices import KeyStatus, Mode
from portal.forms.proof import ProvenForm

KEPT = ((1, _("1 hour")), (24, _("24 hours")), (168, _("7 days")))
"""How long the old key of a rotation goes on working."""
MODE_WORDS = {
    Mode.TEST: _("TEST\nFor trying out. Nothing made with it is fiscal."),
    Mode.LIVE: _("LIVE\nFor real tills. What is made with it is fiscal and cannot be taken back."),
}


class NewKeyForm(forms.Form):
    """Name and mode of a new key."""

    name = forms.CharField(
        label=_("Name"),
        max_length=30,
        help_text=_("3 to 30 lower-case letters, digits or hyphens, for example till-3. fiskaly takes no others."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}),
    )
    mode = forms.ChoiceField(label=_("Mode"), widget=forms.RadioSelect)

    def __init__(self, *args: Any, modes: list[Mode], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["mode"].choices = [(mode, MODE_WORDS[mode]) for mode in modes]  # type: ignore[attr-defined]
        if len(modes) == 1:
            self.fields["mode"].initial = modes[0]


class RotateForm(ProvenForm):
    """How long the old key stays, with the proof of tier 3 where its secret was handed over."""

    field_order = ("keep_hours", "typed_name", "reason")

    keep_hours = forms.TypedChoiceField(
        label=_("The old key works for"),
        choices=KEPT,
        initial=24,
        coerce=int,
        widget=forms.RadioSelect,
    )


class KeyFilterForm(forms.Form):
    """The filters of a list of keys; anything unknown in the address counts as no filter."""

    q = forms.CharField(required=False)
    mode = forms.ChoiceField(label=_("Mode"), required=False, choices=[("", _("All modes")), *Mode.choices])
    status = forms.ChoiceField(
        label=_("Status"),
        required=False,
        choices=[("", _("Not deleted")), *KeyStatus.choices, ("DELETED", _("deleted"))],
    )
