"""Give the verification its keys, and have a register verified again. A key is sealed, and never shown again."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ObjectDoesNotExist
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST

from fiscal.services import ChainRefused, store_chain_material, verify_again
from organizations.access import Reach
from organizations.choices import Level, Scope
from portal.forms.broken import add_broken
from portal.forms.verification import ChainKeysForm
from portal.http import PageRequest, fresh, lead_to, scoped
from portal.views.verification.register import chain_frame, chain_url, found_chain


@sensitive_post_parameters("aes_key")
@require_http_methods(["GET", "HEAD", "POST"])
@scoped(Scope.MONITORING, Level.MANAGE)
@fresh
@sensitive_variables("form")
def chain_keys(request: PageRequest, reach: Reach, register_id: UUID) -> HttpResponse:
    """Store the AES key and the certificates."""
    found = found_chain(reach, register_id)
    form = ChainKeysForm(request.POST or None, has_key=bool(found.checksum))
    if request.method == "POST" and form.is_valid():
        try:
            store_chain_material(reach, register_id, **form.cleaned_data)
        except ObjectDoesNotExist:
            raise Http404 from None
        except ChainRefused as refused:
            add_broken(form, refused)
        else:
            messages.success(request, _("Stored. The register is verified again from its first receipt on."))
            return lead_to(request, chain_url(reach, register_id))
    context = chain_frame(reach, found, (_("Keys"), "")) | {
        "title": _("Keys for verifying %(name)s") % {"name": found.row.register},
        "page": found,
        "form": form,
        "cancel_url": chain_url(reach, register_id),
    }
    response = render(request, "portal/verification/keys.html", context, status=422 if form.errors else 200)
    response["Cache-Control"] = "no-store"
    return response


@require_POST
@scoped(Scope.MONITORING, Level.MANAGE)
def chain_again(request: PageRequest, reach: Reach, register_id: UUID) -> HttpResponse:
    """Have the register verified anew from its first receipt on."""
    try:
        verify_again(reach, register_id)
    except ObjectDoesNotExist:
        raise Http404 from None
    messages.success(request, _("It is verified again with the next round, within a minute or two."))
    return lead_to(request, chain_url(reach, register_id))
