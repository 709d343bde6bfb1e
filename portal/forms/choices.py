"""Radio cards of which some cannot be chosen, and say why."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _


class RadioSelect(forms.RadioSelect):
    """Radio buttons; a value in `blocked` is shown with its reason and cannot be chosen."""

    blocked: Mapping[str, str]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.blocked = {}

    def create_option(self, name: str, value: Any, label: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        option = super().create_option(name, value, label, *args, **kwargs)
        if reason := self.blocked.get(str(value)):
            title, _newline, rest = str(label).partition("\n")
            option["label"] = "\n".join((title, f"{rest} {reason}".strip()))
            option["attrs"]["disabled"] = True
        return option


class CardField(forms.ChoiceField):
    """A choice among cards. `label` of a choice: title, then after a line break its explanation."""

    widget = RadioSelect
    default_error_messages = {"invalid_choice": _("Choose one of those offered.")}

    def offer(self, cards: list[tuple[str, str]], blocked: Mapping[str, str] | None = None) -> None:
        """Set what can be chosen. A blocked value is refused with its reason, whatever a form sends."""
        self.choices = cards
        self.blocked = self.widget.blocked = dict(blocked or {})

    def validate(self, value: Any) -> None:
        super().validate(value)
        if reason := getattr(self, "blocked", {}).get(str(value)):
            raise forms.ValidationError(reason)
