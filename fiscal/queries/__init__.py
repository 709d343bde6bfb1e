"""Every read for a page. Pages get dataclasses and primitives, filtered by reach; no model leaves this floor."""

from fiscal.queries.activity import Activity, activity
from fiscal.queries.drift import Drift, drift
from fiscal.queries.home import WorkList, work_list
from fiscal.queries.mirror_work import WORK_PHASES, Work, WorkFilters, mirror_work, retryable_ids
from fiscal.queries.organization import OrganizationPage, organization_page
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
from fiscal.queries.progress import Piece, Progress, progress
from fiscal.queries.shell import ProviderHealth, attention_count, database_answers, provider_state

__all__ = [
    "ORGANIZATION_SORTS",
    "ORGANIZATION_TABS",
    "WORK_PHASES",
    "Activity",
    "Drift",
    "OrganizationFilters",
    "OrganizationList",
    "OrganizationPage",
    "OrganizationRow",
    "Piece",
    "Progress",
    "ProviderHealth",
    "Work",
    "WorkFilters",
    "WorkList",
    "activity",
    "attention_count",
    "database_answers",
    "drift",
    "every_organization",
    "list_organizations",
    "mirror_work",
    "organization_name",
    "organization_page",
    "progress",
    "provider_state",
    "retryable_ids",
    "work_list",
]
