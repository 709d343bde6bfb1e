"""Forms about registers, shops and payment methods."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from django import forms
from django.http import QueryDict
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from fiscal.choices import PaymentCategory
from fiscal.queries import MovingChoices
from portal.forms.connections import DayInput

REGIONS = (("", _("None")), ("JUNGHOLZ", "Jungholz"), ("MITTELBERG", "Mittelberg"))


class RegisterForm(forms.Form):
    """What we call a register; in Austria also the region whose VAT it has."""

    name = forms.CharField(label=_("Name"), max_length=100)
    region = forms.ChoiceField(
        label=_("Region with a VAT of its own"),
        required=False,
        choices=REGIONS,
        help_text=_("Jungholz and Mittelberg have 19 % in place of 20 %."),
    )

    def __init__(self, *args: Any, country: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if country != "AUT":
            del self.fields["region"]


class PlaceForm(forms.Form):
    """Where a register stands, and from which local day on. Organization and shop are one choice: they belong together."""

    place = forms.ChoiceField(label=_("It stands in"))
    from_day = forms.DateField(
        label=_("From"), widget=DayInput(), help_text=_("The first day on which it stood there.")
    )

    def __init__(self, *args: Any, choices: MovingChoices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["from_day"].widget.attrs["max"] = f"{choices.today:%Y-%m-%d}"
        self.fields["from_day"].initial = choices.today
        if choices.since:
            words = _("The first day on which it stood there. %(day)s or earlier moves all that is known of it.")
            day = date_format(choices.since, "j M Y")
            self.fields["from_day"].help_text = words % {"day": day}
        groups = []
        for organization_id, name in choices.organizations:
            shops = [
                (f"{organization_id} {shop_id}", shop)
                for shop_id, shop, home in choices.shops
                if home == organization_id
            ]
            alone = (f"{organization_id} ", _("%(name)s, no shop") % {"name": name})
            groups.append((name, [alone, *shops]))
        self.fields["place"].choices = groups  # type: ignore[attr-defined]
        self.fields["place"].initial = f"{choices.now[0]} {choices.now[1] or ''}"

    def chosen(self) -> tuple[UUID, UUID | None, date]:
        """Organization, shop and first day, of a valid form."""
        organization_id, _space, shop_id = self.cleaned_data["place"].partition(" ")
        return UUID(organization_id), UUID(shop_id) if shop_id else None, self.cleaned_data["from_day"]


class DeviceForm(forms.Form):
    """A device whose sales arrive in files."""

    name = forms.CharField(
        label=_("Device"), max_length=100, help_text=_("As DataCash’s cloud pages name it: files are matched by that.")
    )
    shop = forms.ChoiceField(label=_("Shop"), required=False)
    from_day = forms.DateField(label=_("From"), widget=DayInput(), help_text=_("Its first day of sales."))

    def __init__(self, *args: Any, shops: list[tuple[UUID, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["shop"].choices = [("", _("No shop")), *((str(pk), name) for pk, name in shops)]  # type: ignore[attr-defined]


class ShopForm(forms.Form):
    """A place of sale."""

    name = forms.CharField(label=_("Name"), max_length=100)
    number = forms.CharField(
        label=_("Shop number"), required=False, max_length=40, help_text=_("Yours, up to 40 characters, e.g. HH-0417")
    )
    address = forms.CharField(label=_("Address"), required=False, max_length=300)


def meanings_in(sent: QueryDict) -> dict[int, PaymentCategory]:
    """What a page of payment methods sent, by method: fields called category-<number>.

    No form: it would have a field for each of thousands of methods. Raises ValueError for a choice that is none.
    """
    fields = (name for name in sent if name.startswith("category-"))
    return {int(name.removeprefix("category-")): PaymentCategory(str(sent[name])) for name in fields}
