"""The form that invites somebody: to which organizations, with which role, until when."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext as now
from django.utils.translation import gettext_lazy as _

from fiscal.queries.inviting import RoleChoice
from organizations.choices import Covers
from organizations.services.invitations import LONGEST_MESSAGE
from portal.forms.choices import CardField
from portal.forms.ends import EndDateField


class InvitationForm(forms.Form):
    """Who, with which role, for what, until when, and a word of one's own."""

    email = forms.EmailField(label=_("E-mail address"), max_length=254)
    role = CardField(label=_("Role"), error_messages={"required": _("Choose a role: nobody is invited to nothing.")})
    reaches = CardField(label=_("What it covers"), initial=Covers.BELOW)
    group = forms.ChoiceField(label=_("Named group"), required=False)
    until = EndDateField()
    further = forms.MultipleChoiceField(
        label=_("Further organizations"), required=False, widget=forms.CheckboxSelectMultiple
    )
    message = forms.CharField(
        label=_("Message"),
        required=False,
        max_length=LONGEST_MESSAGE,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("It stands in the mail, as you write it and under your name."),
    )

    def __init__(
        self,
        *args: Any,
        roles: Sequence[RoleChoice],
        groups: Sequence[tuple[str, str]],
        further: Sequence[tuple[str, str]],
        is_managed: bool,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **{**kwargs, "use_required_attribute": False})
        cards = [(role.id, "\n".join((role.name, " ".join((role.sentence, *role.words))))) for role in roles]
        self.fields["role"].offer(cards, {role.id: role.blocked for role in roles if role.blocked})  # type: ignore[attr-defined]
        self.own_roles = {role.id for role in roles if role.own}
        covers = [Covers.HERE] if is_managed else [Covers.BELOW, Covers.HERE]
        covers += [Covers.GROUP] if groups else []
        self.fields["reaches"].offer([(each.value, _first_up(str(each.label))) for each in covers])  # type: ignore[attr-defined]
        self.fields["reaches"].initial = covers[0]
        # A field without choices is not shown, and refuses whatever is sent all the same.
        self.fields["group"].choices = [("", now("None")), *groups]  # type: ignore[attr-defined]
        self.fields["further"].choices = further  # type: ignore[attr-defined]
        self.has_groups = bool(groups)

    def clean(self) -> dict[str, Any]:
        """Several organizations share neither a role of one of them nor its groups."""
        given: dict[str, Any] = super().clean() or {}
        if given.get("further") and given.get("role") in self.own_roles:
            self.add_error("role", _("This role is this organization's own: for several, choose one of the house."))
        if given.get("further") and given.get("reaches") == Covers.GROUP:
            self.add_error("reaches", _("A named group is this organization's own: for several, choose another."))
        return given

    @property
    def group_id(self) -> UUID | None:
        group = self.cleaned_data.get("group")
        return UUID(group) if group else None


def _first_up(words: str) -> str:
    return words[:1].upper() + words[1:]
