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
    """The nine user authorizations of the guide (Dashboard & Management API, "User Authorizations")."""

    TSS = "TSS", _("TSS")
    CLIENTS = "CLIENTS", _("Clients")
    TRANSACTIONS = "TRANSACTIONS", _("Transactions")
    EXPORTS = "EXPORTS", _("Exports")
    INTEGRATIONS = "INTEGRATIONS", _("Integrations (archive)")
    ORGANIZATIONS = "ORGANIZATIONS", _("Organization management")
    USERS = "USERS", _("User administration")
    MONITORING = "MONITORING", _("Signature and transaction monitoring")
    BILLING = "BILLING", _("Billing")


class Level(TextChoices):
    """How much of a scope. Manage includes view."""

    VIEW = "VIEW", _("view")
    MANAGE = "MANAGE", _("manage")


class Road(TextChoices):
    """By which road a person reaches an organization."""

    DIRECT = "DIRECT", _("own authorization")
    PARENT = "PARENT", _("authorization at the parent")
    DELEGATION = "DELEGATION", _("delegation to the partner that provisioned it")
    SYSTEM = "SYSTEM", _("the system")


class KeyStatus(TextChoices):
    """fiskaly's two states of an API key (`enabled`, `disabled` on the wire)."""

    ENABLED = "ENABLED", _("enabled")
    DISABLED = "DISABLED", _("disabled")


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
    TRIED_AGAIN = "TRIED_AGAIN", _("asked to try again")
    DRIFT_ADOPTED = "DRIFT_ADOPTED", _("adopted the provider's values")
    DRIFT_RESTORED = "DRIFT_RESTORED", _("restored our values")
