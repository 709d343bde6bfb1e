"""Addresses of invitations, of handing ownership over, and of delegation."""

from django.urls import URLPattern, path

from portal.views import handover
from portal.views.delegation import owner, partner
from portal.views.invitations import actions, listing, new
from portal.views.invitations import open as opening

HERE = "o/<uuid:organization_id>/"
INVITATIONS = f"{HERE}people/invitations/"
CUSTOMER = f"{HERE}delegations/<uuid:customer_id>/"
INVITATION = f"{INVITATIONS}<uuid:invitation_id>/"

urlpatterns: list[URLPattern] = [
    # what the invited person opens
    path("invitations/open/", opening.invitation_open, name="invitation_open"),
    path("invitations/<str:token>/", opening.invitation_enter, name="invitation_enter"),
    # what the organization's people see
    path(INVITATIONS, listing.invitations, name="invitations"),
    path(f"{INVITATIONS}new/", new.invitation_new, name="invitation_new"),
    path(INVITATION, listing.invitation, name="invitation"),
    path(f"{INVITATION}send-again/", actions.invitation_resend, name="invitation_resend"),
    path(f"{INVITATION}take-back/", actions.invitation_revoke, name="invitation_revoke"),
    # ownership
    path(f"{HERE}people/handover/", handover.handover, name="handover"),
    path(f"{HERE}people/handover/withdraw/", handover.handover_withdraw, name="handover_withdraw"),
    path("handovers/<uuid:handover_id>/", handover.take_over, name="take_over"),
    # what is delegated: the owner's side, and the partner's
    path(f"{HERE}delegation/", owner.delegation, name="organization_delegation"),
    path(f"{HERE}delegation/requests/<uuid:request_id>/", owner.delegation_request, name="delegation_request"),
    path(f"{HERE}delegations/", partner.delegations, name="delegations"),
    path(CUSTOMER, partner.delegation_given, name="delegation_given"),
    path(f"{CUSTOMER}ask/", partner.delegation_ask, name="delegation_ask"),
    path(f"{CUSTOMER}withdraw/", partner.delegation_withdraw, name="delegation_withdraw"),
    path(f"{CUSTOMER}give-up/", partner.delegation_give_up, name="delegation_give_up"),
]
