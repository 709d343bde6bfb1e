"""The questions of the wizard, one form a step; the facts are asked by the form that the edit page uses too."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.utils.translation import gettext as now
from django.utils.translation import gettext_lazy as _

from billing.rules import Terms, check_terms
from fiscal.queries import Place
from organizations.choices import Mode
from organizations.rules import RulesBroken, check_key_name
from portal.forms.broken import add_broken
from portal.forms.choices import CardField
from portal.shapes import Shape

ITSELF = "itself"


class ShapeForm(forms.Form):
    """Which of the guide's models is it? ("Organizational Structure")"""

    model = CardField(label=_("What do you want to create?"), error_messages={"required": _("Choose what fits best.")})

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{**kwargs, "use_required_attribute": False})
        self.fields["model"].offer(Shape.cards())  # type: ignore[attr-defined]


class PlaceForm(forms.Form):
    """Below which organization, in which mode; for a holding also who administers it."""

    parent = CardField(error_messages={"required": _("Choose the organization above it.")})
    mode = CardField(label=_("Mode"), error_messages={"required": _("Choose a mode.")})
    delegation = CardField(
        label=_("Who administers it and its branches?"), error_messages={"required": _("Choose who administers it.")}
    )

    def __init__(self, *args: Any, shape: Shape, places: Sequence[Place], chosen: Place | None, **kwargs: Any) -> None:
        super().__init__(*args, **{**kwargs, "use_required_attribute": False})
        self.fields["parent"].label = str(shape.question)
        self.fields["parent"].offer(  # type: ignore[attr-defined]
            [(place.id, _card(place)) for place in places],
            {place.id: place.blocked for place in places if place.blocked},
        )
        blocked = {choice.mode: choice.blocked for choice in chosen.modes if choice.blocked} if chosen else {}
        self.fields["mode"].offer(MODE_CARDS, blocked)  # type: ignore[attr-defined]
        if shape != Shape.HOLDING:
            del self.fields["delegation"]
            return
        self.fields["delegation"].offer(DELEGATION_CARDS)  # type: ignore[attr-defined]


MODE_CARDS = [
    (Mode.TEST.value, _("TEST\nFor trying out: nothing made there is fiscal.")),
    (Mode.LIVE.value, _("LIVE\nFor business: what is made there is fiscal and is billed.")),
]
DELEGATION_CARDS = [
    (
        "yes",
        _(
            "You do, for the holding\nIt delegates all nine areas and bulk actions to you, without an end date. Its owner "
            "can narrow that by area and level, or end it, at any time."
        ),
    ),
    (
        "no",
        _(
            "The holding itself\nAfter the hand-over, only people with authorizations there have access. You can ask it "
            "to delegate single areas later."
        ),
    ),
]


def _card(place: Place) -> str:
    where = now("%(town)s, below %(above)s") % {"town": place.town, "above": place.above} if place.above else place.town
    modes = " ".join(place.open_modes)
    return f"{place.name}\n{where}{' · ' if modes else ''}{modes}"


@dataclass(frozen=True)
class BillTo:
    """An organization that may be invoiced instead."""

    id: str
    name: str
    live: bool


@dataclass(frozen=True)
class Payers:
    """Who may be invoiced for something new, what the guide proposes, and whether the person may choose otherwise."""

    offered: Sequence[BillTo] = ()
    proposed: Terms = field(default_factory=Terms)
    free: bool = True


class BillingForm(forms.Form):
    """Who is invoiced, and whether the new organization sees that (guide: "Billing Options").

    `fixed`: the person may not choose; whatever is sent, the initial values hold.
    """

    bill_to = CardField(label=_("Who is invoiced?"), error_messages={"required": _("Choose who is invoiced.")})
    withhold = forms.BooleanField(
        label=_("Withhold billing"),
        required=False,
        help_text=_("The new organization neither gets nor sees invoices. Only possible if somebody else is invoiced."),
    )
    gln = forms.CharField(
        label=_("GLN"),
        required=False,
        help_text=_("Global Location Number, 13 digits, if invoices have to carry one."),
    )

    def __init__(
        self,
        *args: Any,
        candidates: Sequence[BillTo],
        mode: str,
        needs_bill_to: bool,
        name: str,
        fixed: bool,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **{**kwargs, "use_required_attribute": False})
        self.fixed = fixed
        for one_field in self.fields.values():
            one_field.disabled = fixed
        cards = [(one.id, one.name) for one in candidates]
        itself = now("%(name)s itself\nIt gets and sees its invoices.") % {"name": name}
        blocked = {one.id: LIVE_ONLY for one in candidates if mode == Mode.LIVE and not one.live}
        if mode == Mode.LIVE and needs_bill_to:
            blocked[ITSELF] = LIVE_NEEDS_BILL_TO
        self.fields["bill_to"].offer([*cards, (ITSELF, itself)], {k: str(v) for k, v in blocked.items()})  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        if "bill_to" not in self.errors:
            try:
                check_terms(self.terms())
            except RulesBroken as broken:
                add_broken(self, broken)
        return self.cleaned_data

    def terms(self) -> Terms:
        """What was chosen, in the shape of the rules."""
        bill_to = self.cleaned_data.get("bill_to", "")
        return Terms(
            bill_to="" if bill_to == ITSELF else bill_to,
            withhold=self.cleaned_data.get("withhold", False),
            gln=self.cleaned_data.get("gln", ""),
        )


LIVE_ONLY = _("It is not LIVE, and a LIVE organization can only be billed to a LIVE one.")
LIVE_NEEDS_BILL_TO = _("fiskaly creates main organizations in LIVE only if somebody else, who is LIVE, is invoiced.")


class FirstKeyForm(forms.Form):
    """Whether a first API key is issued with the organization."""

    when = CardField(label=_("Create a first API key?"), error_messages={"required": _("Choose now or later.")})
    key_name = forms.CharField(
        label=_("Name of the key"),
        required=False,
        help_text=_("3 to 30 lower-case letters, digits and hyphens, for example till-1. It cannot be changed later."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{**kwargs, "use_required_attribute": False})
        self.fields["when"].offer(WHEN_CARDS)  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        if self.cleaned_data.get("when") == "now":
            try:
                check_key_name(self.cleaned_data.get("key_name", ""))
            except RulesBroken as broken:
                self.add_error("key_name", broken.errors["name"])
        return self.cleaned_data

    def name(self) -> str:
        """The name of the key to issue, '' for none."""
        return self.cleaned_data["key_name"] if self.cleaned_data.get("when") == "now" else ""


WHEN_CARDS = [
    ("now", _("Now\nIts secret is shown once, to you, as soon as fiskaly has issued it.")),
    ("later", _("Later\nIssue it from the organization's page.")),
]
