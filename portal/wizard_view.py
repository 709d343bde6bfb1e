"""What the wizard's pages show beside their questions: the step bar, the growing tree, and the plan."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from organizations.choices import Kind
from portal.forms.numbers import where_to_find
from portal.shapes import Shape
from portal.wizard import STEPS, Wizard


def step_url(draft_id: UUID | str, step: str) -> str:
    return reverse("portal:wizard_step", args=[draft_id, step])


def step_bar(wizard: Wizard, draft_id: UUID, current: str) -> list[dict[str, Any]]:
    """All steps with names. What was answered, and the first open one, can be gone to."""
    reached = wizard.first_open
    bar = []
    for step, label in STEPS.items():
        done = wizard.done.get(step, False)
        url = step_url(draft_id, step) if done or step == reached else ""
        bar.append({"label": label, "current": step == current, "done": done, "url": url})
    return bar


def tree(wizard: Wizard) -> list[dict[str, Any]]:
    """Where the new organization will hang: one more node with each answer."""
    label = f"{wizard.name} · {wizard.mode}" if wizard.mode else wizard.name
    node: dict[str, Any] = {"label": label, "current": True, "children": []}
    if wizard.key_name:
        node["children"].append({"label": _("API key %(name)s") % {"name": wizard.key_name}})
    if wizard.shape.below:
        node["children"].append({"label": wizard.shape.below})
    place = wizard.place
    if place:
        above = {"label": place.name, "children": [node]}
        return [{"label": place.above, "children": [above]}] if place.above else [above]
    if wizard.shape == Shape.FURTHER:
        return [{"label": _("Your organization"), "children": [{"label": _("Holding or partner"), "children": [node]}]}]
    return [{"label": _("Your organization"), "children": [node]}]


def beside(wizard: Wizard, draft_id: UUID, step: str) -> dict[str, Any]:
    """The column next to the questions, also swapped in alone while a person answers."""
    country = str(wizard.answers.get("facts", {}).get("country_code") or "")
    return {
        "step": step,
        "step_url": step_url(draft_id, step),
        "tree": tree(wizard),
        "sentence": wizard.billing_sentence if wizard.place and step in ("billing", "key", "plan") else "",
        "withheld": wizard.withheld,
        "numbers": where_to_find(country) if step == "facts" else [],
        "shape": wizard.shape,
    }


def effects(wizard: Wizard) -> list[dict[str, str]]:
    """What Kontor will do at fiskaly, call by call, in the order it happens."""
    words = {"name": wizard.name, "above": wizard.place.name if wizard.place else "", "mode": wizard.mode}
    managed = wizard.shape.kind == Kind.MANAGED
    made = (
        _("Kontor will create the managed organization “%(name)s” below %(above)s at fiskaly in %(mode)s.")
        if managed
        else _("Kontor will create the organization “%(name)s” at fiskaly in %(mode)s, with the key of %(above)s.")
    )
    lines = [{"icon": "building", "title": made % words, "note": _("1 call; the billing arrangement travels with it.")}]
    if wizard.key_name:
        lines.append(
            {
                "icon": "key",
                "title": _("It will issue the API key “%(key)s” in %(mode)s.") % {**words, "key": wizard.key_name},
                "note": _("1 call; you can have its secret shown once."),
            }
        )
    if not managed:
        lines.append(
            {"icon": "user-shield", "title": _access_words(wizard), "note": _("No call: Kontor alone decides this.")}
        )
    return lines


def _access_words(wizard: Wizard) -> str:
    words = {"name": wizard.name, "above": wizard.place.name if wizard.place else ""}
    if wizard.delegation:
        return (
            _(
                "You will be its owner, and %(name)s delegates all nine areas and bulk actions to %(above)s, until an owner "
                "narrows or ends that."
            )
            % words
        )
    return _("You will be its owner; nobody else of %(above)s will have access to %(name)s.") % words
