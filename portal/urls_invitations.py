"""Addresses of invitations, of handing ownership over, and of delegation."""

from django.urls import URLPattern, path

from portal.views.invitations import actions, listing, new
from portal.views.invitations import open as opening

HERE = "o/<uuid:organization_id>/"
INVITATIONS = f"{HERE}people/invitations/"
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
]
