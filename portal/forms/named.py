"""Forms of one name, of one person, and of a role."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from organizations.access import Reach
from organizations.choices import Level, Scope
from organizations.roles import Rights


class NameForm(forms.Form):
    """The name of a team or a group."""

    name = forms.CharField(label=_("Name"), max_length=60, widget=forms.TextInput(attrs={"autocomplete": "off"}))


class MemberForm(forms.Form):
    """Somebody by e-mail address."""

    email = forms.EmailField(
        label=_("Person, by e-mail address"),
        help_text=_("Somebody who stands in one of your organizations. Anybody else is invited first."),
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )


class RoleForm(forms.Form):
    """Name, sentence, and a level for each area; only levels that the editor has are offered."""

    name = forms.CharField(label=_("Name"), max_length=60, widget=forms.TextInput(attrs={"autocomplete": "off"}))
    sentence = forms.CharField(
        label=_("What it is for"),
        max_length=200,
        help_text=_("One plain sentence. It stands wherever the role can be picked."),
    )

    def __init__(self, *args: Any, reach: Reach, held: Rights | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for scope in Scope:
            levels = [level for level in Level if reach.allows(scope, level)]
            self.fields[f"level_{scope}"] = forms.ChoiceField(
                label=scope.label,
                required=False,
                choices=[("", _("none")), *((str(level), level.label) for level in levels)],
                widget=forms.RadioSelect,
                initial=str((held or {}).get(scope, "")),
            )

    def areas(self) -> Iterator[forms.BoundField]:
        """The fields of the areas."""
        for scope in Scope:
            yield self[f"level_{scope}"]

    def rights(self) -> dict[Scope, Level]:
        """The level of each area that was chosen, of a valid form."""
        chosen = {scope: self.cleaned_data[f"level_{scope}"] for scope in Scope}
        return {scope: Level(level) for scope, level in chosen.items() if level}
