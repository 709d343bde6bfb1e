"""The form of a grant: to whom, which role, what it covers, for how long and why."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from fiscal.queries.people_choices import GrantChoices
from fiscal.queries.people_roles import RoleRow
from organizations.access import Reach
from organizations.choices import Covers, Level
from organizations.services import Terms
from portal.forms.choices import CardField
from portal.forms.connections import DayInput
from portal.proof import LONGEST_REASON

SPANS = {
    "4h": (_("4 hours"), timedelta(hours=4)),
    "1d": (_("1 day"), timedelta(days=1)),
    "7d": (_("7 days"), timedelta(days=7)),
    "30d": (_("30 days"), timedelta(days=30)),
}
DAY = "date"


class TermsForm(forms.Form):
    """Role, coverage, span and reason: what a grant says beside whom it goes to."""

    role = CardField(label=_("Role"), error_messages={"required": _("Choose what they may do.")})
    reaches = CardField(label=_("Covers"), required=False, error_messages={"required": _("Choose what it covers.")})
    group = forms.ChoiceField(label=_("Named group"), required=False)
    lasts = CardField(label=_("For how long"), required=False)
    until_day = forms.DateField(
        label=_("Last day"), required=False, widget=DayInput(), help_text=_("Only for “until a date”.")
    )
    reason = forms.CharField(
        label=_("Reason"),
        required=False,
        max_length=LONGEST_REASON,
        help_text=_("The record keeps it."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, *args: Any, reach: Reach, choices: GrantChoices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        name = {"name": reach.organization}
        self.fields["role"].offer([(str(row.role_id), role_card(row)) for row in choices.roles])  # type: ignore[attr-defined]
        self.fields["lasts"].offer(_spans())  # type: ignore[attr-defined]
        if choices.managed:
            del self.fields["reaches"], self.fields["group"]
            return
        below = _("%(name)s and everything below it\nAlso what is added later.") % name
        here = _("%(name)s only\nNothing of what it manages.") % name
        group = _("A named group\nThe organizations in it now, and those taken in later.")
        cards = [(Covers.BELOW.value, str(below)), (Covers.HERE.value, str(here))]
        if choices.groups:
            cards.append((Covers.GROUP.value, str(group)))
            none = ("", str(_("None")))
            self.fields["group"].choices = [none, *((str(pk), label) for pk, label in choices.groups)]  # type: ignore[attr-defined]
        else:
            del self.fields["group"]
        self.fields["reaches"].offer(cards)  # type: ignore[attr-defined]
        self.fields["reaches"].required = True
        self.fields["reaches"].initial = self.fields["reaches"].initial or Covers.BELOW

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("lasts") == DAY and not cleaned.get("until_day") and "until_day" not in self.errors:
            self.add_error("until_day", _("Choose the last day."))
        if cleaned.get("reaches") == Covers.GROUP and not cleaned.get("group"):
            self.add_error("group", _("Choose the named group that it covers."))
        return cleaned

    def terms(self) -> Terms:
        """What was chosen, of a valid form."""
        data = self.cleaned_data
        reaches = Covers(data.get("reaches") or Covers.HERE)
        group = data.get("group") if reaches == Covers.GROUP else ""
        return Terms(
            role_id=UUID(data["role"]),
            reaches=reaches,
            group_id=UUID(group) if group else None,
            until=ends(data.get("lasts") or "", data.get("until_day")),
            reason=data["reason"].strip(),
        )


class GrantForm(TermsForm):
    """To one person, by e-mail address, or to one team."""

    email = forms.EmailField(
        label=_("Person, by e-mail address"),
        required=False,
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
        help_text=_("Somebody who stands in one of your organizations. Anybody else is invited."),
    )
    team = forms.ChoiceField(label=_("Or a team"), required=False)
    field_order = ["email", "team"]

    def __init__(self, *args: Any, reach: Reach, choices: GrantChoices, **kwargs: Any) -> None:
        super().__init__(*args, reach=reach, choices=choices, **kwargs)
        none = ("", str(_("No team")))
        self.fields["team"].choices = [none, *((str(pk), label) for pk, label in choices.teams)]  # type: ignore[attr-defined]
        if not choices.teams:
            del self.fields["team"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if bool(cleaned.get("email")) == bool(cleaned.get("team")) and "email" not in self.errors:
            self.add_error("email", _("Name one person or one team."))
        return cleaned


def unknown_person() -> forms.ValidationError:
    """Said of every address that is nobody's here, whether it is anybody's elsewhere or not."""
    words = _("Nobody of this address stands in one of your organizations. Invite them instead.")
    return forms.ValidationError(words, code="unknown")


def role_card(row: RoleRow) -> str:
    """A role as a card: its name, its sentence, and what it carries."""
    return f"{row.name}\n{row.sentence} {carried(row)}".strip()


def carried(row: RoleRow) -> str:
    """What a role carries, shortly: areas to manage, then areas to view."""
    words = []
    for level in (Level.MANAGE, Level.VIEW):
        found = [str(scope.label) for scope, _short, held in row.levels if held == level]
        if found:
            words.append(f"{str(level.label).capitalize()}: {', '.join(found)}.")
    return "" if row.preset else " ".join(words)


def ends(lasts: str, day: date | None, now: datetime | None = None) -> datetime | None:
    """When a grant ends: after a span from now, or with the end of a day; None for one without an end."""
    now = now or timezone.now()
    if lasts in SPANS:
        return now + SPANS[lasts][1]
    if lasts == DAY and day:
        return timezone.make_aware(datetime.combine(day + timedelta(days=1), time.min))
    return None


def _spans() -> Sequence[tuple[str, str]]:
    spans = [(value, str(words)) for value, (words, _length) in SPANS.items()]
    return [("", str(_("Until somebody ends it"))), *spans, (DAY, str(_("Until a date")))]
