"""Every read for a page. Pages get dataclasses and primitives, filtered by reach; no model leaves this floor."""

from fiscal.queries.activity import Activity, activity
from fiscal.queries.billing import (
    AddressFacts,
    BillingChoices,
    BillingFacts,
    address_facts,
    billing_choices,
    billing_of,
)
from fiscal.queries.changing import Affected, LogoImage, affected_by_retirement, logo_digest, logo_image
from fiscal.queries.creation import Creation, CreationLine, creation_of
from fiscal.queries.credentials import CredentialFacts, ModeSlot, credential_facts, credentials_of
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
from fiscal.queries.organizations import (
    OrganizationList,
    OrganizationRow,
    every_organization,
    list_organizations,
    organization_name,
)
from fiscal.queries.shell import ProviderHealth, attention_count, database_answers, provider_state
from fiscal.queries.wizard import DraftLine, ModeChoice, Place, Places, draft_answers, drafts_of, place, places

__all__ = [
    "DELETED",
    "ORGANIZATION_SORTS",
    "ORGANIZATION_TABS",
    "WORK_PHASES",
    "Activity",
    "AddressFacts",
    "Affected",
    "BillingChoices",
    "BillingFacts",
    "Creation",
    "CreationLine",
    "CredentialFacts",
    "DraftLine",
    "Drift",
    "HandOver",
    "KeyDetail",
    "KeyFilter",
    "KeyPage",
    "KeyRow",
    "LogoImage",
    "ModeChoice",
    "ModeSlot",
    "OrganizationFilters",
    "OrganizationList",
    "OrganizationPage",
    "OrganizationProgress",
    "OrganizationRow",
    "Piece",
    "Place",
    "Places",
    "ProviderHealth",
    "Work",
    "WorkFilters",
    "WorkList",
    "activity",
    "address_facts",
    "affected_by_retirement",
    "attention_count",
    "billing_choices",
    "billing_of",
    "creation_of",
    "credential_facts",
    "credentials_of",
    "database_answers",
    "draft_answers",
    "drafts_of",
    "drift",
    "every_organization",
    "key_detail",
    "list_keys",
    "list_keys_of",
    "list_organizations",
    "logo_digest",
    "logo_image",
    "mirror_work",
    "organization_name",
    "organization_page",
    "organization_progress",
    "place",
    "places",
    "provider_state",
    "retryable_ids",
    "work_list",
]
