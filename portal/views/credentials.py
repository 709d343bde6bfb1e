"""The keys that Kontor itself works with: storing, replacing and removing them. None is ever rendered."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from allauth.core import ratelimit
from django.core.exceptions import ObjectDoesNotExist
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods, require_safe

from fiscal.queries import CredentialFacts, credential_facts, credentials_of
from fiscal.services import CredentialRefused, remove_credential, replace_credential, store_credential
from organizations.access import Reach
from organizations.choices import Level, Scope
from portal.forms.broken import add_broken
from portal.forms.credentials import CredentialForm
from portal.frame import frame
from portal.http import PageRequest, fresh, lead_to, scoped, show
from portal.proof import asked, read_proof
from portal.tabs import organization_tabs


@require_safe
@scoped(Scope.ORGANIZATIONS, Level.MANAGE)
def credentials(request: PageRequest, reach: Reach) -> HttpResponse:
    """Per mode: what is stored, whether fiskaly accepts it, and who stored it."""
    slots = credentials_of(reach)
    missing = any(slot.credential is None for slot in slots)
    may_store = missing and not reach.organization.is_managed and reach.organization.retired_at is None
    context = frame(reach, (_("Keys that Kontor works with"), "")) | {
        "slots": slots,
        "tabs": organization_tabs(reach, "credentials"),
        "managed": reach.organization.is_managed,
        "new_url": reverse("portal:credential_new", args=[reach.organization.public_id]) if may_store else "",
    }
    return render(request, "portal/credentials/list.html", context)


@sensitive_post_parameters("key", "secret")
@require_http_methods(["GET", "HEAD", "POST"])
@scoped(Scope.ORGANIZATIONS, Level.MANAGE)
@fresh
def credential_new(request: PageRequest, reach: Reach) -> HttpResponse:
    """Store a key for a mode that has none yet. fiskaly is asked before anything is stored."""

    @sensitive_variables("secret")
    def store(key: str, secret: str) -> None:
        store_credential(reach, key=key, secret=secret)

    context = _about(reach, _("Store a key")) | {"verb": _("Try and store the key")}
    return taken(request, "portal/credentials/form.html", context, store, lambda: _list_url(reach))


@sensitive_post_parameters("key", "secret")
@require_http_methods(["GET", "HEAD", "POST"])
@scoped(Scope.ORGANIZATIONS, Level.MANAGE)
@fresh
def credential_replace(request: PageRequest, reach: Reach, credential_id: UUID) -> HttpResponse:
    """Put a new key in place of the stored one; what was paused with it goes on."""
    facts = _found(reach, credential_id)

    @sensitive_variables("secret")
    def replace(key: str, secret: str) -> None:
        try:
            replace_credential(reach, credential_id=credential_id, key=key, secret=secret)
        except ObjectDoesNotExist:
            raise Http404 from None

    title = _("Replace the %(mode)s key") % {"mode": facts.mode}
    context = _about(reach, title, mode=facts.mode) | {"verb": _("Try and replace the key"), "credential": facts}
    return taken(request, "portal/credentials/form.html", context, replace, lambda: _list_url(reach))


@require_http_methods(["GET", "HEAD", "POST"])
@scoped(Scope.ORGANIZATIONS, Level.MANAGE)
@fresh
def credential_remove(request: PageRequest, reach: Reach, credential_id: UUID) -> HttpResponse:
    """Forget a key. It takes the organization's name and a reason: work waits until another is stored."""
    facts = _found(reach, credential_id)
    name, title = str(reach.organization), _("Remove the %(mode)s key") % {"mode": facts.mode}
    proof = asked(3, name)
    if request.method == "POST":
        proof = read_proof(request, reach, tier=3, name=name, action=title)
    if request.method == "POST" and proof.given:
        try:
            remove_credential(reach, credential_id=credential_id, reason=proof.reason)
        except ObjectDoesNotExist:
            raise Http404 from None
        return lead_to(request, _list_url(reach))
    context = _about(reach, title, mode=facts.mode) | {
        "credential": facts,
        "proof": proof,
        "action_url": request.path,
    }
    page, fragment = "portal/credentials/remove.html", "portal/credentials/_remove.html"
    return show(request, page, fragment, context, status=422 if proof.errors else 200)


@sensitive_variables("form")
def taken(
    request: PageRequest,
    page: str,
    context: dict[str, Any],
    store: Callable[[str, str], None],
    next_url: Callable[[], str],
) -> HttpResponse:
    """Ask for a key and its secret, and hand them to `store`. After an error the secret has to be typed again."""
    form = CredentialForm(request.POST or None)
    asked_for = request.method == "POST" and form.is_valid()
    if asked_for and not ratelimit.consume(request, action="try_credential", user=request.user):
        form.add_error(None, _("Too many keys were tried. Nothing was sent to fiskaly; wait a minute and try again."))
    elif asked_for:
        try:
            store(form.cleaned_data["key"], form.cleaned_data["secret"])
        except CredentialRefused as refused:
            add_broken(form, refused)
        else:
            return lead_to(request, next_url())
    response = render(request, page, context | {"form": form}, status=422 if form.errors else 200)
    response["Cache-Control"] = "no-store"
    return response


def _found(reach: Reach, credential_id: UUID) -> CredentialFacts:
    facts = credential_facts(reach, credential_id)
    if facts is None:
        raise Http404
    return facts


def _list_url(reach: Reach) -> str:
    return reverse("portal:credentials", args=[reach.organization.public_id])


def _about(reach: Reach, title: str, *, mode: str = "") -> dict[str, Any]:
    path = ((_("Keys that Kontor works with"), _list_url(reach)), (title, ""))
    return frame(reach, *path, mode=mode) | {"title": title, "cancel_url": _list_url(reach)}
