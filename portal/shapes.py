"""The guide's models of organizational structure, as the wizard offers them (guide: "Organizational Structure")."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from organizations.choices import Kind


class Shape(TextChoices):
    """What a person wants to create. Always an organization or a managed organization below a main one."""

    SINGLE = "single", _("Single customer")
    HOLDING = "holding", _("Holding with branches")
    WHITE_LABEL = "white-label", _("White-label partner")
    FURTHER = "further", _("Further branch or customer")

    @classmethod
    def unnamed(cls, shape: str) -> str:
        """What to call a draft whose organization has no name yet: its model, if that was chosen."""
        return str(cls(shape).label) if shape in cls.values else str(_("No name yet"))

    @classmethod
    def cards(cls) -> list[tuple[str, str]]:
        """Choices with their explanations, for radio cards."""
        return [(shape.value, f"{shape.label}\n{EXPLANATIONS[shape]}") for shape in cls]

    @property
    def kind(self) -> Kind:
        """Which of fiskaly's two forms it gets: a further level exists only as a main organization with billing options."""
        return Kind.ORGANIZATION if self in (Shape.HOLDING, Shape.WHITE_LABEL) else Kind.MANAGED

    @property
    def question(self) -> Promise:
        """What the place step asks."""
        return QUESTIONS[self]

    @property
    def noun(self) -> Promise:
        """What the new organization is called before it has a name."""
        return NOUNS[self]

    @property
    def below(self) -> Promise | str:
        """What will hang below it later, '' for nothing."""
        return BELOW.get(self, "")


EXPLANATIONS = {
    Shape.SINGLE: _("A managed organization below one of your main organizations. The usual case."),
    Shape.HOLDING: _("A main organization of its own, made with your key; its branches hang below it."),
    Shape.WHITE_LABEL: _("A main organization of its own; it runs its customers itself, under its own name."),
    Shape.FURTHER: _("A managed organization below a holding or white-label partner that exists already."),
}
QUESTIONS = {
    Shape.SINGLE: _("Below which organization?"),
    Shape.HOLDING: _("Which organization provisions the holding?"),
    Shape.WHITE_LABEL: _("Which organization provisions the partner?"),
    Shape.FURTHER: _("Below which holding or partner?"),
}
NOUNS = {
    Shape.SINGLE: _("New customer"),
    Shape.HOLDING: _("New holding"),
    Shape.WHITE_LABEL: _("New partner"),
    Shape.FURTHER: _("New branch or customer"),
}
BELOW = {Shape.HOLDING: _("Its branches, later"), Shape.WHITE_LABEL: _("Its customers, later")}
