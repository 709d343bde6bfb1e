"""The forms that offer ownership, and take it over."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.forms.choices import CardField
from portal.forms.proof import ProvenForm

NOTHING = "nothing"


class HandoverForm(ProvenForm):
    """To whom, what the giver keeps, and the proof of tier 4 that is typed."""

    field_order = ("to", "keeps", "typed_name", "reason")

    to = forms.ChoiceField(label=_("To whom"), error_messages={"required": _("Choose who shall own it.")})
    keeps = CardField(label=_("What you keep"), initial=NOTHING)

    def __init__(
        self, *args: Any, name: str, people: Sequence[tuple[str, str]], roles: Sequence[tuple[str, str]], **kwargs: Any
    ) -> None:
        super().__init__(*args, name=name, **kwargs)
        self.fields["to"].choices = [("", "–"), *people]  # type: ignore[attr-defined]
        nothing = (NOTHING, str(_("Nothing\nYour access by ownership ends when they accept.")))
        self.fields["keeps"].offer([nothing, *roles])  # type: ignore[attr-defined]


class TakeOverForm(forms.Form):
    """The tick of who takes it over."""

    understood = forms.BooleanField(
        label=_("I take it over, with all that an owner decides"),
        error_messages={"required": _("Tick this to go on: nothing was changed yet.")},
    )
