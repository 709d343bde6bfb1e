"""The closed vocabularies of this floor. Stored values are upper case; labels are what people read."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Kind(TextChoices):
    """fiskaly's two organizational forms (`_type` on the wire)."""

    ORGANIZATION = "ORGANIZATION", _("Organization")
    MANAGED = "MANAGED_ORGANIZATION", _("Managed organization")


class Mode(TextChoices):
    """fiskaly's environments (`env`). An organization may have both, a key has exactly one."""

    TEST = "TEST", _("TEST")
    LIVE = "LIVE", _("LIVE")


class Origin(TextChoices):
    """Who made the organization at the provider. Only its creator may edit it there (fiskaly support, 4961008952082)."""

    CONNECTED = "CONNECTED", _("made in fiskaly's dashboard")
    KONTOR = "KONTOR", _("made in Kontor")


class Scope(TextChoices):
    """The nine user authorizations of the guide (Dashboard & Management API, "User Authorizations"), and bulk actions."""

    TSS = "TSS", _("TSS")
    CLIENTS = "CLIENTS", _("Clients")
    TRANSACTIONS = "TRANSACTIONS", _("Transactions")
    EXPORTS = "EXPORTS", _("Exports")
    INTEGRATIONS = "INTEGRATIONS", _("Integrations (archive)")
    ORGANIZATIONS = "ORGANIZATIONS", _("Organization management")
    USERS = "USERS", _("User administration")
    MONITORING = "MONITORING", _("Signature and transaction monitoring")
    BILLING = "BILLING", _("Billing")
    BULK = "BULK", _("Bulk actions")  # Kontor's own, beside the nine: changing many organizations with one action


AREAS = tuple(scope for scope in Scope if scope != Scope.BULK)
"""The nine of the guide, in its order."""


SHORT = {
    Scope.INTEGRATIONS: _("Integrations"),
    Scope.ORGANIZATIONS: _("Organizations"),
    Scope.USERS: _("Users"),
    Scope.MONITORING: _("Monitoring"),
    Scope.BULK: _("Bulk"),
}
"""One word for an area where the label is too long for the head of a column."""


class Level(TextChoices):
    """How much of a scope. Manage includes view."""

    VIEW = "VIEW", _("view")
    MANAGE = "MANAGE", _("manage")


class Preset(TextChoices):
    """The roles of the house. What each carries stands in `organizations.roles`."""

    OWNER = "OWNER", _("Owner")
    ADMIN = "ADMIN", _("Administrator")
    USER_MANAGER = "USER_MANAGER", _("User manager")
    BILLING = "BILLING", _("Billing")
    TECHNICIAN = "TECHNICIAN", _("Technician")
    VIEWER = "VIEWER", _("Viewer")
    AUDITOR = "AUDITOR", _("Auditor")


class Covers(TextChoices):
    """What a grant reaches from the organization where it stands."""

    HERE = "HERE", _("this organization only")
    BELOW = "BELOW", _("this organization and everything below it")
    GROUP = "GROUP", _("the organizations of a named group")


class Outcome(TextChoices):
    """What became of something that one side offers or asks and the other settles."""

    ACCEPTED = "ACCEPTED", _("accepted")
    DECLINED = "DECLINED", _("declined")
    WITHDRAWN = "WITHDRAWN", _("withdrawn")
    EXPIRED = "EXPIRED", _("expired")


class Road(TextChoices):
    """By which road a person reaches an organization."""

    DIRECT = "DIRECT", _("own authorization")
    PARENT = "PARENT", _("authorization at the parent")
    DELEGATION = "DELEGATION", _("delegation to the partner that provisioned it")
    SYSTEM = "SYSTEM", _("the system")


class StepKind(TextChoices):
    """What the steps of a way to an organization rest on, in their order."""

    PERSON = "PERSON", _("may sign in")
    TEAM = "TEAM", _("is in the team")
    GRANT = "GRANT", _("was granted the role")
    ROLE = "ROLE", _("the role carries the area")
    GROUP = "GROUP", _("the named group holds the organization")
    BELOW = "BELOW", _("it covers what is below")
    DELEGATION = "DELEGATION", _("the organization delegates the area")


class KeyStatus(TextChoices):
    """fiskaly's two states of an API key (`enabled`, `disabled` on the wire)."""

    ENABLED = "ENABLED", _("enabled")
    DISABLED = "DISABLED", _("disabled")


