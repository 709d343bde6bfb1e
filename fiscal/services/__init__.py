"""Every write of this floor: credentials, reveals, decisions about the mirror, and the mirror's own work."""

from fiscal.services.credentials import (
    CredentialRefused,
    connect,
    remove_credential,
    replace_credential,
    store_credential,
)
from fiscal.services.decisions import adopt_theirs, restore_ours, try_again
from fiscal.services.fills import (
    BackfillRefused,
    cancel_backfill,
    due_connections,
    keep_statistics,
    pause_backfill,
    read_connection,
    read_now,
    resume_backfill,
    roll_up_due,
    start_backfill,
)
from fiscal.services.retries import MOST_AT_ONCE, CountChanged, try_all_again
from fiscal.services.reveals import NothingToReveal, Revealed, reveal
from fiscal.services.work import compare_due, due_organizations, periodic, reconcile_organization, sweep, tidy

__all__ = [
    "MOST_AT_ONCE",
    "BackfillRefused",
    "CountChanged",
    "CredentialRefused",
    "NothingToReveal",
    "Revealed",
    "adopt_theirs",
    "cancel_backfill",
    "compare_due",
    "connect",
    "due_connections",
    "due_organizations",
    "keep_statistics",
    "pause_backfill",
    "periodic",
    "read_connection",
    "read_now",
    "reconcile_organization",
    "remove_credential",
    "replace_credential",
    "restore_ours",
    "resume_backfill",
    "reveal",
    "roll_up_due",
    "start_backfill",
    "store_credential",
    "sweep",
    "tidy",
    "try_again",
    "try_all_again",
]
