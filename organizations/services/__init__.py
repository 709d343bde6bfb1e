"""Every write of this floor, one verb a function: reach first, the rest by keyword, the record in the same transaction."""

from organizations.services.acquainted import NoSuchPerson
from organizations.services.attesting import write_checkpoints
from organizations.services.changes import EditedMeanwhile, change_details, enable_live, retire
from organizations.services.creation import add_organization
from organizations.services.dashboard_users import invite_dashboard_user, keep_dashboard_user, remove_dashboard_user
from organizations.services.delegation import delegate_everything, give_up_delegation, set_delegation
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
from organizations.services.groups import (
    NoSuchGroup,
    change_group,
    eligible,
    make_group,
    rename_group,
    retire_group,
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
from organizations.services.pruning import prune_record, prune_records
from organizations.services.removing import Removal, partings_of, remove_person
from organizations.services.roles import NoSuchRole, change_role, make_role, retire_role
from organizations.services.teams import (
    NoSuchTeam,
    add_to_team,
    make_team,
    remove_from_team,
    rename_team,
    retire_team,
)
from organizations.services.verifying import keep_verdict, verify_all, verify_due_records

__all__ = [
    "TURN",
    "EditedMeanwhile",
    "NoSuchDraft",
    "NoSuchGrant",
    "NoSuchGroup",
    "NoSuchPerson",
    "NoSuchRole",
    "NoSuchTeam",
    "Removal",
    "Terms",
    "add_organization",
    "add_to_team",
    "change_access",
    "change_details",
    "change_group",
    "change_role",
    "change_to",
    "choose_theme",
    "delegate_everything",
    "disable_key",
    "discard_draft",
    "eligible",
    "enable_key",
    "enable_live",
    "end_replaced_keys",
    "exceeds",
    "give_up_access",
    "give_up_delegation",
    "grant_access",
    "grant_many",
    "grant_to",
    "invite_dashboard_user",
    "issue_key",
    "keep_dashboard_user",
    "keep_draft",
    "keep_verdict",
    "make_group",
    "make_role",
    "make_team",
    "note_export",
    "note_export_in_reach",
    "partings_of",
    "prune_record",
    "prune_records",
    "record_ended_grants",
    "refuse_proof",
    "remove_dashboard_user",
    "remove_from_team",
    "remove_logo",
    "remove_person",
    "rename_group",
    "rename_team",
    "retire",
    "retire_group",
    "retire_key",
    "retire_role",
    "retire_team",
    "revoke_access",
    "rotate_key",
    "set_delegation",
    "set_logo",
    "start_draft",
    "verify_all",
    "verify_due_records",
    "write_checkpoints",
]
