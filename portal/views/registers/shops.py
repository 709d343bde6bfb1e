"""Shops: the list, adding, changing, closing and opening again."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.core.exceptions import ObjectDoesNotExist
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from fiscal.queries import SHOP_SORTS, ShopFilters, ShopRow, list_shops, shop_facts
from fiscal.services import add_shop, change_shop, close_shop, reopen_shop
from organizations.access import Reach
from organizations.choices import Level, Scope
from organizations.rules import RulesBroken
from portal.forms.broken import add_broken
from portal.forms.registers import ShopForm
from portal.frame import frame
from portal.http import PageRequest, lead_to, scoped, show
from portal.listing import Address, pager, sort_link
from portal.proof import Proof, asked, read_proof
from portal.tabs import organization_tabs


@require_safe
@scoped(Scope.CLIENTS)
def shops(request: PageRequest, reach: Reach) -> HttpResponse:
    """The shops of one organization and of those it manages."""
    address = Address(request.path, request.GET)
    sorts = {f"{sign}{column}" for column in SHOP_SORTS for sign in ("", "-")}
    filters = ShopFilters(
        q=address.params.get("q", "").strip()[:100],
        closed=address.params.get("state") == "closed",
        sort=address.one_of("sort", sorts) or "name",
    )
    found = list_shops(reach, filters, page=address.number("page", 1), size=address.size())
    may_add = reach.allows(Scope.CLIENTS, Level.MANAGE) and reach.organization.retired_at is None
    context = frame(reach, (_("Registers"), _registers_url(reach)), (_("Shops"), "")) | {
        "title": _("Shops"),
        "list": found,
        "filters": filters,
        "over_all": not reach.organization.is_managed,
        "here": reach.organization.public_id,
        "may_manage": reach.allows(Scope.CLIENTS, Level.MANAGE),
        "tabs": [
            {"label": _("Open"), "url": address.with_(state=""), "count": found.open, "current": not filters.closed},
            {
                "label": _("Closed"),
                "url": address.with_(state="closed"),
                "count": found.closed,
                "current": filters.closed,
            },
        ],
        "section_tabs": organization_tabs(reach, "registers"),
        "sorts": {column: sort_link(address, column, filters.sort) for column in SHOP_SORTS},
        "pager": pager(address, page=address.number("page", 1), size=address.size(), total=found.total),
        "kept": {name: address.params.get(name, "") for name in ("state", "sort", "rows")},
        "reset_url": address.path,
        "new_url": reverse("portal:shop_new", args=[reach.organization.public_id]) if may_add else "",
    }
    return show(request, "portal/registers/shops.html", "portal/registers/_shops.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@scoped(Scope.CLIENTS, Level.MANAGE)
def shop_new(request: PageRequest, reach: Reach) -> HttpResponse:
    """Add a shop to the organization reached."""
    form = ShopForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            add_shop(reach, **form.cleaned_data)
        except RulesBroken as broken:
            add_broken(form, broken)
        else:
            return lead_to(request, _list_url(reach))
    return _ask(request, reach, form, _("New shop"), _("Add the shop"))


@require_http_methods(["GET", "HEAD", "POST"])
@scoped(Scope.CLIENTS, Level.MANAGE)
def shop_edit(request: PageRequest, reach: Reach, shop_id: UUID) -> HttpResponse:
    """Change a shop's facts."""
    found = _found(reach, shop_id)
    form = ShopForm(
        request.POST or None, initial={"name": found.name, "number": found.number, "address": found.address}
    )
    if request.method == "POST" and form.is_valid():
        try:
            change_shop(reach, shop_id, **form.cleaned_data)
        except ObjectDoesNotExist:
            raise Http404 from None
        except RulesBroken as broken:
            add_broken(form, broken)
        else:
            return lead_to(request, _list_url(reach))
    return _ask(request, reach, form, _("Change shop %(name)s") % {"name": found.name}, _("Save the shop"))


@require_http_methods(["GET", "HEAD", "POST"])
@scoped(Scope.CLIENTS, Level.MANAGE)
def shop_close(request: PageRequest, reach: Reach, shop_id: UUID) -> HttpResponse:
    """Close a shop that nothing stands in any more: its name typed, and a reason. It can be opened again."""
    found = _found(reach, shop_id)
    if request.method != "POST":
        return _confirm(request, reach, found, asked(3, found.name))
    title = _("Close shop %(name)s") % {"name": found.name}
    proof = read_proof(request, reach, tier=3, name=found.name, action=title)
    if not proof.given:
        return _confirm(request, reach, found, proof)
    try:
        close_shop(reach, shop_id, reason=proof.reason)
    except ObjectDoesNotExist:
        raise Http404 from None
    except RulesBroken as broken:
        return _confirm(request, reach, found, proof, refused=" ".join(broken.errors.values()))
    return lead_to(request, _list_url(reach))


@require_POST
@scoped(Scope.CLIENTS, Level.MANAGE)
def shop_reopen(request: PageRequest, reach: Reach, shop_id: UUID) -> HttpResponse:
    """Open a closed shop again."""
    try:
        reopen_shop(reach, shop_id)
    except ObjectDoesNotExist:
        raise Http404 from None
    return lead_to(request, _list_url(reach))


def _found(reach: Reach, shop_id: UUID) -> ShopRow:
    found = shop_facts(reach, shop_id)
    if found is None:
        raise Http404
    return found


def _list_url(reach: Reach) -> str:
    return reverse("portal:shops", args=[reach.organization.public_id])


def _registers_url(reach: Reach) -> str:
    return reverse("portal:registers", args=[reach.organization.public_id])


def _path(reach: Reach, title: str) -> dict[str, Any]:
    return frame(reach, (_("Registers"), _registers_url(reach)), (_("Shops"), _list_url(reach)), (title, ""))


def _ask(request: PageRequest, reach: Reach, form: ShopForm, title: str, verb: str) -> HttpResponse:
    context = _path(reach, title) | {"title": title, "form": form, "verb": verb, "cancel_url": _list_url(reach)}
    return render(request, "portal/registers/form.html", context, status=422 if form.errors else 200)


def _confirm(request: PageRequest, reach: Reach, found: ShopRow, proof: Proof, *, refused: str = "") -> HttpResponse:
    title = _("Close shop %(name)s") % {"name": found.name}
    context = _path(reach, title) | {
        "title": title,
        "shop": found,
        "proof": proof,
        "refused": refused,
        "cancel_url": _list_url(reach),
        "action_url": request.path,
    }
    page, fragment = "portal/registers/shop_close.html", "portal/registers/_shop_close.html"
    return show(request, page, fragment, context, status=422 if refused or proof.errors else 200)
