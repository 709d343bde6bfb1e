"""The living style page: every atom in both themes, with invented data."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from portal.charts.bars import WIDE, bar_chart
from portal.charts.buckets import Bucket, Unit
from portal.http import public
from portal.templatetags.kontor import PHASES

TABS = [
    {"label": "All", "url": "#tabs", "count": 412, "current": True},
    {"label": "Needs a person", "url": "#tabs", "count": 5, "tone": "warn"},
    {"label": "Refused", "url": "#tabs", "count": 2, "tone": "bad"},
    {"label": "In step", "url": "#tabs", "count": 380},
]
CRUMBS = [{"label": "Organizations", "url": "#path"}, {"label": "Musterhaus GmbH", "url": "#path"}, {"label": "Nord"}]
STEPS = [
    {"label": "Model", "url": "#steps", "done": True},
    {"label": "Facts", "current": True},
    {"label": "Billing"},
    {"label": "Plan"},
]
TREE = [
    {
        "label": "Musterhaus GmbH",
        "url": "#tree",
        "children": [{"label": "Muster Nord", "current": True, "children": [{"label": "6 managed organizations"}]}],
    }
]
LOOKS = [*["filled"] * 9, "incomplete", *["filled"] * 6, *["missing"] * 2, *["paused"] * 3, "filled", "open"]


class ShowForm(forms.Form):
    """One field of each kind; filled wrongly on purpose."""

    name = forms.CharField(help_text="As on the invoice", initial="Muster Nord")
    vat_number = forms.CharField(label="VAT number", max_length=11, help_text="Two letters and nine digits")
    country = forms.ChoiceField(choices=[("DE", "Germany"), ("AT", "Austria"), ("IT", "Italy")])
    note = forms.CharField(widget=forms.Textarea(attrs={"rows": 2}), required=False)
    model = forms.ChoiceField(
        widget=forms.RadioSelect,
        choices=[
            ("single", "Single customer\nOne organization, one address"),
            ("holding", "Holding with branches\nA parent and its managed organizations"),
        ],
    )
    fiscal = forms.BooleanField(label="Fiscal from the first day", required=True)


def _sample_days() -> list[Bucket]:
    """Ten invented days: one not filled, one incomplete, one below zero, the last two not settled."""
    first = dt.date(2026, 10, 24)
    sold = [31_000, 42_000, 28_000, None, 39_000, 36_000, -9_000, 51_000, 33_000, 12_000]
    return [
        Bucket(
            first=(day := first + dt.timedelta(n)),
            last=day,
            unit=Unit.DAY,
            now=None if cents is None else 100 * cents,
            before=3_400_000 + 50_000 * n,
            unsettled=n > 7,
            troubled=int(n == 4),
            nobody=False,
        )
        for n, cents in enumerate(sold)
    ]


def _broken_form(prefix: str) -> ShowForm:
    return ShowForm(
        {f"{prefix}-name": "Muster Nord", f"{prefix}-vat_number": "DE 29841756 0", f"{prefix}-country": "DE"},
        prefix=prefix,
    )


@public
def styleguide(request: HttpRequest) -> HttpResponse:
    """All atoms; `?mode=TEST` shows the TEST frame around them."""
    now = timezone.now()
    return render(
        request,
        "portal/styleguide.html",
        {
            "mode": request.GET.get("mode", ""),
            "columns": [(theme, ShowForm(prefix=f"{theme}-good"), _broken_form(theme)) for theme in ("light", "dark")],
            "phases": list(PHASES),
            "tabs": TABS,
            "crumbs": CRUMBS,
            "steps": STEPS,
            "tree": TREE,
            "chart": bar_chart(_sample_days(), replace(WIDE, labels=4), "EUR"),
            "days": [
                {"day": now - dt.timedelta(days=len(LOOKS) - n), "look": look, "words": look}
                for n, look in enumerate(LOOKS)
            ],
            "weekdays": ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"],
            "now": now,
            "earlier": now - dt.timedelta(minutes=8),
            "yesterday": now - dt.timedelta(hours=26),
        },
    )
