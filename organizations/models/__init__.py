"""The tables of the ground floor, one file per subject."""

from organizations.models.api_key import ApiKey
from organizations.models.audit_chain import AuditChain
from organizations.models.audit_entry import AuditEntry
from organizations.models.dashboard_user import DashboardUser
from organizations.models.draft import Draft
from organizations.models.grant import Delegation, DelegationRequest, Grant
from organizations.models.identity_provider import IdentityProvider, MailDomain
from organizations.models.invitation import Handover, Invitation, InvitationGrant
from organizations.models.notification import FoldedNotice, Mailing, NoticeCursor, Notification
from organizations.models.organization import Logo, Organization, shown_name
from organizations.models.role import Right, Role
from organizations.models.security_event import SecurityEvent
from organizations.models.spans import in_force
from organizations.models.subscription import NoticeSettings, Snooze, Subscription
from organizations.models.team import NamedGroup, NamedGroupMember, Team, TeamMember
from organizations.models.user import User

__all__ = [
    "ApiKey",
    "AuditChain",
    "AuditEntry",
    "DashboardUser",
    "Delegation",
    "DelegationRequest",
    "Draft",
    "FoldedNotice",
    "Grant",
    "Handover",
    "IdentityProvider",
    "Invitation",
    "InvitationGrant",
    "Logo",
    "MailDomain",
    "Mailing",
    "NamedGroup",
    "NamedGroupMember",
    "NoticeCursor",
    "NoticeSettings",
    "Notification",
    "Organization",
    "Right",
    "Role",
    "SecurityEvent",
    "Snooze",
    "Subscription",
    "Team",
    "TeamMember",
    "User",
    "in_force",
    "shown_name",
]
