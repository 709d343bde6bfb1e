"""One organization: facts, phase, what stands around it, and what needs doing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from fiscal.queries import (
    OrganizationPage,
    OrganizationProgress,
    Piece,
    SalesSummary,
    organization_page,
    sales_summary,
)
from fiscal.queries import organization_progress as read_progress
from organizations.access import Reach
from organizations.choices import Scope
from portal.frame import frame
from portal.http import PageRequest, scoped
from portal.tabs import address, crumbs, organization_tabs, why_url

Action = dict[str, Any]


@require_safe
@scoped(Scope.ORGANIZATIONS)
def overview(request: PageRequest, reach: Reach) -> HttpResponse:
    """The whole page."""
    page, now = organization_page(reach), read_progress(reach)
    children, sales = page.children, sales_summary(reach)
    context = {
        **frame(reach),
        "page": page,
        "progress": now,
        "organization_id": page.public_id,
        "crumbs": crumbs(page.path, page.name),
        "tabs": organization_tabs(
            reach, "overview", children=children.total if children else None, keys=len(page.keys)
        ),
        "actions": [
            *_own_actions(page, now),
            *_credential_actions(page),
            *_sales_actions(page, sales),
            *_child_actions(page),
        ],
        "tree": _tree(page),
        "sales": sales,
        "urls": _urls(page) | why_url(reach),
    }
    return render(request, "portal/organization/organization.html", context)


@require_safe
@scoped(Scope.ORGANIZATIONS)
def organization_progress(request: PageRequest, reach: Reach) -> HttpResponse:
    """The phase card alone, as the page asks for it every two seconds while something moves."""
    context = {"progress": read_progress(reach), "organization_id": reach.organization.public_id, "swapped": True}
    return render(request, "portal/organization/_progress.html", context)


def _own_actions(page: OrganizationPage, now: OrganizationProgress) -> Iterator[Action]:
    """What waits for a person here, each with the page that helps."""
    for piece in (now.own, *now.pieces):
        if piece.waits_for_person:
            name, words = _fix(piece)
            label = piece.label if piece.kind in {"ORGANIZATION", "ARRANGEMENT"} else f"{piece.label} {piece.name}"
            yield {
                "title": f"{label[:1].upper()}{label[1:]}: {piece.reason}",
                "since": piece.since,
                "url": address(name, page.public_id),
                "words": words,
            }
    for key in page.keys:
        if key.waits_for_reveal:
            yield {
                "title": _("API key %(name)s waits to be shown") % {"name": key.name},
                "since": None,
                "url": address("portal:organization_keys", page.public_id),
                "words": _("Show it once"),
            }


DRIFT_PAGES = {"ARRANGEMENT": "portal:billing_drift", "DASHBOARD_USER": "portal:dashboard_people"}


def _fix(piece: Piece) -> tuple[str, str]:
    if piece.phase == "DRIFTED":
        return DRIFT_PAGES.get(piece.kind, "portal:drift"), _("Compare and decide")
    if piece.human_action == "store_credential":
        return "portal:credentials", _("Store a credential")
    if piece.kind == "DASHBOARD_USER":
        return "portal:dashboard_people", _("To the people")
    if piece.kind == "API_KEY":
        return "portal:organization_keys", _("To the key")
    if piece.kind in {"ARRANGEMENT", "BILLING_ADDRESS"}:
        return "portal:billing", _("To billing")
    if piece.phase == "REFUSED":
        return "portal:organization_edit", _("Change it")
    return "portal:organization", _("Try again below")


def _credential_actions(page: OrganizationPage) -> Iterator[Action]:
    kept_at = page.credentials.kept_at
    url = address("portal:credentials", kept_at) if kept_at else ""
    for mode, since in page.credentials.paused:
        yield {
            "title": _("The %(mode)s credential is paused: fiskaly rejected it") % {"mode": mode},
            "since": since,
            "url": url,
            "words": _("Replace it"),
        }
    for mode in page.credentials.missing:
        yield {
            "title": _("There is no credential for %(mode)s yet") % {"mode": mode},
            "since": None,
            "url": url,
            "words": _("Store a credential"),
        }


def _sales_actions(page: OrganizationPage, sales: SalesSummary | None) -> Iterator[Action]:
    if sales and sales.stopped:
        words = ngettext("%(n)d connection needs a person", "%(n)d connections need a person", sales.stopped)
        yield {
            "title": words % {"n": sales.stopped},
            "since": None,
            "url": f"{address('portal:connections', page.public_id)}?status=STOPPED",
            "words": _("Show them"),
        }


def _child_actions(page: OrganizationPage) -> Iterator[Action]:
    counts = page.children.tabs if page.children else {}
    for phase, title in (
        (
            "REFUSED",
            ngettext(
                "%(n)d organization below was refused",
                "%(n)d organizations below were refused",
                counts.get("REFUSED", 0),
            ),
        ),
        (
            "NEEDS_PERSON",
            ngettext(
                "%(n)d organization below needs a person",
                "%(n)d organizations below need a person",
                counts.get("NEEDS_PERSON", 0),
            ),
        ),
        (
            "DRIFTED",
            ngettext("%(n)d organization below drifted", "%(n)d organizations below drifted", counts.get("DRIFTED", 0)),
        ),
    ):
        if counts.get(phase):
            yield {
                "title": title % {"n": counts[phase]},
                "since": None,
                "url": f"{reverse('portal:organizations')}?parent={page.public_id}&phase={phase}",
                "words": _("Show them"),
            }


def _tree(page: OrganizationPage) -> list[dict[str, Any]]:
    """The path from the top to here, and how many stand below."""
    node: dict[str, Any] = {"label": page.name, "current": True}
    if page.children and page.children.total:
        words = ngettext("%(n)d organization below", "%(n)d organizations below", page.children.total)
        url = f"{reverse('portal:organizations')}?parent={page.public_id}"
        node["children"] = [{"label": words % {"n": page.children.total}, "url": url}]
    for place in reversed(page.path):
        node = {"label": place.name, "url": address("portal:organization", place.public_id), "children": [node]}
    return [node]


def _urls(page: OrganizationPage) -> dict[str, str]:
    """Where each thing that the person may start here begins."""
    names = {
        "edit": "portal:organization_edit",
        "invitations": "portal:invitations",
        "hand_over": "portal:handover",
        "delegate": "portal:organization_delegation",
        "delegations": "portal:delegations",
        "enable_live": "portal:organization_live",
        "logo": "portal:organization_logo",
        "retire": "portal:organization_retire",
    }
    urls = {what: address(name, page.public_id) for what, name in names.items() if what in page.may}
    if "add" in page.may:
        urls["add"] = f"{reverse('portal:wizard_start')}?parent={page.public_id}"
    if page.provisioned_by:
        urls["provisioned_by"] = address("portal:organization", page.provisioned_by.public_id)
    urls["children"] = f"{reverse('portal:organizations')}?parent={page.public_id}"
    urls["keys"] = address("portal:organization_keys", page.public_id)
    return urls
