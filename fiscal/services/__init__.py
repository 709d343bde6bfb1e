"""Every write of this floor: credentials, reveals, decisions about the mirror, and the mirror's own work."""

from fiscal.services.billing_decisions import adopt_their_terms, restore_our_terms
from fiscal.services.connections import (
    ConnectionRefused,
    connect_datacash,
    connect_files,
    connect_kassandro,
    describe_connection,
    remove_connection,
    remove_webhook,
    replace_secret,
    set_webhook,
    try_connection,
)
from fiscal.services.credentials import (
    CredentialRefused,
    connect,
    remove_credential,
    replace_credential,
    store_credential,
)
from fiscal.services.dashboard_people import (
    adopt_address,
    adopt_person,
    ask_for_list,
    invite_again,
    remove_person,
    remove_unknown,
)
from fiscal.services.decisions import adopt_theirs, restore_ours, try_again
from fiscal.services.dep_export import ExportRefused, export_chain
from fiscal.services.documents import (
    DocumentRefused,
    create_receipt,
    document_pdf,
    emit_document,
    settle_document,
    void_document,
)
from fiscal.services.factor_secrets import open_factor, seal_factor
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
from fiscal.services.payment_methods import map_payment_methods
from fiscal.services.registers import add_device, change_register, place_register
from fiscal.services.retries import MOST_AT_ONCE, CountChanged, try_all_again
from fiscal.services.reveals import NothingToReveal, Revealed, reveal
from fiscal.services.shops import add_shop, change_shop, close_shop, reopen_shop
from fiscal.services.sign_on import Wishes, confirm_domain, remove_sign_on, set_up_sign_on, try_sign_on
from fiscal.services.sign_on.people import NotServed, check_served, may_use_password, served_by_mail
from fiscal.services.verification import ChainRefused, store_chain_material, verify_again, verify_due
from fiscal.services.work import compare_due, due_organizations, periodic, reconcile_organization, sweep, tidy

__all__ = [
    "MOST_AT_ONCE",
    "BackfillRefused",
    "ChainRefused",
    "ConnectionRefused",
    "CountChanged",
    "CredentialRefused",
    "DocumentRefused",
    "ExportRefused",
    "NotServed",
    "NothingToReveal",
    "Revealed",
    "Wishes",
    "add_device",
    "add_shop",
    "adopt_address",
    "adopt_person",
    "adopt_their_terms",
    "adopt_theirs",
    "ask_for_list",
    "cancel_backfill",
    "change_register",
    "change_shop",
    "check_served",
    "close_shop",
    "compare_due",
    "confirm_domain",
    "connect",
    "connect_datacash",
    "connect_files",
    "connect_kassandro",
    "create_receipt",
    "describe_connection",
    "document_pdf",
    "due_connections",
    "due_organizations",
    "emit_document",
    "export_chain",
    "invite_again",
    "keep_statistics",
    "map_payment_methods",
    "may_use_password",
    "open_factor",
    "pause_backfill",
    "periodic",
    "place_register",
    "read_connection",
    "read_now",
    "reconcile_organization",
    "remove_connection",
    "remove_credential",
    "remove_person",
    "remove_sign_on",
    "remove_unknown",
    "remove_webhook",
    "reopen_shop",
    "replace_credential",
    "replace_secret",
    "restore_our_terms",
    "restore_ours",
    "resume_backfill",
    "reveal",
    "roll_up_due",
    "seal_factor",
    "served_by_mail",
    "set_up_sign_on",
    "set_webhook",
    "settle_document",
    "start_backfill",
    "store_chain_material",
    "store_credential",
    "sweep",
    "tidy",
    "try_again",
    "try_all_again",
    "try_connection",
    "try_sign_on",
    "verify_again",
    "verify_due",
    "void_document",
]