class Result(TextChoices):
    """How what an entry of the record tells of ended."""

    DONE = "DONE", _("done")
    REFUSED = "REFUSED", _("refused")


class Theme(TextChoices):
    SYSTEM = "system", _("Follow the system")
    LIGHT = "light", _("Light")
    DARK = "dark", _("Dark")


class Verb(TextChoices):
    """What can happen, for the activity record. Closed: an event without a verb here cannot be written."""

    ORGANIZATION_CREATED = "ORGANIZATION_CREATED", _("created the organization")
    ORGANIZATION_CONNECTED = "ORGANIZATION_CONNECTED", _("connected the organization")
    ORGANIZATION_CHANGED = "ORGANIZATION_CHANGED", _("changed the organization")
    ORGANIZATION_RETIRED = "ORGANIZATION_RETIRED", _("retired the organization")
    LIVE_ENABLED = "LIVE_ENABLED", _("enabled LIVE")
    LOGO_CHANGED = "LOGO_CHANGED", _("changed the logo")
    LOGO_REMOVED = "LOGO_REMOVED", _("removed the logo")
    ARRANGEMENT_CHANGED = "ARRANGEMENT_CHANGED", _("changed the billing arrangement")
    ADDRESS_CREATED = "ADDRESS_CREATED", _("added a billing address")
    ADDRESS_CHANGED = "ADDRESS_CHANGED", _("changed a billing address")
    ADDRESS_RETIRED = "ADDRESS_RETIRED", _("removed a billing address")
    KEY_ISSUED = "KEY_ISSUED", _("issued an API key")
    KEY_ROTATED = "KEY_ROTATED", _("rotated an API key")
    KEY_ENABLED = "KEY_ENABLED", _("enabled an API key")
    KEY_DISABLED = "KEY_DISABLED", _("disabled an API key")
    KEY_RETIRED = "KEY_RETIRED", _("deleted an API key")
    KEY_REVEALED = "KEY_REVEALED", _("was shown the secret of an API key")
    CREDENTIAL_STORED = "CREDENTIAL_STORED", _("stored a credential")
    CREDENTIAL_REPLACED = "CREDENTIAL_REPLACED", _("replaced a credential")
    CREDENTIAL_REVOKED = "CREDENTIAL_REVOKED", _("removed a credential")
    DASHBOARD_USER_INVITED = "DASHBOARD_USER_INVITED", _("invited a user of fiskaly's dashboard")
    DASHBOARD_USER_ADOPTED = "DASHBOARD_USER_ADOPTED", _("took over a user of fiskaly's dashboard")
    DASHBOARD_USER_REMOVED = "DASHBOARD_USER_REMOVED", _("removed a user of fiskaly's dashboard")
    PROOF_REFUSED = "PROOF_REFUSED", _("was refused for want of proof")
    TRIED_AGAIN = "TRIED_AGAIN", _("asked to try again")
    DRIFT_ADOPTED = "DRIFT_ADOPTED", _("adopted the provider's values")
    DRIFT_RESTORED = "DRIFT_RESTORED", _("restored our values")
    CONNECTION_STORED = "CONNECTION_STORED", _("connected a source of sales")
    CONNECTION_CHANGED = "CONNECTION_CHANGED", _("changed a source of sales")
    CONNECTION_REPLACED = "CONNECTION_REPLACED", _("replaced the key of a source of sales")
    CONNECTION_RESUMED = "CONNECTION_RESUMED", _("let a source of sales go on")
    CONNECTION_REMOVED = "CONNECTION_REMOVED", _("removed a source of sales")
    WEBHOOK_SET = "WEBHOOK_SET", _("set the address of a webhook")
    WEBHOOK_REMOVED = "WEBHOOK_REMOVED", _("removed the address of a webhook")
    REGISTER_ADDED = "REGISTER_ADDED", _("added a register")
    REGISTER_CHANGED = "REGISTER_CHANGED", _("changed a register")
    REGISTER_PLACED = "REGISTER_PLACED", _("moved a register")
    SHOP_ADDED = "SHOP_ADDED", _("added a shop")
    SHOP_CHANGED = "SHOP_CHANGED", _("changed a shop")
    SHOP_CLOSED = "SHOP_CLOSED", _("closed a shop")
    METHOD_MAPPED = "METHOD_MAPPED", _("said what a payment method means")
    BACKFILL_STARTED = "BACKFILL_STARTED", _("began to read past sales")
    BACKFILL_PAUSED = "BACKFILL_PAUSED", _("paused reading past sales")
    BACKFILL_RESUMED = "BACKFILL_RESUMED", _("resumed reading past sales")
    BACKFILL_CANCELLED = "BACKFILL_CANCELLED", _("cancelled reading past sales")
    COLUMNS_MAPPED = "COLUMNS_MAPPED", _("said what the columns of a file mean")
    FILE_IMPORTED = "FILE_IMPORTED", _("imported a file of sales")
    RECEIPT_CREATED = "RECEIPT_CREATED", _("had a receipt created")
    DOCUMENT_EMITTED = "DOCUMENT_EMITTED", _("had a document emitted")
    DOCUMENT_VOIDED = "DOCUMENT_VOIDED", _("had a document voided")
    CHAIN_KEY_STORED = "CHAIN_KEY_STORED", _("stored what a register's receipts are verified with")
    CHAIN_VERIFIED_AGAIN = "CHAIN_VERIFIED_AGAIN", _("had a register's receipts verified anew")
    CHAIN_EXPORTED = "CHAIN_EXPORTED", _("exported a register's signed receipts")
    REPORT_SUBSCRIBED = "REPORT_SUBSCRIBED", _("subscribed to a turnover report")
    REPORT_CHANGED = "REPORT_CHANGED", _("changed a turnover report")
    REPORT_ENDED = "REPORT_ENDED", _("ended a turnover report")
    TERMS_ADOPTED = "TERMS_ADOPTED", _("adopted the provider's billing terms")
    TERMS_RESTORED = "TERMS_RESTORED", _("restored our billing terms")
    ROLE_CREATED = "ROLE_CREATED", _("made a role")
    ROLE_CHANGED = "ROLE_CHANGED", _("changed a role")
    ROLE_RETIRED = "ROLE_RETIRED", _("retired a role")
    TEAM_CREATED = "TEAM_CREATED", _("made a team")
    TEAM_CHANGED = "TEAM_CHANGED", _("changed a team")
    TEAM_RETIRED = "TEAM_RETIRED", _("retired a team")
    GROUP_CREATED = "GROUP_CREATED", _("made a named group")
    GROUP_CHANGED = "GROUP_CHANGED", _("changed a named group")
    GROUP_RETIRED = "GROUP_RETIRED", _("retired a named group")
    ACCESS_GRANTED = "ACCESS_GRANTED", _("granted access to")
    ACCESS_CHANGED = "ACCESS_CHANGED", _("changed the access of")
    ACCESS_REVOKED = "ACCESS_REVOKED", _("revoked the access of")
    ACCESS_ENDED = "ACCESS_ENDED", _("saw the end date of the access of")
    PERSON_LEFT = "PERSON_LEFT", _("gave up the own access")
    DELEGATION_ASKED = "DELEGATION_ASKED", _("asked to be delegated to")
    DELEGATION_DECLINED = "DELEGATION_DECLINED", _("declined to delegate")
    DELEGATION_WITHDRAWN = "DELEGATION_WITHDRAWN", _("withdrew the request to be delegated to")
    DELEGATION_GRANTED = "DELEGATION_GRANTED", _("delegated administration")
    DELEGATION_CHANGED = "DELEGATION_CHANGED", _("changed the delegation")
    DELEGATION_REVOKED = "DELEGATION_REVOKED", _("revoked the delegation")
    DELEGATION_ENDED = "DELEGATION_ENDED", _("saw the end date of the delegation")
    INVITATION_SENT = "INVITATION_SENT", _("invited")
    INVITATION_RESENT = "INVITATION_RESENT", _("invited again")
    INVITATION_REVOKED = "INVITATION_REVOKED", _("took back the invitation of")
    INVITATION_REDEEMED = "INVITATION_REDEEMED", _("accepted the invitation")
    INVITATION_EXPIRED = "INVITATION_EXPIRED", _("saw the invitation expire of")
    OWNERSHIP_OFFERED = "OWNERSHIP_OFFERED", _("offered ownership")
    OWNERSHIP_ACCEPTED = "OWNERSHIP_ACCEPTED", _("took over ownership")
    OWNERSHIP_DECLINED = "OWNERSHIP_DECLINED", _("declined ownership")
    OWNERSHIP_WITHDRAWN = "OWNERSHIP_WITHDRAWN", _("withdrew the offer of ownership")
    OWNERSHIP_EXPIRED = "OWNERSHIP_EXPIRED", _("saw the offer of ownership expire")
    RECORD_EXPORTED = "RECORD_EXPORTED", _("exported the record")
    RECORD_PRUNED = "RECORD_PRUNED", _("removed old entries of the record")
    SECOND_FACTOR_REQUIRED = "SECOND_FACTOR_REQUIRED", _("demanded a second factor")
    SECOND_FACTOR_OPTIONAL = "SECOND_FACTOR_OPTIONAL", _("no longer demanded a second factor")
    SIGN_ON_CONFIGURED = "SIGN_ON_CONFIGURED", _("set up single sign-on")
    SIGN_ON_CHANGED = "SIGN_ON_CHANGED", _("changed single sign-on")
    SIGN_ON_REMOVED = "SIGN_ON_REMOVED", _("removed single sign-on")


