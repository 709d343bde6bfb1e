"""What somebody is told, and when."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from fiscal.services.notices import LONGEST
from organizations.topics import Channel, DigestRhythm, Topic
from portal.forms.choices import CardField
from portal.forms.reports import HOURS

SOME = [choice for choice in Channel.choices if choice[0] != Channel.OFF]


class RouteForm(forms.Form):
    """One line of the routing table."""

    topic = forms.ChoiceField(label=_("What"), choices=Topic.choices)
    where = forms.ChoiceField(label=_("Where"))
    channel = forms.ChoiceField(label=_("How"), choices=Channel.choices, initial=Channel.PORTAL)

    def __init__(self, *args: Any, places: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        where = self.fields["where"]
        assert isinstance(where, forms.ChoiceField)
        where.choices = places


class FollowForm(forms.Form):
    """How somebody follows an object."""

    channel = CardField(label=_("Tell me"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        channel = self.fields["channel"]
        assert isinstance(channel, CardField)
        channel.offer([(value, str(label)) for value, label in [*SOME, Channel.choices[0]]])


class SnoozeForm(forms.Form):
    """What to keep silent about, and until when."""

    what = CardField(label=_("Do not tell me of"))
    until = forms.DateField(
        label=_("Until"),
        help_text=_("At most 90 days. What happens meanwhile stands in the record."),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    def __init__(self, *args: Any, notice: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        what = self.fields["what"]
        assert isinstance(what, CardField)
        what.offer([("object", notice.event.subject), ("topic", str(notice.topic.label))])
        today = timezone.localdate()
        self.fields["until"].widget.attrs |= {"min": today.isoformat(), "max": (today + LONGEST).isoformat()}


class DigestForm(forms.Form):
    """When the digest comes, and in which language mails are."""

    rhythm = forms.ChoiceField(label=_("Digest"), choices=DigestRhythm.choices)
    hour = forms.TypedChoiceField(label=_("At"), choices=HOURS, coerce=int, initial=7)
    time_zone = forms.CharField(
        label=_("Time zone"), initial=settings.TIME_ZONE, help_text=_("For example Europe/Vienna or Europe/Rome.")
    )
    language = forms.ChoiceField(label=_("Language of mails"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["time_zone"].widget.attrs["list"] = "zones"
        language = self.fields["language"]
        assert isinstance(language, forms.ChoiceField)
        language.choices = [("", _("As Kontor")), *settings.LANGUAGES]
        if len(settings.LANGUAGES) < 2:
            del self.fields["language"]
