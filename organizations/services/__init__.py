"""Every write of this floor, one verb a function: reach first, the rest by keyword, the record in the same transaction."""

from organizations.services.changes import EditedMeanwhile, change_details, enable_live, retire
from organizations.services.creation import add_organization
from organizations.services.delegation import delegate_everything, give_up_delegation, set_delegation
from organizations.services.drafts import TURN, NoSuchDraft, discard_draft, keep_draft, start_draft
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

__all__ = [
    "TURN",
    "EditedMeanwhile",
    "NoSuchDraft",
    "add_organization",
    "change_details",
    "choose_theme",
    "delegate_everything",
    "disable_key",
    "discard_draft",
    "enable_key",
    "enable_live",
    "end_replaced_keys",
    "give_up_delegation",
    "issue_key",
    "keep_draft",
    "refuse_proof",
    "remove_logo",
    "retire",
    "retire_key",
    "rotate_key",
    "set_delegation",
    "set_logo",
    "start_draft",
]
