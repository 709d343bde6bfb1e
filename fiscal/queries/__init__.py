"""Every read for a page. Pages get dataclasses and primitives, filtered by reach; no model leaves this floor."""

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
from fiscal.queries.organization_filters import SORTS as ORGANIZATION_SORTS
from fiscal.queries.organization_filters import TABS as ORGANIZATION_TABS
from fiscal.queries.organization_filters import OrganizationFilters
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
    "AddressFacts",
    "Affected",
    "BillingChoices",
    "BillingFacts",
    "Creation",
    "CreationLine",
    "CredentialFacts",
    "DraftLine",
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
    "OrganizationRow",
    "Place",
    "Places",
    "ProviderHealth",
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
    "every_organization",
    "key_detail",
    "list_keys",
    "list_keys_of",
    "list_organizations",
    "logo_digest",
    "logo_image",
    "organization_name",
    "place",
    "places",
    "provider_state",
]
