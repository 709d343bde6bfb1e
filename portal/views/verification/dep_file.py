"""Verify an uploaded DEP export, and compare it with what was synced. Nothing of it is stored."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods

from fiscal.queries import DepUnreadable, check_dep
from organizations.access import Reach
from organizations.choices import Scope
from portal.forms.verification import DepFileForm
from portal.frame import frame
from portal.http import PageRequest, scoped


@require_http_methods(["GET", "HEAD", "POST"])
@scoped(Scope.MONITORING)
def dep_file(request: PageRequest, reach: Reach) -> HttpResponse:
    """The form, and after it the result on the same page."""
    form = DepFileForm(request.POST or None, request.FILES or None)
    registers: Any = None
    if request.method == "POST" and form.is_valid():
        try:
            registers = _checked(reach, form)
        except DepUnreadable as why:
            form.add_error("file", str(why))
    context = frame(
        reach,
        (_("Verification"), reverse("portal:verification", args=[reach.organization.public_id])),
        (_("DEP file"), ""),
    ) | {
        "title": _("Verify a DEP file"),
        "form": form,
        "registers": registers,
        "name": form.cleaned_data["file"].name if registers is not None else "",
        "compared": registers is not None and form.cleaned_data["compare"],
        "here": reach.organization.public_id,
        "cancel_url": reverse("portal:verification", args=[reach.organization.public_id]),
    }
    return render(request, "portal/verification/file.html", context, status=422 if form.errors else 200)


@sensitive_variables("container")
def _checked(reach: Reach, form: DepFileForm) -> Any:
    typed = form.cleaned_data
    try:
        container = typed["container"].read().decode("utf-8-sig") if typed["container"] else ""
    except UnicodeDecodeError:
        raise DepUnreadable(_("The key container is not text. Give the file that the register made.")) from None
    with _on_disk(typed["file"]) as path:
        return check_dep(reach, path, container=container, partial=typed["partial"], compare=typed["compare"])


@contextmanager
def _on_disk(file: UploadedFile) -> Iterator[Path]:
    """The upload as a file that can be walked through several times; gone afterwards."""
    with tempfile.NamedTemporaryFile(prefix="kontor-dep-", suffix=".json") as copy:
        for chunk in file.chunks():
            copy.write(chunk)
        copy.flush()
        yield Path(copy.name)
