"""Trying a source of sales with a harmless call, and what its answers mean to the person who waits."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _

from fiscal.choices import ConnectionKind
from fiscal.clients import datacash, kassandro, unstored_datacash, unstored_kassandro
from fiscal.models import Connection
from fiscal.providers.datacash import DataCash
from fiscal.providers.errors import CredentialsRefused, Forbidden, LicenceLapsed, ProviderError, Refused, Unauthorized
from fiscal.services.connections.rules import ConnectionRefused
from fiscal.statistics.sources.kassandro import serial_behind

_VAT_FIELDS = frozenset({"partitaiva", "piva", "vatnumber"})
_END_FIELDS = frozenset({"scadenza", "scadenzalicenza", "validafino"})


@dataclass(frozen=True)
class About:
    """What DataCash says about a key, as far as it does: its fields are not documented."""

    vat_number: str = ""
    licence_ends_on: date | None = None


def serials_behind(kind: ConnectionKind, api_key: str) -> list[str]:
    """Try a Kassandro key that is not stored, and give the Kassen-IDs that it reaches. Raises ConnectionRefused."""
    try:
        client = unstored_kassandro(kind, api_key)
        if kind == ConnectionKind.REGISTER:
            return [serial_behind(client)]
        rows = client.cash_registers()
    except ProviderError as error:
        raise _refused_kassandro(error) from None
    return [row["serial"] for row in rows if isinstance(row, dict) and isinstance(row.get("serial"), str)]


def about_key(key: str, credentials: str) -> About:
    """Try a DataCash key that is not stored. Raises ConnectionRefused."""
    return _about(unstored_datacash(key, credentials))


def ask_again(connection: Connection) -> About:
    """Try a stored connection, though it may be paused or stopped; its gate notes what comes of it.

    Raises ConnectionRefused.
    """
    if connection.kind == ConnectionKind.KEY:
        return _about(datacash(connection, by_person=True))
    try:
        kassandro(connection, by_person=True).payment_methods()
    except ProviderError as error:
        raise _refused_kassandro(error) from None
    return About()


def _about(client: DataCash) -> About:
    try:
        said = client.info_user()
    except ProviderError as error:
        raise _refused_datacash(error) from None
    return About(_vat_number_in(said), _end_in(said))


def _refused_kassandro(error: ProviderError) -> ConnectionRefused:
    if isinstance(error, Unauthorized):
        words = _("Kassandro does not accept this API key: copy it anew from my.kassandro.")
        return ConnectionRefused({"api_key": words})
    if isinstance(error, LicenceLapsed | Forbidden):
        words = _("Kassandro does not permit it (%(why)s). The API needs the category Premium or Gastro and a licence.")
        return ConnectionRefused({"api_key": words % {"why": error.message}})
    if isinstance(error, Refused):
        words = _("Kassandro refused this key (%(why)s). Is it a key of the other kind?") % {"why": error.message}
        return ConnectionRefused({"api_key": words})
    return _unasked("Kassandro", error)


def _refused_datacash(error: ProviderError) -> ConnectionRefused:
    if isinstance(error, LicenceLapsed):
        words = _("DataCash does not accept this key: it is mistyped, switched off, or its licence is over.")
        return ConnectionRefused({"key": words})
    if isinstance(error, CredentialsRefused) and error.code == "03":
        words = _("The Fisconline password is over. Renew it first; Kontor does not try again by itself.")
        return ConnectionRefused({"credentials": words})
    if isinstance(error, CredentialsRefused):
        words = _("The tax agency refuses these credentials. Encrypt them anew: repeated tries may lock the account.")
        return ConnectionRefused({"credentials": words})
    if isinstance(error, Refused):
        words = _("DataCash refused key and credentials together: %(why)s") % {"why": error.message}
        return ConnectionRefused({"credentials": words})
    return _unasked("DataCash", error)


def _unasked(provider: str, error: ProviderError) -> ConnectionRefused:
    words = _("%(provider)s could not be asked (%(why)s). Nothing was changed; try again.")
    return ConnectionRefused({"": words % {"provider": provider, "why": error.message}})


def _vat_number_in(said: dict[str, Any]) -> str:
    for value in _values(said, _VAT_FIELDS):
        digits = re.sub(r"\D", "", value)
        if len(digits) == 11:
            return digits
    return ""


def _end_in(said: dict[str, Any]) -> date | None:
    for value in _values(said, _END_FIELDS):
        for form in ("%d/%m/%Y", "%Y-%m-%d"):
            try:
                return datetime.strptime(value[:10], form).date()  # noqa: DTZ007 - a day, without any time
            except ValueError:
                continue
    return None


def _values(said: dict[str, Any], names: frozenset[str]) -> list[str]:
    """Texts under these names, written however, at the top or one level below."""
    levels = [said, *(inner for inner in said.values() if isinstance(inner, dict))]
    return [
        value
        for level in levels
        for name, value in level.items()
        if isinstance(value, str) and re.sub(r"[^a-z]", "", name.lower()) in names
    ]
