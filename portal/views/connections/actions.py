"""What can be done to a connection: try it, read it now, describe it, replace its key, remove it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ObjectDoesNotExist
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST

from fiscal.choices import ConnectionStatus
from fiscal.queries import ConnectionPage
from fiscal.services import (
    ConnectionRefused,
    describe_connection,
    read_now,
    remove_connection,
    replace_secret,
    try_connection,
)
from organizations.access import Reach
from organizations.choices import Level, Scope
from organizations.rules import RulesBroken
from portal.forms.broken import add_broken
from portal.forms.connections import DescribeForm, ReplaceForm
from portal.http import PageRequest, fresh, lead_to, scoped, show
from portal.proof import asked, read_proof
from portal.views.connections.connect import list_url, may_try
from portal.views.connections.page import connection_frame, connection_url, living_connection


@require_POST
@scoped(Scope.INTEGRATIONS, Level.MANAGE)
def connection_try(request: PageRequest, reach: Reach, connection_id: UUID) -> HttpResponse:
    """Ask the provider now whether it takes the key. One that was paused or stopped and works again goes on."""
    living_connection(reach, connection_id)
    if not may_try(request):
        messages.error(request, _("Too many tries. Nothing was sent; wait a minute and try again."))
        return lead_to(request, connection_url(reach, connection_id))
    try:
        with still_there():
            tried = try_connection(reach, connection_id)
    except RulesBroken as refused:
        messages.error(request, " ".join(refused.errors.values()))
    else:
        if tried.status == ConnectionStatus.ACTIVE:
            messages.success(request, _("The provider takes the key. Reading goes on by itself."))
        else:
            messages.warning(request, tried.status_reason or _("The provider still does not take the key."))
    return lead_to(request, connection_url(reach, connection_id))


@require_POST
@scoped(Scope.INTEGRATIONS, Level.MANAGE)
def connection_read(request: PageRequest, reach: Reach, connection_id: UUID) -> HttpResponse:
    """Make the next round due now, in front of no one else's."""
    living_connection(reach, connection_id)
    try:
        with still_there():
            read_now(reach, connection_id)
    except RulesBroken as broken:
        messages.error(request, " ".join(broken.errors.values()))
    else:
        messages.success(request, _("It is read next. This page follows by itself."))
    return lead_to(request, connection_url(reach, connection_id))


@require_http_methods(["GET", "HEAD", "POST"])
@scoped(Scope.INTEGRATIONS, Level.MANAGE)
def connection_describe(request: PageRequest, reach: Reach, connection_id: UUID) -> HttpResponse:
    """Its name here, and what is known of product and licence."""
    found = living_connection(reach, connection_id)
    row = found.row
    start = {
        "name": row.name,
        "tier": found.tier,
        "licence_ends_on": row.licence_ends_on,
        "slots": row.slots,
        "slots_used": row.slots_used,
        "add_ons": row.add_on_names,
    }
    form = DescribeForm(request.POST or None, initial=start, datacash=found.datacash)
    if request.method == "POST" and form.is_valid():
        missing = {"slots": None, "slots_used": None, "add_ons": ()}
        try:
            with still_there():
                describe_connection(reach, connection_id, **missing | form.cleaned_data)
        except RulesBroken as broken:
            add_broken(form, broken)
        else:
            return lead_to(request, connection_url(reach, connection_id))
    title = _("Describe %(name)s") % {"name": row.name}
    context = connection_frame(reach, found, (_("Describe"), "")) | {
        "title": title,
        "page": found,
        "form": form,
        "cancel_url": connection_url(reach, connection_id),
    }
    return render(request, "portal/connections/describe.html", context, status=422 if form.errors else 200)


@sensitive_post_parameters("key", "credentials")
@require_http_methods(["GET", "HEAD", "POST"])
@scoped(Scope.INTEGRATIONS, Level.MANAGE)
@fresh
@sensitive_variables("form")
def connection_replace(request: PageRequest, reach: Reach, connection_id: UUID) -> HttpResponse:
    """Put a new key in place of the stored one; what was stopped with it goes on and fills the gap."""
    found = living_connection(reach, connection_id)
    if found.by_files:
        raise Http404
    form = ReplaceForm(request.POST or None, with_credentials=found.by_key)
    if request.method == "POST" and form.is_valid():
        if not may_try(request):
            form.add_error(None, _("Too many keys were tried. Nothing was sent; wait a minute and try again."))
        else:
            try:
                with still_there():
                    replace_secret(reach, connection_id, **form.cleaned_data)
            except ConnectionRefused as refused:
                # Connecting calls Kassandro's key so; here the field has one name for both providers.
                at_fields = {"key" if name == "api_key" else name: words for name, words in refused.errors.items()}
                add_broken(form, RulesBroken(at_fields))
            else:
                return lead_to(request, connection_url(reach, connection_id))
    return _ask_for_key(request, reach, found, form)


def _ask_for_key(request: PageRequest, reach: Reach, found: ConnectionPage, form: ReplaceForm) -> HttpResponse:
    context = connection_frame(reach, found, (_("Replace the key"), "")) | {
        "title": _("Replace the key of %(name)s") % {"name": found.row.name},
        "page": found,
        "form": form,
        "cancel_url": connection_url(reach, found.row.connection_id),
    }
    response = render(request, "portal/connections/replace.html", context, status=422 if form.errors else 200)
    response["Cache-Control"] = "no-store"
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@scoped(Scope.INTEGRATIONS, Level.MANAGE)
@fresh
def connection_remove(request: PageRequest, reach: Reach, connection_id: UUID) -> HttpResponse:
    """Forget the key. It takes the connection's name and a reason; what was read stays."""
    found = living_connection(reach, connection_id)
    name = found.row.name
    title, proof = _("Remove connection %(name)s") % {"name": name}, asked(3, name)
    if request.method == "POST":
        proof = read_proof(request, reach, tier=3, name=name, action=title)
    if request.method == "POST" and proof.given:
        with still_there():
            remove_connection(reach, connection_id, reason=proof.reason)
        return lead_to(request, list_url(reach))
    context = connection_frame(reach, found, (_("Remove"), "")) | {
        "title": title,
        "page": found,
        "proof": proof,
        "cancel_url": connection_url(reach, connection_id),
        "action_url": request.path,
    }
    page, fragment = "portal/connections/remove.html", "portal/connections/_remove.html"
    return show(request, page, fragment, context, status=422 if proof.errors else 200)


@contextmanager
def still_there() -> Iterator[None]:
    """Somebody else may remove the connection between the question and the answer: 404, as for any later visit."""
    try:
        yield
    except ObjectDoesNotExist:
        raise Http404 from None
