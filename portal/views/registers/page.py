"""One register: its page, its name, where it stands, and devices added by hand."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.core.exceptions import ObjectDoesNotExist
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from fiscal.queries import RegisterPage, connection_page, moving_choices, open_shops, register_page
from fiscal.services import add_device, change_register, place_register
from organizations.access import Reach
from organizations.choices import Level, Scope
from organizations.rules import RulesBroken
from portal.forms.broken import add_broken
from portal.forms.registers import DeviceForm, PlaceForm, RegisterForm
from portal.frame import frame
from portal.http import PageRequest, lead_to, scoped
from portal.tabs import why_url


@require_safe
@scoped(Scope.CLIENTS)
def register(request: PageRequest, reach: Reach, register_id: UUID) -> HttpResponse:
    """The whole page."""
    found = found_register(reach, register_id)
    here = reach.organization.public_id
    urls: dict[str, str] = {}
    if reach.allows(Scope.CLIENTS, Level.MANAGE):
        urls |= {
            "edit": reverse("portal:register_edit", args=[here, register_id]),
            "place": reverse("portal:register_place", args=[here, register_id]),
        }
    if reach.allows(Scope.TRANSACTIONS):
        urls["methods"] = reverse("portal:payment_methods", args=[here])
    urls |= _sales_urls(reach, found)
    if found.organization_id == here:
        urls |= why_url(reach, register=register_id)
    if found.wider:
        urls["wider"] = reverse("portal:register", args=[found.wider, register_id])
    context = register_frame(reach, found) | {"page": found, "urls": urls}
    return render(request, "portal/registers/register.html", context)


def _sales_urls(reach: Reach, found: RegisterPage) -> dict[str, str]:
    """Where its receipts and their verification are, and where a document is made on it."""
    here, urls = reach.organization.public_id, {}
    if reach.allows(Scope.TRANSACTIONS):
        urls["receipts"] = f"{reverse('portal:receipts', args=[here])}?register={found.register_id}"
    if reach.allows(Scope.TRANSACTIONS, Level.MANAGE) and not found.by_files:
        urls["make"] = reverse("portal:document_new", args=[found.organization_id, found.register_id])
    if reach.allows(Scope.MONITORING) and found.country == "AUT":
        urls["chain"] = reverse("portal:chain", args=[here, found.register_id])
    return urls


@require_http_methods(["GET", "HEAD", "POST"])
@scoped(Scope.CLIENTS, Level.MANAGE)
def register_edit(request: PageRequest, reach: Reach, register_id: UUID) -> HttpResponse:
    """Change its name, and in Austria the region."""
    found = found_register(reach, register_id)
    start = {"name": found.name, "region": found.region.upper()}
    form = RegisterForm(request.POST or None, initial=start, country=found.country)
    if request.method == "POST" and form.is_valid():
        try:
            change_register(reach, register_id, **{"region": ""} | form.cleaned_data)
        except ObjectDoesNotExist:
            raise Http404 from None
        except RulesBroken as broken:
            add_broken(form, broken)
        else:
            return lead_to(request, register_url(reach, register_id))
    title = _("Change register %(name)s") % {"name": found.name}
    context = register_frame(reach, found, (_("Change"), "")) | {
        "title": title,
        "form": form,
        "verb": _("Save the register"),
        "cancel_url": register_url(reach, register_id),
    }
    return _ask(request, context)


@require_http_methods(["GET", "HEAD", "POST"])
@scoped(Scope.CLIENTS, Level.MANAGE)
def register_place(request: PageRequest, reach: Reach, register_id: UUID) -> HttpResponse:
    """Move it to another shop or organization from a day on."""
    found, choices = found_register(reach, register_id), moving_choices(reach, register_id)
    if choices is None:
        raise Http404
    form = PlaceForm(request.POST or None, choices=choices)
    if request.method == "POST" and form.is_valid():
        organization_id, shop_id, from_day = form.chosen()
        try:
            place_register(reach, register_id, organization_id=organization_id, shop_id=shop_id, from_day=from_day)
        except ObjectDoesNotExist:
            raise Http404 from None
        except RulesBroken as broken:
            add_broken(form, broken)
        else:
            return lead_to(request, _where_it_is(reach, register_id))
    title = _("Move register %(name)s") % {"name": found.name}
    context = register_frame(reach, found, (_("Move"), "")) | {
        "title": title,
        "form": form,
        "verb": title,
        "cancel_url": register_url(reach, register_id),
        "lead": _("What it sold from that day on counts for the new place; what it sold before stays where it was."),
    }
    return _ask(request, context)


@require_http_methods(["GET", "HEAD", "POST"])
@scoped(Scope.CLIENTS, Level.MANAGE)
def device_new(request: PageRequest, reach: Reach, connection_id: UUID) -> HttpResponse:
    """Add a device of a connection whose sales arrive in files."""
    form = DeviceForm(request.POST or None, shops=open_shops(reach))
    if request.method == "POST" and form.is_valid():
        typed = form.cleaned_data
        shop_id = UUID(typed["shop"]) if typed["shop"] else None
        try:
            added = add_device(reach, connection_id, name=typed["name"], shop_id=shop_id, from_day=typed["from_day"])
        except ObjectDoesNotExist:
            raise Http404 from None
        except RulesBroken as broken:
            add_broken(form, broken)
        else:
            return lead_to(request, register_url(reach, added.public_id))
    cancel_url = reverse("portal:registers", args=[reach.organization.public_id])
    if reach.allows(Scope.INTEGRATIONS):
        if connection_page(reach, connection_id) is None:
            raise Http404
        cancel_url = reverse("portal:connection", args=[reach.organization.public_id, connection_id])
    title = _("Add a device")
    path = ((_("Registers"), reverse("portal:registers", args=[reach.organization.public_id])), (title, ""))
    context = frame(reach, *path) | {"title": title, "form": form, "verb": title, "cancel_url": cancel_url}
    return _ask(request, context)


def found_register(reach: Reach, register_id: UUID) -> RegisterPage:
    """The register's facts. Raises Http404 if the tree reached has no such register."""
    found = register_page(reach, register_id)
    if found is None:
        raise Http404
    return found


def register_url(reach: Reach, register_id: UUID) -> str:
    """The page of a register, seen from the organization reached."""
    return reverse("portal:register", args=[reach.organization.public_id, register_id])


def register_frame(reach: Reach, found: RegisterPage, *more: tuple[str, str]) -> dict[str, Any]:
    """The frame of a page about one register."""
    list_url = reverse("portal:registers", args=[reach.organization.public_id])
    own = register_url(reach, found.register_id) if more else ""
    return frame(reach, (_("Registers"), list_url), (found.name, own), *more)


def _where_it_is(reach: Reach, register_id: UUID) -> str:
    """The register's page, or the list if it now stands outside of what is reached from here."""
    if register_page(reach, register_id) is None:
        return reverse("portal:registers", args=[reach.organization.public_id])
    return register_url(reach, register_id)


def _ask(request: PageRequest, context: dict[str, Any]) -> HttpResponse:
    return render(request, "portal/registers/form.html", context, status=422 if context["form"].errors else 200)
