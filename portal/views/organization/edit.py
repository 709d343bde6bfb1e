"""Editing an organization's facts, and what to do when somebody else edited them meanwhile."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from organizations.access import Reach, name_for
from organizations.choices import Level, Origin, Scope
from organizations.countries import NAMES
from organizations.rules import Details, RulesBroken
from organizations.services import EditedMeanwhile, change_details
from organizations.services.changes import details_of
from portal.forms.broken import add_broken
from portal.forms.facts import FactsForm
from portal.forms.numbers import where_to_find
from portal.http import PageRequest, lead_to, scoped
from portal.views.organization.page import page_about


@require_http_methods(["GET", "HEAD", "POST"])
@scoped(Scope.ORGANIZATIONS, Level.MANAGE)
def edit(request: PageRequest, reach: Reach) -> HttpResponse:
    """All facts. 422 with words at the fields, 409 with both values if `generation` is no longer the current one."""
    current = details_of(reach.organization)
    if request.method != "POST":
        return _page(request, reach, FactsForm(initial=FactsForm.of(current)), _texts(current))
    opened = _opened(request)
    form = FactsForm(request.POST)
    if not form.is_valid():
        return _page(request, reach, form, opened, status=422)
    wanted = _choose(form.details(), current, request)
    try:
        change_details(reach, details=wanted, generation=_generation(request))
    except EditedMeanwhile as meanwhile:
        return _conflict(request, reach, wanted, opened, meanwhile)
    except RulesBroken as broken:
        add_broken(form, broken)
        return _page(request, reach, form, opened, status=422)
    messages.success(request, _("Saved. fiskaly gets the change now."))
    return lead_to(request, reverse("portal:organization", args=[reach.organization.public_id]))


def _choose(mine: Details, theirs: Details, request: PageRequest) -> Details:
    """After a conflict, each differing field is taken from one of the two; without one, everything is mine."""
    taken = [name for name in theirs.as_dict() if request.POST.get(f"take_{name}") == "theirs"]
    return replace(mine, **{name: getattr(theirs, name) for name in taken})


def _generation(request: PageRequest) -> int:
    """The generation that the person saw; one that no object has, if the form was tampered with."""
    sent = request.POST.get("generation", "")
    return int(sent) if sent.isdecimal() and len(sent) < 10 else -1


def _page(
    request: PageRequest, reach: Reach, form: FactsForm, opened: dict[str, str], *, status: int = 200
) -> HttpResponse:
    organization = reach.organization
    connected = organization.origin == Origin.CONNECTED
    sent = request.POST.get("generation", "") if status == 422 else ""
    context = page_about(
        reach,
        _("Facts") if connected else _("Edit"),
        form=form,
        generation=sent or organization.generation,
        opened=json.dumps(opened),
        fixed=_fixed(request, reach),
        numbers=where_to_find(organization.country_code),
        facts=_shown(details_of(organization)) if connected else [],
    )
    page = "portal/organization/facts_fixed.html" if connected else "portal/organization/edit.html"
    return render(request, page, context, status=status)


def _conflict(
    request: PageRequest, reach: Reach, mine: Details, opened: dict[str, str], meanwhile: EditedMeanwhile
) -> HttpResponse:
    """Both values of each field that differs; a field that this person had not touched is theirs unless chosen."""
    ours, theirs = _texts(mine), _texts(meanwhile.current)
    rows = [
        {
            "name": name,
            "label": field.label,
            "mine": ours[name],
            "theirs": theirs[name],
            "keep": ours[name] == opened.get(name),
        }
        for name, field in FactsForm.base_fields.items()
        if ours[name] != theirs[name]
    ]
    context = page_about(
        reach,
        _("Changed meanwhile"),
        rows=rows,
        hidden=ours,
        generation=meanwhile.generation,
        opened=json.dumps(theirs),
        edit_url=reverse("portal:organization_edit", args=[reach.organization.public_id]),
    )
    return render(request, "portal/organization/conflict.html", context, status=409)


def _texts(details: Details) -> dict[str, str]:
    return {name: str(value or "") for name, value in FactsForm.of(details).items()}


def _opened(request: PageRequest) -> dict[str, str]:
    """The values the form was opened with; they only preselect sides of a conflict, so nothing depends on them."""
    try:
        opened = json.loads(request.POST.get("opened", ""))
    except ValueError:
        return {}
    return opened if isinstance(opened, dict) else {}


def _fixed(request: PageRequest, reach: Reach) -> list[dict[str, Any]]:
    """What nobody can change later, each with the reason."""
    organization = reach.organization
    above = organization.parent or organization.provisioned_by
    rows = [
        (_("Kind"), organization.get_kind_display(), _("fiskaly decides it with the creation")),
        (_("Below"), name_for(request.user, above), _("fiskaly moves no organization to another one")),
        (_("Mode"), ", ".join(organization.modes), _("LIVE is enabled on its own page, and never taken back")),
    ]
    return [{"label": label, "value": value, "why": why} for label, value, why in rows if value]


def _shown(details: Details) -> list[tuple[Any, str]]:
    texts = _texts(details)
    texts["country_code"] = NAMES.get(details.country_code, details.country_code)
    return [(field.label, texts[name]) for name, field in FactsForm.base_fields.items()]
