"""How people of an organization sign in: its own provider, and whether a second factor is demanded."""

from __future__ import annotations

from typing import Any

from allauth.core import ratelimit
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from fiscal.queries import SignOnFacts, sign_on_of, without_second_factor
from fiscal.services import remove_sign_on, set_up_sign_on, try_sign_on
from organizations.access import Reach
from organizations.choices import Level, Scope
from organizations.rules import RulesBroken
from organizations.services import demand_second_factor
from portal.forms.broken import add_broken
from portal.forms.sign_on import SignOnForm
from portal.frame import frame
from portal.http import PageRequest, fresh, lead_to, scoped
from portal.proof import asked, read_proof
from portal.tabs import organization_tabs


@sensitive_post_parameters("client_secret")
@require_http_methods(["GET", "HEAD", "POST"])
@scoped(Scope.USERS, Level.MANAGE)
@fresh
def sign_on(request: PageRequest, reach: Reach) -> HttpResponse:
    """The provider and the second factor. POST tries the typed issuer (`go=try`) or stores everything."""
    facts = sign_on_of(reach)
    form = SignOnForm(request.POST or None, initial=_initial(facts))
    told: list[str] = []
    if request.method == "POST" and form.is_valid():
        try:
            if request.POST.get("go") != "try":
                set_up_sign_on(reach, wishes=form.wishes())
                messages.success(request, _("Saved."))
                return lead_to(request, request.path)
            told = _tried(request, reach, form)
        except RulesBroken as broken:
            add_broken(form, _as_typed(broken))
    return _page(request, reach, facts, form, told)


@require_POST
@scoped(Scope.USERS, Level.MANAGE)
@fresh
def second_factor_demand(request: PageRequest, reach: Reach) -> HttpResponse:
    """Demand a second factor of everybody who reaches the organization, or no longer."""
    demanded = request.POST.get("demanded") == "yes"
    demand_second_factor(reach, demanded=demanded)
    words = _("A second factor is demanded from now on.") if demanded else _("A second factor is no longer demanded.")
    messages.success(request, words)
    return lead_to(request, reverse("portal:sign_on", args=[reach.organization.public_id]))


@require_http_methods(["GET", "HEAD", "POST"])
@scoped(Scope.USERS, Level.MANAGE)
@fresh
def sign_on_remove(request: PageRequest, reach: Reach) -> HttpResponse:
    """Tier 3: whoever only signs in there is out."""
    facts = sign_on_of(reach)
    if facts is None:
        raise Http404
    proof = asked(3, str(reach.organization))
    back = reverse("portal:sign_on", args=[reach.organization.public_id])
    if request.method == "POST":
        proof = read_proof(request, reach, tier=3, name=proof.name, action=_("Remove single sign-on"))
        if proof.given:
            remove_sign_on(reach, reason=proof.reason)
            messages.success(request, _("Single sign-on is removed."))
            return lead_to(request, back)
    context = frame(reach, (_("Sign-in"), back), (_("Remove"), "")) | {
        "facts": facts,
        "proof": proof,
        "here": request.path,
        "back": back,
    }
    return render(request, "portal/sign_on/remove.html", context, status=422 if proof.errors else 200)


def _tried(request: PageRequest, reach: Reach, form: SignOnForm) -> list[str]:
    if not ratelimit.consume(request, action="try_credential", user=request.user):
        raise RulesBroken({"issuer": _("Too many tries. Wait a minute and try again.")})
    return try_sign_on(reach, issuer=form.wishes().issuer)


def _as_typed(broken: RulesBroken) -> RulesBroken:
    """The service calls the secret `secret`, the form `client_secret`."""
    return RulesBroken({"client_secret" if name == "secret" else name: words for name, words in broken.errors.items()})


def _initial(facts: SignOnFacts | None) -> dict[str, Any]:
    if facts is None:
        return {}
    domains = "\n".join(row.domain for row in facts.domains)
    kept = {name: getattr(facts, name) for name in ("name", "issuer", "client_id", "enforced")}
    return kept | {"domains": domains}


def _page(
    request: PageRequest, reach: Reach, facts: SignOnFacts | None, form: SignOnForm, told: list[str]
) -> HttpResponse:
    public_id = reach.organization.public_id
    back = reverse("openid_connect_callback", args=[facts.public_id]) if facts else ""
    start = reverse("openid_connect_login", args=[facts.public_id]) if facts else ""
    context = frame(reach, (_("Sign-in"), "")) | {
        "facts": facts,
        "form": form,
        "told": told,
        "tabs": organization_tabs(reach, "sign_on"),
        "missing": without_second_factor(reach),
        "demanded": reach.organization.second_factor_required,
        "back_url": request.build_absolute_uri(back) if back else "",
        "start_url": request.build_absolute_uri(start) if start else "",
        "remove_url": reverse("portal:sign_on_remove", args=[public_id]) if facts else "",
        "demand_url": reverse("portal:second_factor_demand", args=[public_id]),
    }
    response = render(request, "portal/sign_on/sign_on.html", context, status=422 if form.errors else 200)
    response["Cache-Control"] = "no-store"
    return response