class Area(TextChoices):
    """What a verb is about, for choosing among entries of the record."""

    STRUCTURE = "STRUCTURE", _("Organizations")
    PEOPLE = "PEOPLE", _("People")
    KEYS = "KEYS", _("API keys and credentials")
    BILLING = "BILLING", _("Billing")
    MIRROR = "MIRROR", _("Mirror work")
    SALES = "SALES", _("Sales")
    RECORD = "RECORD", _("The record itself")
    OTHER = "OTHER", _("Something else")

    @classmethod
    def of(cls, verb: Verb) -> Area:
        """The area of a verb, by the first word of its stored value."""
        return _BY_FIRST_WORD.get(verb.value.partition("_")[0], cls.OTHER)

    @property
    def verbs(self) -> list[Verb]:
        """Every verb of this area."""
        return [verb for verb in Verb if Area.of(verb) == self]


_BY_FIRST_WORD = {
    word: area
    for area, words in {
        Area.STRUCTURE: ("ORGANIZATION", "LIVE", "LOGO", "PROOF"),
        Area.PEOPLE: (
            "ACCESS",
            "DASHBOARD",
            "DELEGATION",
            "GROUP",
            "INVITATION",
            "OWNERSHIP",
            "PERSON",
            "ROLE",
            "SECOND",
            "SIGN",
            "TEAM",
        ),
        Area.KEYS: ("KEY", "CREDENTIAL"),
        Area.BILLING: ("ARRANGEMENT", "ADDRESS", "TERMS"),
        Area.MIRROR: ("TRIED", "DRIFT"),
        Area.SALES: (
            *("CONNECTION", "WEBHOOK", "REGISTER", "SHOP", "METHOD", "BACKFILL", "COLUMNS", "FILE"),
            *("RECEIPT", "DOCUMENT", "CHAIN", "REPORT"),
        ),
        Area.RECORD: ("RECORD",),
    }.items()
    for word in words
}


