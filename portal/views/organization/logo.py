"""The organization's logo: uploading, removing and serving it."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from fiscal.queries import logo_digest, logo_image
from organizations.access import Reach
from organizations.choices import Level, Scope
from organizations.rules import RulesBroken
from organizations.services import remove_logo, set_logo
from portal.forms.broken import add_broken
from portal.http import PageRequest, lead_to, scoped
from portal.views.organization.page import page_about


class LogoForm(forms.Form):
    """One file. What it must be is said by the service, which decodes it."""

    logo = forms.FileField(
        label=gettext_lazy("Picture"),
        help_text=gettext_lazy("PNG, JPEG or WebP, at most 1 MB and 4 megapixels. No SVG: it can carry script."),
        widget=forms.FileInput(attrs={"accept": "image/png,image/jpeg,image/webp"}),
        error_messages={
            "required": gettext_lazy("Choose a file."),
            "missing": gettext_lazy("Choose a file."),
            "empty": gettext_lazy("Choose another file: this one is empty."),
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@scoped(Scope.ORGANIZATIONS, Level.MANAGE)
def edit(request: PageRequest, reach: Reach) -> HttpResponse:
    """The logo with a form for another one. fiskaly publishes no call for it, so it is shown in Kontor only."""
    here = reverse("portal:organization_logo", args=[reach.organization.public_id])
    if request.method == "POST" and "remove" in request.POST:
        remove_logo(reach)
        messages.success(request, _("Logo removed."))
        return lead_to(request, here)
    form = LogoForm(request.POST, request.FILES) if request.method == "POST" else LogoForm()
    if form.is_bound and form.is_valid():
        try:
            set_logo(reach, upload=form.cleaned_data["logo"])
        except RulesBroken as broken:
            add_broken(form, broken)
        else:
            messages.success(request, _("Logo saved."))
            return lead_to(request, here)
    digest = logo_digest(reach)
    image = reverse("portal:logo", args=[reach.organization.public_id, digest]) if digest else ""
    context = page_about(reach, _("Logo"), form=form, image_url=image, here=here)
    return render(request, "portal/organization/logo.html", context, status=422 if form.is_bound else 200)


@require_safe
@scoped(Scope.ORGANIZATIONS)
def serve(request: PageRequest, reach: Reach, digest: str) -> HttpResponse:
    """The picture, under a name that changes with its content; nothing in it could run even if opened alone."""
    image = logo_image(reach, digest)
    if image is None:
        raise Http404
    response = HttpResponse(image.content, content_type=image.content_type)
    response["Content-Disposition"] = f'inline; filename="logo-{digest[:8]}.png"'
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response["Cache-Control"] = "private, max-age=31536000, immutable"
    return response
