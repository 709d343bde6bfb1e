"""Every read for a page. Pages get dataclasses and primitives, filtered by reach; no model leaves this floor."""

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

__all__ = [
    "ORGANIZATION_SORTS",
    "ORGANIZATION_TABS",
    "OrganizationFilters",
    "OrganizationList",
    "OrganizationRow",
    "ProviderHealth",
    "attention_count",
    "database_answers",
    "every_organization",
    "list_organizations",
    "organization_name",
    "provider_state",
]
