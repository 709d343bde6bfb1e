"""What a connection must fulfil before a key is sealed, and what the activity record says of it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from stdnum import luhn

from fiscal.choices import AddOn, ConnectionKind, ConnectionStatus
from fiscal.models import Connection
from fiscal.statistics.claims import claim, head_of
from organizations.access import Reach, in_reach
from organizations.choices import Level, Scope
from organizations.models import Organization
from organizations.rules import RulesBroken

_SENDABLE = re.compile(r"[\x21-\x7e]{1,500}")


class ConnectionRefused(RulesBroken):
    """The connection does not work, or not for this. `errors` says at which field and what to do."""


def require(reach: Reach) -> None:
    """Raise NotAuthorized unless integrations may be managed."""
    reach.require(Scope.INTEGRATIONS, Level.MANAGE)


def mine(reach: Reach, public_id: UUID) -> Connection:
    """A connection of the organization that is not removed. Raises Connection.DoesNotExist."""
    held = Connection.objects.exclude(status=ConnectionStatus.REVOKED)
    return held.get(organization=reach.organization, public_id=public_id)


def check_name(reach: Reach, name: str) -> None:
    """Raise ConnectionRefused for a name that is empty or too long, and for a retired organization."""
    if reach.organization.retired_at:
        raise ConnectionRefused({"": _("This organization is retired: nothing is read for it any more.")})
    if not 1 <= len(name.strip()) <= 100:
        raise ConnectionRefused({"name": _("Give it a name of 1 to 100 characters, to tell it from others.")})


def checked_key(reach: Reach, name: str, field: str, secret: str) -> str:
    """The key without what was copied around it. Raises ConnectionRefused at `field` for what no header can carry."""
    check_name(reach, name)
    secret = secret.strip()
    if not _SENDABLE.fullmatch(secret):
        raise ConnectionRefused({field: _("Paste the key as the provider shows it: one line without spaces.")})
    return secret


def checked_credentials(credentials: str) -> str:
    """The encrypted credentials as they were pasted; nobody here can tell whether they are right."""
    credentials = credentials.strip()
    if not credentials or len(credentials) > 20_000:
        words = _("Paste the encrypted credentials from DataCash's panel. Kontor passes them on and never opens them.")
        raise ConnectionRefused({"credentials": words})
    return credentials


def check_add_ons(add_ons: Sequence[str]) -> None:
    """Raise ConnectionRefused for an add-on that DataCash does not sell for keys."""
    if set(add_ons) - set(AddOn.values):
        raise ConnectionRefused({"add_ons": _("Choose among light, standard and premium.")})


def refuse_files(connection: Connection) -> None:
    """Raise ConnectionRefused for a connection without a key."""
    if connection.kind == ConnectionKind.FILES:
        raise ConnectionRefused({"": _("This connection works with files alone: it has no key.")})


def own_vat_number(organization: Organization, typed: str) -> str:
    """The partita IVA as 11 digits. Raises ConnectionRefused for a wrong one, and for one of somebody else.

    Only the check digit is asked for (contract "Documento commerciale", 5): stricter rules would refuse test data.
    """
    number = re.sub(r"^IT|[\s.-]", "", typed.strip().upper())
    if not re.fullmatch(r"[0-9]{11}", number) or not luhn.is_valid(number):
        words = _("%(number)s is no partita IVA: 11 digits, of which one is missing or mistyped.") % {"number": typed}
        raise ConnectionRefused({"vat_number": words})
    own = _digits(organization.vat_id)
    managed = Organization.objects.filter(parent=organization, retired_at=None).values_list("vat_id", flat=True)
    if own and number != own and number not in {_digits(vat_id) for vat_id in managed}:
        words = _("The organization's VAT number is %(own)s. Connect this key at the organization it belongs to.")
        raise ConnectionRefused({"vat_number": words % {"own": organization.vat_id}})
    return number


def _digits(vat_id: str) -> str:
    return re.sub(r"^IT|[\s.-]", "", vat_id.upper())


def refuse_other_vat_number(said: str, number: str) -> None:
    """Raise ConnectionRefused if DataCash names another partita IVA than was typed."""
    if said and said != number:
        words = _("DataCash says that this key belongs to %(said)s, not to %(number)s.")
        raise ConnectionRefused({"vat_number": words % {"said": said, "number": number}})


def claim_or_refuse(reach: Reach, connection: Connection, serials: Sequence[str]) -> None:
    """Claim these Kassen-IDs for the connection. Raises ConnectionRefused if others below the same main organization read one.

    Call it in the transaction that stores the key.
    """
    if others := claim(connection, serials):
        raise ConnectionRefused({"api_key": _read_already(reach, connection, min(others))})


def _read_already(reach: Reach, connection: Connection, serial: str) -> str:
    """SECURITY: a connection of the organization above, or of one beside, is not named to who does not reach it."""
    named = (
        reach.tree(Scope.INTEGRATIONS)
        if reach.actor is None
        else reach.tree(Scope.INTEGRATIONS) | in_reach(reach.actor, Scope.INTEGRATIONS, organization="organization")
    )
    claimed = {"claims__head": head_of(connection), "claims__provider": connection.provider}
    found = Connection.objects.filter(named, **claimed, claims__serial=serial).first()
    if found is not None:
        words = _("Register %(serial)s of this account is read already through “%(name)s”: it would count twice.")
        return words % {"serial": serial, "name": found.name}
    words = _("Register %(serial)s of this account is read already from elsewhere: it would count twice.")
    return words % {"serial": serial}


def told(connection: Connection) -> dict[str, Any]:
    """What the activity record says of a connection: nothing secret."""
    told = {"provider": connection.provider, "kind": connection.kind, "name": connection.name}
    told |= {"key": connection.key_hint, "vat_number": connection.vat_number}
    return {field: str(value) for field, value in told.items() if value}
