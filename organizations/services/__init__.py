"""Every write of this floor, one verb a function: reach first, the rest by keyword, the record in the same transaction."""

from organizations.services.acquainted import NoSuchPerson
from organizations.services.attesting import write_checkpoints
from organizations.services.changes import EditedMeanwhile, change_details, enable_live, retire
from organizations.services.creation import add_organization
from organizations.services.dashboard_users import invite_dashboard_user, keep_dashboard_user, remove_dashboard_user
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
from organizations.services.exporting import note_export, note_export_in_reach
from organizations.services.granting import Terms, change_to, grant_many, grant_to
from organizations.services.grants import (
    NoSuchGrant,
    change_access,
    exceeds,
    give_up_access,
    grant_access,
    record_ended_grants,
    revoke_access,
)
from organizations.services.groups import NoSuchGroup, change_group, eligible, make_group, rename_group, retire_group
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
from organizations.services.keys import disable_key, enable_key, end_replaced_keys, issue_key, retire_key, rotate_key
from organizations.services.logos import remove_logo, set_logo
from organizations.services.people import choose_name, choose_theme
from organizations.services.proofs import refuse_proof
from organizations.services.pruning import prune_record, prune_records
from organizations.services.redeeming import (
    InvitationExpired,
    InvitationForAnother,
    InvitationGone,
    Redeemed,
    invited_address,
    redeem_invitation,
)
from organizations.services.removing import Removal, partings_of, remove_person
from organizations.services.roles import NoSuchRole, change_role, make_role, retire_role
from organizations.services.second_factor import demand_second_factor
from organizations.services.security_events import note_event
from organizations.services.sessions import end_other_sessions, end_session, follow_session, see_session
from organizations.services.teams import NoSuchTeam, add_to_team, make_team, remove_from_team, rename_team, retire_team
from organizations.services.verifying import keep_verdict, verify_all, verify_due_records

__all__ = [
    "TURN",
    "EditedMeanwhile",
    "InvitationExpired",
    "InvitationForAnother",
    "InvitationGone",
    "NoSuchDraft",
    "NoSuchGrant",
    "NoSuchGroup",
    "NoSuchHandover",
    "NoSuchInvitation",
    "NoSuchPerson",
    "NoSuchRequest",
    "NoSuchRole",
    "NoSuchTeam",
    "Offer",
    "Redeemed",
    "Removal",
    "Terms",
    "accept_delegation_request",
    "accept_ownership",
    "add_organization",
    "add_to_team",
    "ask_delegation",
    "change_access",
    "change_details",
    "change_group",
    "change_role",
    "change_to",
    "choose_name",
    "choose_theme",
    "decline_delegation_request",
    "decline_ownership",
    "delegate_everything",
    "demand_second_factor",
    "disable_key",
    "discard_draft",
    "eligible",
    "enable_key",
    "enable_live",
    "end_other_sessions",
    "end_replaced_keys",
    "end_session",
    "exceeds",
    "expire_handovers",
    "expire_invitations",
    "follow_session",
    "give_up_access",
    "give_up_delegation",
    "grant_access",
    "grant_many",
    "grant_to",
    "invite",
    "invite_dashboard_user",
    "invited_address",
    "issue_key",
    "keep_dashboard_user",
    "keep_draft",
    "keep_verdict",
    "make_group",
    "make_role",
    "make_team",
    "note_event",
    "note_export",
    "note_export_in_reach",
    "offer_ownership",
    "partings_of",
    "prune_record",
    "prune_records",
    "record_ended_delegations",
    "record_ended_grants",
    "redeem_invitation",
    "refuse_proof",
    "remove_dashboard_user",
    "remove_from_team",
    "remove_logo",
    "remove_person",
    "rename_group",
    "rename_team",
    "resend_invitation",
    "retire",
    "retire_group",
    "retire_key",
    "retire_role",
    "retire_team",
    "revoke_access",
    "revoke_invitation",
    "rotate_key",
    "see_session",
    "send_due_invitations",
    "set_delegation",
    "set_logo",
    "start_draft",
    "verify_all",
    "verify_due_records",
    "withdraw_delegation_request",
    "withdraw_ownership",
    "write_checkpoints",
]
