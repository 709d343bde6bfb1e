"""What takes one confirmation (tier 1): a page or dialog that says what follows, with a reason, and then it is done."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _

from organizations.rules import RulesBroken
from portal.http import PageRequest, lead_to, show
from portal.proof import LONGEST_REASON


def ask_once(
    request: PageRequest,
    page: str,
    end: Callable[[str], object],
    *,
    title: str,
    effects: list[str],
    gone: tuple[type[Exception], ...],
    back: str,
    context: dict[str, Any],
) -> HttpResponse:
    """Ask, then call `end` with the reason and lead `back`. 404 for `gone`: somebody else was faster.

    A rule that stands against it is said in words, 422. `page` is shown where no script opens a dialog.
    """
    refused = ""
    if request.method == "POST":
        try:
            end(request.POST.get("reason", "").strip()[:LONGEST_REASON])
        except gone:
            raise Http404 from None
        except RulesBroken as broken:
            refused = " ".join(broken.errors.values())
        else:
            messages.success(request, _("Done: %(what)s.") % {"what": title})
            return lead_to(request, back)
    asked = {"title": title, "effects": effects, "refused": refused, "action_url": request.path, "cancel_url": back}
    return show(request, page, "portal/people/_confirm.html", {**context, **asked}, status=422 if refused else 200)
