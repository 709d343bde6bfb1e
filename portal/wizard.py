"""The state of one wizard: a draft's answers, the forms that ask them, and what they add up to."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from billing.services import SetUp
from fiscal.queries import Place, Places, place, places
from organizations.choices import Mode
from portal.forms.facts import FactsForm
from portal.forms.wizard import ITSELF, BillingForm, FirstKeyForm, Payers, PlaceForm, ShapeForm
from portal.shapes import Shape

STEPS = {
    "model": gettext_lazy("Model"),
    "place": gettext_lazy("Place"),
    "facts": gettext_lazy("Facts"),
    "billing": gettext_lazy("Billing"),
    "key": gettext_lazy("Key"),
    "plan": gettext_lazy("Plan"),
}
ASKING = [name for name in STEPS if name != "plan"]
STEP_OF_FIELD = {
    **dict.fromkeys(FactsForm.base_fields, "facts"),
    **dict.fromkeys(("mode", "delegation", "parent"), "place"),
    **dict.fromkeys(("bill_to", "withhold", "gln", "billing_address"), "billing"),
}

PayersBelow = Callable[[str], Payers]
"""Gives who may be invoiced for something new below the organization of that id."""


class Wizard:
    """One person's answers. Forms are built on demand, because some steps need those before them."""

    def __init__(self, user: Any, answers: dict[str, Any], payers: PayersBelow, *, q: str = "") -> None:
        self.user, self.answers, self._payers, self.q = user, answers, payers, q

    @cached_property
    def shape(self) -> Shape:
        chosen = self._answer("model", "model")
        return Shape(chosen) if chosen in Shape.values else Shape.SINGLE

    @cached_property
    def place(self) -> Place | None:
        """Where, if that was answered and the person may still create there; or the only place there is."""
        if chosen := self._chosen_place:
            return place(self.user, chosen, kind=self.shape.kind)
        only = self.places.shown
        return only[0] if self.places.total == 1 and not self.q and not only[0].blocked else None

    @cached_property
    def places(self) -> Places:
        shape, chosen = self.shape, self._chosen_place
        return places(
            self.user,
            kind=shape.kind,
            second_level=shape == Shape.FURTHER,
            q=self.q,
            chosen=str(chosen) if chosen else "",
        )

    @cached_property
    def payers(self) -> Payers:
        return self._payers(self.place.id) if self.place else Payers()

    @property
    def mode(self) -> str:
        mode = self._answer("place", "mode")
        return mode if mode in Mode.values else ""

    @property
    def name(self) -> str:
        """What the new organization is called so far."""
        return self._answer("facts", "display_name") or self._answer("facts", "name") or str(self.shape.noun)

    def form(self, step: str, data: Any = None) -> forms.Form:
        """The form of a step: bound to `data`, or else filled with what was answered, or with sensible defaults."""
        filled: dict[str, Any] = {"data": data}
        if data is None:
            filled["initial"] = {**self._defaults(step), **self.answers.get(step, {})}
        if step == "model":
            return ShapeForm(**filled)
        if step == "place":
            return PlaceForm(shape=self.shape, places=self.places.shown, chosen=self.place, **filled)
        if step == "facts":
            return FactsForm(**filled)
        if step == "billing":
            needs = self.shape in (Shape.HOLDING, Shape.WHITE_LABEL)
            fixed = not self.payers.free
            return BillingForm(
                candidates=self.payers.offered,
                mode=self.mode,
                needs_bill_to=needs,
                name=self.name,
                fixed=fixed,
                **(filled | {"initial": self._defaults("billing")} if fixed else filled),
            )
        return FirstKeyForm(**filled)

    def checked(self, step: str) -> forms.Form:
        """The form of a step, bound to what was answered."""
        return self.form(step, self.answers.get(step, {}))

    def is_done(self, step: str) -> bool:
        return step in self.answers and self.checked(step).is_valid()

    @cached_property
    def done(self) -> dict[str, bool]:
        return {step: self.is_done(step) for step in ASKING}

    @property
    def first_open(self) -> str:
        """The first step that is not answered, or no longer right; 'plan' if there is none."""
        return next((step for step, done in self.done.items() if not done), "plan")

    def plan(self) -> SetUp:
        """Everything answered, for the service. Only where `first_open` is 'plan'."""
        ready: dict[str, Any] = {step: self.checked(step) for step in ASKING}
        for form in ready.values():
            form.is_valid()
        return SetUp(
            kind=self.shape.kind,
            details=ready["facts"].details(),
            mode=Mode(self.mode),
            terms=ready["billing"].terms(),
            delegation=self.delegation,
            key_name=ready["key"].name(),
        )

    @property
    def delegation(self) -> bool:
        """Asked for a holding only: a white-label partner manages its customers on its own (guide, model 3)."""
        return self.shape == Shape.HOLDING and self._answer("place", "delegation") == "yes"

    @property
    def key_name(self) -> str:
        return self._answer("key", "key_name") if self._answer("key", "when") == "now" else ""

    @property
    def bill_to_name(self) -> str:
        """Who is invoiced; '' for the organization itself, or while that is not answered."""
        chosen = str(self._billing.get("bill_to", ""))
        return next((one.name for one in self.payers.offered if one.id == chosen), "")

    @property
    def withheld(self) -> bool:
        return bool(self.bill_to_name and self._billing.get("withhold"))

    @property
    def billing_sentence(self) -> str:
        """Who is invoiced and who sees it, in one sentence."""
        words = {"to": self.bill_to_name, "name": self.name}
        if self.withheld:
            return _("Invoices go to %(to)s; %(name)s sees none.") % words
        if self.bill_to_name:
            return _("Invoices go to %(to)s; %(name)s sees them too.") % words
        return _("Invoices go to %(name)s itself.") % words

    @property
    def _billing(self) -> dict[str, Any]:
        answered = self.answers.get("billing", {}) if self.payers.free else {}
        return {**self._defaults("billing"), **answered}

    def _defaults(self, step: str) -> dict[str, Any]:
        """What a step starts with. Mode is never chosen for a person where both are open."""
        if step == "place" and self.place:
            open_modes = self.place.open_modes
            return {"parent": self.place.id, **({"mode": open_modes[0]} if len(open_modes) == 1 else {})}
        if step == "billing":
            proposed = self.payers.proposed
            return {"bill_to": proposed.bill_to or ITSELF, "withhold": proposed.withhold}
        return {}

    @property
    def _chosen_place(self) -> UUID | None:
        try:
            return UUID(self._answer("place", "parent"))
        except ValueError:
            return None

    def _answer(self, step: str, name: str) -> str:
        return str(self.answers.get(step, {}).get(name) or "").strip()
