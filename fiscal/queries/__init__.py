"""Every read for a page. Pages get dataclasses and primitives, filtered by reach; no model leaves this floor."""

from fiscal.queries.account import (
    EventRow,
    Factors,
    PasskeyRow,
    SessionRow,
    events_of,
    factors_of,
    linked_sign_on,
    sessions_of,
)
from fiscal.queries.activity import Activity, activity
from fiscal.queries.billing import (
    AddressFacts,
    BillingChoices,
    BillingFacts,
    address_facts,
    billing_choices,
    billing_of,
)
from fiscal.queries.billing_drift import terms_drift
from fiscal.queries.chain_work import ChainWork, chain_work
from fiscal.queries.changing import Affected, LogoImage, affected_by_retirement, logo_digest, logo_image
from fiscal.queries.connection_page import ConnectionPage, connection_page
from fiscal.queries.connections import (
    CONNECTION_SORTS,
    CONNECTION_TABS,
    ConnectionFilters,
    ConnectionList,
    list_connections,
    list_connections_of,
)
from fiscal.queries.creation import Creation, CreationLine, creation_of
from fiscal.queries.credentials import CredentialFacts, ModeSlot, credential_facts, credentials_of
from fiscal.queries.dep_check import DepUnreadable, check_dep
from fiscal.queries.documents import DocumentFacts, MakingFacts, document_facts, making_facts
from fiscal.queries.drift import Drift, drift
from fiscal.queries.home import WorkList, work_list
from fiscal.queries.keys import (
    DELETED,
    HandOver,
    KeyDetail,
    KeyFilter,
    KeyPage,
    KeyRow,
    key_detail,
    list_keys,
    list_keys_of,
)
from fiscal.queries.mirror_work import WORK_PHASES, Work, WorkFilters, mirror_work, retryable_ids
from fiscal.queries.organization import OrganizationPage, organization_page
from fiscal.queries.organization_filters import SORTS as ORGANIZATION_SORTS
from fiscal.queries.organization_filters import TABS as ORGANIZATION_TABS
from fiscal.queries.organization_filters import OrganizationFilters
from fiscal.queries.organization_progress import OrganizationProgress, Piece, organization_progress
from fiscal.queries.organization_rows import OrganizationRow
from fiscal.queries.organizations import OrganizationList, every_organization, list_organizations, organization_name
from fiscal.queries.payment_methods import MethodList, MethodName, folded, method_names, payment_methods
from fiscal.queries.reading import BackfillLine, first_backfill_day, known_backfill
from fiscal.queries.receipts import STATES as RECEIPT_STATES
from fiscal.queries.receipts import (
    FilterChoices,
    ReceiptDetail,
    ReceiptFilters,
    ReceiptPage,
    ReceiptRow,
    every_receipt,
    filter_choices,
    list_receipts,
    receipt_detail,
)
from fiscal.queries.register_page import MovingChoices, RegisterPage, moving_choices, register_page
from fiscal.queries.registers import (
    REGISTER_SORTS,
    REGISTER_TABS,
    RegisterFilters,
    RegisterList,
    list_registers,
    list_registers_of,
)
from fiscal.queries.sales_work import SalesSummary, SalesWork, sales_summary, sales_work
from fiscal.queries.second_factor import (
    Missing,
    has_factor,
    is_last_factor,
    second_factor_demanded,
    without_second_factor,
)
from fiscal.queries.shell import ProviderHealth, attention_count, database_answers, provider_state
from fiscal.queries.shops import SHOP_SORTS, ShopFilters, ShopList, ShopRow, list_shops, open_shops, shop_facts
from fiscal.queries.sign_on import DomainRow, SignOnFacts, SignOnOffer, sign_on_for, sign_on_of
from fiscal.queries.verification import ChainList, ChainPage, chain_list, chain_page, exportable_register
from fiscal.queries.wizard import DraftLine, ModeChoice, Place, Places, draft_answers, drafts_of, place, places

__all__ = [
    "CONNECTION_SORTS",
    "CONNECTION_TABS",
    "DELETED",
    "ORGANIZATION_SORTS",
    "ORGANIZATION_TABS",
    "RECEIPT_STATES",
    "REGISTER_SORTS",
    "REGISTER_TABS",
    "SHOP_SORTS",
    "WORK_PHASES",
    "Activity",
    "AddressFacts",
    "Affected",
    "BackfillLine",
    "BillingChoices",
    "BillingFacts",
    "ChainList",
    "ChainPage",
    "ChainWork",
    "ConnectionFilters",
    "ConnectionList",
    "ConnectionPage",
    "Creation",
    "CreationLine",
    "CredentialFacts",
    "DepUnreadable",
    "DocumentFacts",
    "DomainRow",
    "DraftLine",
    "Drift",
    "EventRow",
    "Factors",
    "FilterChoices",
    "HandOver",
    "KeyDetail",
    "KeyFilter",
    "KeyPage",
    "KeyRow",
    "LogoImage",
    "MakingFacts",
    "MethodList",
    "MethodName",
    "Missing",
    "ModeChoice",
    "ModeSlot",
    "MovingChoices",
    "OrganizationFilters",
    "OrganizationList",
    "OrganizationPage",
    "OrganizationProgress",
    "OrganizationRow",
    "PasskeyRow",
    "Piece",
    "Place",
    "Places",
    "ProviderHealth",
    "ReceiptDetail",
    "ReceiptFilters",
    "ReceiptPage",
    "ReceiptRow",
    "RegisterFilters",
    "RegisterList",
    "RegisterPage",
    "SalesSummary",
    "SalesWork",
    "SessionRow",
    "ShopFilters",
    "ShopList",
    "ShopRow",
    "SignOnFacts",
    "SignOnOffer",
    "Work",
    "WorkFilters",
    "WorkList",
    "activity",
    "address_facts",
    "affected_by_retirement",
    "attention_count",
    "billing_choices",
    "billing_of",
    "chain_list",
    "chain_page",
    "chain_work",
    "check_dep",
    "connection_page",
    "creation_of",
    "credential_facts",
    "credentials_of",
    "database_answers",
    "document_facts",
    "draft_answers",
    "drafts_of",
    "drift",
    "events_of",
    "every_organization",
    "every_receipt",
    "exportable_register",
    "factors_of",
    "filter_choices",
    "first_backfill_day",
    "folded",
    "has_factor",
    "is_last_factor",
    "key_detail",
    "known_backfill",
    "linked_sign_on",
    "list_connections",
    "list_connections_of",
    "list_keys",
    "list_keys_of",
    "list_organizations",
    "list_receipts",
    "list_registers",
    "list_registers_of",
    "list_shops",
    "logo_digest",
    "logo_image",
    "making_facts",
    "method_names",
    "mirror_work",
    "moving_choices",
    "open_shops",
    "organization_name",
    "organization_page",
    "organization_progress",
    "payment_methods",
    "place",
    "places",
    "provider_state",
    "receipt_detail",
    "register_page",
    "retryable_ids",
    "sales_summary",
    "sales_work",
    "second_factor_demanded",
    "sessions_of",
    "shop_facts",
    "sign_on_for",
    "sign_on_of",
    "terms_drift",
    "without_second_factor",
    "work_list",
]
