"""Every write of this floor, one verb a function: reach first, the rest by keyword, the record in the same transaction."""

from organizations.services.changes import EditedMeanwhile, change_details, enable_live, retire
from organizations.services.creation import add_organization
from organizations.services.delegation import (
    delegate_everything,
    give_up_delegation,
    record_ended_delegations,
    set_delegation,
)
from organizations.services.delegation_requests import (
    NoSuchRequest,
    accept_delegation_request,
    ask_delegation,
    decline_delegation_request,
    withdraw_delegation_request,
)
from organizations.services.drafts import TURN, NoSuchDraft, discard_draft, keep_draft, start_draft
from organizations.services.grants import (
    NoSuchGrant,
    change_access,
    exceeds,
    give_up_access,
    grant_access,
    record_ended_grants,
    revoke_access,
)
from organizations.services.handover import (
    NoSuchHandover,
    accept_ownership,
    decline_ownership,
    expire_handovers,
    offer_ownership,
    withdraw_ownership,
)
from organizations.services.invitation_mail import send_due_invitations
from organizations.services.invitations import (
    NoSuchInvitation,
    Offer,
    expire_invitations,
    invite,
    resend_invitation,
    revoke_invitation,
)
from organizations.services.keys import (
    disable_key,
    enable_key,
    end_replaced_keys,
    issue_key,
    retire_key,
    rotate_key,
)
from organizations.services.logos import remove_logo, set_logo
from organizations.services.people import choose_theme
from organizations.services.proofs import refuse_proof
from organizations.services.redeeming import (
    InvitationExpired,
    InvitationForAnother,
    InvitationGone,
    Redeemed,
    invited_address,
    redeem_invitation,
)

__all__ = [
    "TURN",
    "EditedMeanwhile",
    "InvitationExpired",
    "InvitationForAnother",
    "InvitationGone",
    "NoSuchDraft",
    "NoSuchGrant",
    "NoSuchHandover",
    "NoSuchInvitation",
    "NoSuchRequest",
    "Offer",
    "Redeemed",
    "accept_delegation_request",
    "accept_ownership",
    "add_organization",
    "ask_delegation",
    "change_access",
    "change_details",
    "choose_theme",
    "decline_delegation_request",
    "decline_ownership",
    "delegate_everything",
    "disable_key",
    "discard_draft",
    "enable_key",
    "enable_live",
    "end_replaced_keys",
    "exceeds",
    "expire_handovers",
    "expire_invitations",
    "give_up_access",
    "give_up_delegation",
    "grant_access",
    "invite",
    "invited_address",
    "issue_key",
    "keep_draft",
    "offer_ownership",
    "record_ended_delegations",
    "record_ended_grants",
    "redeem_invitation",
    "refuse_proof",
    "remove_logo",
    "resend_invitation",
    "retire",
    "retire_key",
    "revoke_access",
    "revoke_invitation",
    "rotate_key",
    "send_due_invitations",
    "set_delegation",
    "set_logo",
    "start_draft",
    "withdraw_delegation_request",
    "withdraw_ownership",
]
