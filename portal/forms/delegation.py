"""The forms about delegation: read, write or full in one go, or area by area; and the request for it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django import forms
from django.forms import BoundField
from django.utils.translation import gettext_lazy as _

from organizations.choices import Level, Scope
from organizations.roles import FULL, READ, WRITE, Rights
from portal.forms.choices import CardField
from portal.forms.ends import EndDateField, last_day
from portal.forms.proof import ProvenForm
from portal.proof import LONGEST_REASON

BY_AREA, NOTHING = "areas", "nothing"
PRESETS: Mapping[str, Rights] = {"read": READ, "write": WRITE, "full": FULL, NOTHING: {}}
CARDS: list[tuple[str, Any]] = [
    ("read", _("Read\nSees all nine areas, people and billing too, and changes nothing.")),
    (
        "write",
        _(
            "Write\nChanges devices, organizations, exports and archives; sees people and billing and leaves them as is."
        ),
    ),
    ("full", _("Full\nDoes everything of all nine areas, lets people in and out, and changes many at once.")),
    (BY_AREA, _("By area\nWhat is chosen for each area below.")),
]
NONE_CARD: tuple[str, Any] = (
    NOTHING,
    _("Nothing\nPeople of the partner lose sight of it, and of all below it, at once."),
)
LEVELS = [("", _("none")), (Level.VIEW.value, Level.VIEW.label), (Level.MANAGE.value, Level.MANAGE.label)]
BULK_LEVELS = [("", _("none")), (Level.MANAGE.value, Level.MANAGE.label)]


class AreasMixin(forms.Form):
    """How much of what: a preset, or a level for each of the nine areas and bulk actions."""

    def offer(self, *, with_nothing: bool) -> None:
        """Add the fields. "Nothing" is a choice where something may be delegated already."""
        preset = CardField(label=_("How much"), error_messages={"required": _("Choose how much.")})
        preset.offer([*CARDS, NONE_CARD] if with_nothing else CARDS)
        self.fields["preset"] = preset
        for scope in Scope:
            levels = BULK_LEVELS if scope == Scope.BULK else LEVELS
            self.fields[area_name(scope)] = forms.ChoiceField(label=scope.label, choices=levels, required=False)

    @property
    def areas(self) -> Iterator[BoundField]:
        """The fields of the areas, in the guide's order."""
        return (self[area_name(scope)] for scope in Scope)

    def rights(self) -> Rights:
        """What was chosen, of a valid form."""
        preset = self.cleaned_data["preset"]
        if preset in PRESETS:
            return PRESETS[preset]
        chosen = {scope: self.cleaned_data[area_name(scope)] for scope in Scope}
        return {scope: Level(level) for scope, level in chosen.items() if level}


def area_name(scope: Scope) -> str:
    """The field of an area."""
    return f"area_{scope.lower()}"


def start_of(rights: Rights, until: Any) -> dict[str, Any]:
    """What a form about these rights shows first."""
    preset = next((name for name, each in PRESETS.items() if dict(each) == dict(rights)), BY_AREA)
    return {"preset": preset, "until": last_day(until), **{area_name(scope): each for scope, each in rights.items()}}


class DelegationForm(AreasMixin, ProvenForm):
    """The owner's decision, with the proof of tier 3."""

    until = EndDateField()

    def __init__(self, *args: Any, name: str, with_nothing: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, name=name, **kwargs)
        self.offer(with_nothing=with_nothing)


class AskForm(AreasMixin):
    """The partner's request."""

    until = EndDateField()
    reason = forms.CharField(
        label=_("Reason"), max_length=LONGEST_REASON, help_text=_("The owner reads it before deciding.")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{**kwargs, "use_required_attribute": False})
        self.offer(with_nothing=False)
