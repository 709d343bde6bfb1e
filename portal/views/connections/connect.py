"""Connecting a source of sales: which one fits, and what it asks for. The provider is asked before anything is stored."""

from __future__ import annotations

from typing import Any

from allauth.core import ratelimit
from django import forms
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods, require_safe

from fiscal.choices import ConnectionKind, Provider
from fiscal.queries.practice import sandbox_page
from fiscal.services import ConnectionRefused, connect_datacash, connect_files, connect_kassandro
from organizations.access import Reach
from organizations.choices import Level, Scope
from portal.forms.broken import add_broken
from portal.forms.connections import DataCashForm, FilesForm, KassandroForm
from portal.frame import frame
from portal.http import PageRequest, lead_to, scoped

FORMS: dict[str, tuple[ConnectionKind, type[forms.Form]]] = {
    "account": (ConnectionKind.ACCOUNT, KassandroForm),
    "register": (ConnectionKind.REGISTER, KassandroForm),
    "key": (ConnectionKind.KEY, DataCashForm),
    "files": (ConnectionKind.FILES, FilesForm),
}
SECRETS = ("api_key", "key", "credentials")


@require_safe
@scoped(Scope.INTEGRATIONS, Level.MANAGE)
def connection_new(request: PageRequest, reach: Reach) -> HttpResponse:
    """The first question: where do the sales come from?"""
    title = _("Connect a source of sales")
    context = frame(reach, (_("Connections"), list_url(reach)), (title, "")) | {
        "title": title,
        "urls": {
            slug: reverse("portal:connection_connect", args=[reach.organization.public_id, slug]) for slug in FORMS
        },
        "cancel_url": list_url(reach),
    }
    return render(request, "portal/connections/new.html", context)


@sensitive_post_parameters(*SECRETS)
@require_http_methods(["GET", "HEAD", "POST"])
@scoped(Scope.INTEGRATIONS, Level.MANAGE)
@sensitive_variables("form")
def connection_connect(request: PageRequest, reach: Reach, source: str) -> HttpResponse:
    """Take what this source asks for, try it at the provider, store it, and lead to its page."""
    if source not in FORMS:
        raise Http404
    kind, form_class = FORMS[source]
    vat_number = (
        reach.organization.vat_id.removeprefix("IT").strip() if reach.organization.country_code == "ITA" else ""
    )
    form = form_class(request.POST or None, initial={"name": str(reach.organization), "vat_number": vat_number})
    if request.method == "POST" and form.is_valid():
        if not may_try(request):
            form.add_error(None, _("Too many keys were tried. Nothing was sent; wait a minute and try again."))
        else:
            try:
                connection_id = _connected(reach, kind, form.cleaned_data)
            except ConnectionRefused as refused:
                add_broken(form, refused)
            else:
                return lead_to(
                    request, reverse("portal:connection", args=[reach.organization.public_id, connection_id])
                )
    return _ask(request, reach, source, kind, form)


@sensitive_variables("typed", "keys")
def _connected(reach: Reach, kind: ConnectionKind, typed: dict[str, Any]) -> Any:
    """The public id of the stored connection. Raises ConnectionRefused."""
    if kind == ConnectionKind.KEY:
        return connect_datacash(reach, **typed).public_id
    if kind == ConnectionKind.FILES:
        return connect_files(reach, **typed).public_id
    return connect_kassandro(reach, kind=kind, **typed).public_id


def may_try(request: PageRequest) -> bool:
    """Whether this person may try one more key now: guessing keys is not what the page is for."""
    return bool(ratelimit.consume(request, action="try_credential", user=request.user))


def list_url(reach: Reach) -> str:
    """The connections of the organization reached."""
    return reverse("portal:connections", args=[reach.organization.public_id])


def _ask(request: PageRequest, reach: Reach, source: str, kind: ConnectionKind, form: forms.Form) -> HttpResponse:
    titles = {
        ConnectionKind.ACCOUNT: _("Connect a Kassandro account"),
        ConnectionKind.REGISTER: _("Connect one Kassandro register"),
        ConnectionKind.KEY: _("Connect a DataCash key"),
        ConnectionKind.FILES: _("Connect DataCash by files"),
    }
    provider = Provider.DATACASH if kind == ConnectionKind.KEY else Provider.KASSANDRO
    new_url = reverse("portal:connection_new", args=[reach.organization.public_id])
    path = ((_("Connections"), list_url(reach)), (_("Connect"), new_url), (titles[kind], ""))
    context = frame(reach, *path) | {
        "title": titles[kind],
        "source": source,
        "form": form,
        "secret_lost": bool(form.errors) and any(name in form.fields for name in SECRETS),
        "cancel_url": new_url,
        "sandbox_url": "" if kind == ConnectionKind.FILES else sandbox_page(provider),
    }
    response = render(request, "portal/connections/connect.html", context, status=422 if form.errors else 200)
    response["Cache-Control"] = "no-store"
    return response
