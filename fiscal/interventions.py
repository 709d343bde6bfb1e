"""What only people can do: fiskaly's Human Intervention Registry as data, and our own list of what parks an object.

As read in November 2026. Counts are computed from the rows; its own headline says 12, 2 and 8, its rows say otherwise.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class RegistryRow:
    """One row of fiskaly's registry. `automatable`: "yes", "partial" or "no"."""

    action: str
    product: str
    automatable: str
    call_or_place: str


REGISTRY = (
    RegistryRow("Create fiskaly account", "All", "no", "hub.fiskaly.com or dashboard.fiskaly.com"),
    RegistryRow("Create organization", "All", "no", "HUB or dashboard"),
    RegistryRow("Generate API key", "All", "no", "HUB or dashboard"),
    RegistryRow("Authenticate (get token)", "All", "yes", "POST /auth"),
    RegistryRow("Create TSS", "SIGN DE", "yes", "PUT /tss/{uuid}"),
    RegistryRow("Initialize TSS", "SIGN DE", "yes", "set admin PIN, authenticate, state INITIALIZED"),
    RegistryRow("Create Client", "SIGN DE", "yes", "PUT /tss/{id}/client/{uuid}"),
    RegistryRow("Create Transaction", "SIGN DE", "yes", "PUT with ACTIVE, then FINISHED"),
    RegistryRow("Create Organization UNIT", "SIGN FR, SIGN IT", "yes", "POST /organizations"),
    RegistryRow("Create Subject API Key", "SIGN FR, SIGN IT", "yes", "POST /subjects"),
    RegistryRow("Enter taxpayer data", "SIGN FR, SIGN IT", "partial", "a person gives the tax id"),
    RegistryRow("Commission resources", "SIGN FR, SIGN IT", "yes", "PATCH with state COMMISSIONED"),
    RegistryRow("Create Location", "SIGN FR, SIGN IT", "yes", "POST /locations"),
    RegistryRow("Create System", "SIGN FR, SIGN IT", "yes", "POST /systems"),
    RegistryRow("Create Record", "SIGN FR, SIGN IT", "yes", "intention, then transaction"),
    RegistryRow("Switch TEST to LIVE", "All", "no", "sales, or HUB go-live"),
    RegistryRow("Obtain certification", "All", "no", "the authority"),
    RegistryRow("Enter billing info", "All", "no", "HUB or dashboard"),
    RegistryRow("Manage user access", "All", "no", "HUB or dashboard"),
    RegistryRow("ELSTER registration", "SUBMIT DE", "partial", "a person gives the Steuernummer"),
)


@dataclass(frozen=True)
class Intervention:
    """Why an object waits for a person, and what that person does."""

    title: str | Promise
    what_to_do: str | Promise


@dataclass(frozen=True)
class RoleRow:
    """One role of fiskaly's HUB, as its page tells it. Shown to people; nothing in Kontor depends on it."""

    name: str
    may: str | Promise


ROLES_AT_FISKALY = (
    RoleRow("Owner", _("everything; asks for LIVE. Exactly one, who created the account; cannot be removed")),
    RoleRow("Admin", _("manages organizations, makes API keys, activates products")),
    RoleRow("User Manager", _("manages users and what they may do")),
    RoleRow("Billing", _("sees billing, plans, usage and invoices")),
    RoleRow("Regular user", _("sees products and data of the organizations they are invited to")),
)
"""fiskaly's list of roles changes between editions of its own page ("User management"), and no call knows of it."""

ROLES_READ = _("November 2026")

GIVE_ROLE = Intervention(
    _("Roles are given in fiskaly's dashboard"),
    _(
        "fiskaly has no call for them, and its registry of human steps leaves “Manage user access” to a person: an admin opens the organization there, chooses the person and gives the role."
    ),
)


def registry_counts() -> dict[str, int]:
    """How many rows are automatable, partly so, and not at all."""
    return dict(Counter(row.automatable for row in REGISTRY))


INTERVENTIONS: dict[str, Intervention] = {
    "store_credential": Intervention(
        _("No credential for this mode"),
        _(
            "Store an API key of the organization above it in this mode, made in fiskaly's dashboard. Work then goes on."
        ),
    ),
    "forbidden": Intervention(
        _("fiskaly does not permit it"),
        _(
            "Only the user or key that created the organization may change it. Ask fiskaly to move the admin, then try again."
        ),
    ),
    "gone": Intervention(
        _("It is no longer at fiskaly"),
        _(
            "Somebody deleted it there, or the credential cannot see it. Check in the dashboard, then try again or retire it."
        ),
    ),
    "invitation_lapsed": Intervention(
        _("The invitation lapsed"),
        _(
            "Nobody registered with this address in time, so fiskaly dropped it. Invite the person again, or remove them."
        ),
    ),
    "stays_at_fiskaly": Intervention(
        _("fiskaly keeps this person"),
        _(
            "The user that created the organization cannot be removed by a call. Ask fiskaly to make somebody else the admin, then try again."
        ),
    ),
    "untrusted": Intervention(
        _("The provider's certificate cannot be trusted"),
        _("Nothing was sent. Have your network checked: a proxy may be in between. Then try again."),
    ),
    "poison": Intervention(
        _("The worker died on this three times"),
        _("Other work goes on. Look into the worker's log and memory, then try again."),
    ),
    "duplicate": Intervention(
        _("It exists more than once at fiskaly"),
        _("Kontor uses the first one. Delete the others in the dashboard, then press try again to clear this."),
    ),
    "credentials_refused": Intervention(
        _("The tax agency refuses the Fisconline credentials"),
        _(
            "Nothing is tried again by itself, because repeated log-ins may lock the account. Encrypt the credentials anew in DataCash's customer area and replace them here."
        ),
    ),
    "password_expired": Intervention(
        _("The Fisconline password is over"),
        _(
            "Renew it in DataCash's customer area or at the tax agency, encrypt the credentials anew if asked to, replace them here or try again."
        ),
    ),
    "replace_source_key": Intervention(
        _("The provider no longer accepts the key"),
        _("Make a new API key in the provider's customer area and replace the one stored here. Reading then goes on."),
    ),
}

ERROR_WORDS: dict[str, str | Promise] = {
    "UNREACHABLE": _("fiskaly did not answer. Kontor tries again by itself."),
    "THROTTLED": _("fiskaly asked to slow down. Kontor goes on by itself."),
    "GARBLED": _("fiskaly answered with something unexpected. Kontor tries again by itself."),
    "UNAUTHORIZED": _("fiskaly does not accept the credential. Replace it; work then goes on by itself."),
    "FORBIDDEN": _("fiskaly does not permit this."),
    "UNTRUSTED": _("The provider's certificate cannot be trusted; nothing was sent."),
    "REFUSED": _("fiskaly refused this. Change what it names, or try again."),
    "GONE": _("It is no longer at fiskaly."),
    "DUPLICATE": _("It exists more than once at fiskaly."),
    "LAPSED": _("The invitation was not taken up in time."),
    "NO_CREDENTIAL": _("There is no credential for this mode yet."),
    "WRONG_MODE": _("The credential is of the other mode; nothing was sent."),
    "NEEDS": _("Something else has to be in step first."),
    "POISON": _("The worker died on this three times."),
    "INTERNAL": _("A fault in Kontor; it is in the log and is tried again within the hour."),
}
"""What an error means, in the reader's words; the provider's own text stands under details."""
