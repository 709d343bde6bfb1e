"""What payment methods mean: all of an organization's registers on one page, unmapped first, saved at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from fiscal.choices import PaymentCategory
from fiscal.queries import MethodName, folded, method_names, payment_methods
from fiscal.services import map_payment_methods
from organizations.access import Reach
from organizations.choices import Level, Scope
from organizations.rules import RulesBroken
from portal.forms.registers import meanings_in
from portal.frame import frame
from portal.http import PageRequest, lead_to, scoped
from portal.listing import Address, pager
from portal.tabs import organization_tabs


@require_safe
@scoped(Scope.TRANSACTIONS)
def methods(request: PageRequest, reach: Reach) -> HttpResponse:
    """Every method of every register in use, with its share of the turnover of the last 92 days."""
    return _page(request, reach)


@require_POST
@scoped(Scope.TRANSACTIONS, Level.MANAGE)
def methods_map(request: PageRequest, reach: Reach) -> HttpResponse:
    """Save what was chosen. `same_name`: a choice that was changed holds for every method of that name."""
    try:
        sent = meanings_in(request.POST)
    except ValueError:
        return _page(request, reach, error=_("One of the choices is none of those offered. Nothing was changed."))
    found = method_names(reach)
    known = {each.method_id for each in found}
    chosen = {method_id: category for method_id, category in sent.items() if method_id in known}
    if request.POST.get("same_name") == "yes":
        chosen = _spread(found, chosen)
    try:
        changed = map_payment_methods(reach, categories=chosen)
    except RulesBroken as broken:
        return _page(request, reach, error=" ".join(broken.errors.values()))
    words = ngettext("%(n)d payment method was changed.", "%(n)d payment methods were changed.", changed)
    messages.success(request, words % {"n": changed})
    return lead_to(request, _own_url(reach))


def _spread(found: Sequence[MethodName], chosen: dict[int, PaymentCategory]) -> dict[int, PaymentCategory]:
    """The choices that differ from what is stored, spread to methods of the same name that nobody touched."""
    touched = {each for each in found if chosen.get(each.method_id, each.category) != each.category}
    by_name = {folded(each.name): chosen[each.method_id] for each in touched}
    others = (each for each in found if each not in touched and folded(each.name) in by_name)
    return chosen | {each.method_id: by_name[folded(each.name)] for each in others}


def _own_url(reach: Reach) -> str:
    return reverse("portal:payment_methods", args=[reach.organization.public_id])


def _page(request: PageRequest, reach: Reach, *, error: str = "") -> HttpResponse:
    address = Address(_own_url(reach), request.GET)
    page, size = address.number("page", 1), address.size()
    found = payment_methods(reach, page=page, size=size)
    here = reach.organization.public_id
    crumbs = [(_("Payment methods"), "")]
    if reach.allows(Scope.CLIENTS):
        crumbs.insert(0, (_("Registers"), reverse("portal:registers", args=[here])))
    context: dict[str, Any] = frame(reach, *crumbs) | {
        "title": _("Payment methods"),
        "list": found,
        "pager": pager(address, page=page, size=size, total=found.total),
        "categories": PaymentCategory.choices,
        "error": error,
        "here": here,
        "over_all": not reach.organization.is_managed,
        "opens_registers": reach.allows(Scope.CLIENTS),
        "section_tabs": organization_tabs(reach, "registers"),
        "map_url": reverse("portal:payment_methods_map", args=[here])
        if reach.allows(Scope.TRANSACTIONS, Level.MANAGE)
        else "",
    }
    return render(request, "portal/registers/methods.html", context, status=422 if error else 200)
