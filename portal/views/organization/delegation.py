"""Whether the partner that provisioned an organization may administer it."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from organizations.access import Reach, delegated_rights, name_for, reachable
from organizations.choices import Level, Road, Scope
from organizations.rules import RulesBroken
from organizations.services import give_up_delegation, set_delegation
from portal.forms.broken import add_broken
from portal.forms.choices import CardField
from portal.http import PageRequest, fresh, lead_to, scoped
from portal.proof import LONGEST_REASON
from portal.views.organization.page import page_about


class DelegationForm(forms.Form):
    """Yes or no, each with what follows from it."""

    delegation = CardField(label=gettext_lazy("Who administers it?"))
    reason = forms.CharField(label=gettext_lazy("Reason"), required=False, max_length=LONGEST_REASON)

    def offer(self, partner: str, name: str) -> DelegationForm:
        words = {"partner": partner, "name": name}
        self.fields["delegation"].offer(  # type: ignore[attr-defined]
            [
                ("yes", _("%(partner)s may\nIts people reach %(name)s and everything below it.") % words),
                ("no", _("Only its own people\nPeople of %(partner)s lose sight of %(name)s at once.") % words),
            ]
        )
        return self


@require_http_methods(["GET", "HEAD", "POST"])
@scoped(Scope.USERS, Level.MANAGE)
@fresh
def delegation(request: PageRequest, reach: Reach) -> HttpResponse:
    """The choice with its consequences. It is about people, so it needs user administration."""
    organization = reach.organization
    partner = name_for(request.user, organization.provisioned_by) or _("The partner that provisioned it")
    form = DelegationForm(
        request.POST or None, initial={"delegation": "yes" if delegated_rights(organization) else "no"}
    )
    form.offer(partner, str(organization))
    if request.method == "POST" and form.is_valid():
        try:
            _decide(reach, delegation=form.cleaned_data["delegation"] == "yes", reason=form.cleaned_data["reason"])
        except RulesBroken as broken:
            add_broken(form, broken)
        else:
            return _lead_on(request, reach)
    obstacle = "" if organization.provisioned_by_id else _obstacle(reach)
    context = page_about(reach, _("Delegation"), form=form, obstacle=obstacle)
    return render(
        request, "portal/organization/delegation.html", context, status=422 if request.method == "POST" else 200
    )


def _decide(reach: Reach, *, delegation: bool, reason: str) -> None:
    """The owner grants or revokes; the partner's people can only give up what they have."""
    if reach.road == Road.DELEGATION and not delegation:
        give_up_delegation(reach, reason=reason)
        return
    set_delegation(reach, rights=dict.fromkeys(Scope, Level.MANAGE) if delegation else {}, reason=reason)


def _lead_on(request: PageRequest, reach: Reach) -> HttpResponse:
    """Back to the organization, or to the list for who has just ended the own access by delegation."""
    messages.success(request, _("Saved: it holds from now on."))
    if reachable(request.user).filter(pk=reach.organization.pk).exists():
        return lead_to(request, reverse("portal:organization", args=[reach.organization.public_id]))
    return lead_to(request, reverse("portal:organizations"))


def _obstacle(reach: Reach) -> str:
    if reach.organization.is_managed:
        return _("A managed organization is always administered through its parent: there is nothing to delegate.")
    return _("No partner provisioned this organization: there is nobody to delegate to.")
