"""Every write of this floor, one verb a function: reach first, the rest by keyword, the record in the same transaction."""

from organizations.services.changes import EditedMeanwhile, change_details, enable_live, retire
from organizations.services.creation import add_organization
from organizations.services.delegation import delegate_everything, give_up_delegation, set_delegation
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
from organizations.services.keys import (
    disable_key,
    enable_key,
    end_replaced_keys,
    issue_key,
    retire_key,
    rotate_key,
)
from organizations.services.logos import remove_logo, set_logo
from organizations.services.people import choose_name, choose_theme
from organizations.services.proofs import refuse_proof
from organizations.services.second_factor import demand_second_factor
from organizations.services.security_events import note_event
from organizations.services.sessions import end_other_sessions, end_session, follow_session, see_session

__all__ = [
    "TURN",
    "EditedMeanwhile",
    "NoSuchDraft",
    "NoSuchGrant",
    "add_organization",
    "change_access",
    "change_details",
    "choose_name",
    "choose_theme",
    "delegate_everything",
    "demand_second_factor",
    "disable_key",
    "discard_draft",
    "enable_key",
    "enable_live",
    "end_other_sessions",
    "end_replaced_keys",
    "end_session",
    "exceeds",
    "follow_session",
    "give_up_access",
    "give_up_delegation",
    "grant_access",
    "issue_key",
    "keep_draft",
    "note_event",
    "record_ended_grants",
    "refuse_proof",
    "remove_logo",
    "retire",
    "retire_key",
    "revoke_access",
    "rotate_key",
    "see_session",
    "set_delegation",
    "set_logo",
    "start_draft",
]
