"""The tables of the ground floor, one file per subject."""

from organizations.models.api_key import ApiKey
from organizations.models.audit_entry import AuditEntry
from organizations.models.authorization import Authorization
from organizations.models.draft import Draft
from organizations.models.organization import Logo, Organization, shown_name
from organizations.models.user import User

__all__ = ["ApiKey", "AuditEntry", "Authorization", "Draft", "Logo", "Organization", "User", "shown_name"]