class SecurityVerb(TextChoices):
    """What can happen to a person's account. Closed, as `Verb` is."""

    SIGNED_IN = "SIGNED_IN", _("Signed in")
    SIGN_IN_FAILED = "SIGN_IN_FAILED", _("Sign-in with a wrong password")
    CODE_REFUSED = "CODE_REFUSED", _("Wrong code of the second factor")
    SIGNED_OUT = "SIGNED_OUT", _("Signed out")
    CONFIRMED = "CONFIRMED", _("Confirmed who you are")
    SESSION_ENDED = "SESSION_ENDED", _("A session was ended")
    SESSIONS_ENDED = "SESSIONS_ENDED", _("All other sessions were ended")
    PASSWORD_CHANGED = "PASSWORD_CHANGED", _("Password changed")
    PASSWORD_RESET = "PASSWORD_RESET", _("Password reset by e-mail")
    EMAIL_CHANGED = "EMAIL_CHANGED", _("E-mail addresses changed")
    APP_ADDED = "APP_ADDED", _("Authenticator app added")
    APP_REMOVED = "APP_REMOVED", _("Authenticator app removed")
    PASSKEY_ADDED = "PASSKEY_ADDED", _("Passkey added")
    PASSKEY_REMOVED = "PASSKEY_REMOVED", _("Passkey removed")
    CODES_REPLACED = "CODES_REPLACED", _("Recovery codes made")
    CODE_SPENT = "CODE_SPENT", _("Recovery code used")
    SIGN_ON_LINKED = "SIGN_ON_LINKED", _("Linked with single sign-on")
