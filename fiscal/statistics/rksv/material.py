"""The keys that belong to an export: `cryptographicMaterialContainer.json`, as the ministry's tool reads it."""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from fiscal.statistics.rksv.aes_key import UnusableKey
from fiscal.statistics.rksv.counter import TurnoverCounter
from fiscal.statistics.rksv.signature import (
    KeyRing,
    SigningKey,
    UnusableCertificate,
    key_of_certificate,
    key_of_public_key,
    plain,
)
from fiscal.statistics.rksv.unreadable import Unreadable


@dataclass(frozen=True, slots=True)
class Material:
    """What is known beside the receipts. Without it nothing is taken for good: it is then not checked."""

    counter: TurnoverCounter | None = None
    keys: KeyRing = field(default_factory=KeyRing)


def read_material(text: str) -> Material:
    """Read the container. Raises Unreadable; the message never repeats a key."""
    try:
        container = json.loads(text)
        key = container.get("base64AESKey") or ""
        entries = (container.get("certificateOrPublicKeyMap") or {}).items()
        keys = KeyRing(_entry(name, entry) for name, entry in entries)
        return Material(TurnoverCounter.from_base64(key) if key else None, keys)
    except UnusableKey as error:
        raise Unreadable(str(error)) from None
    except (ValueError, AttributeError, TypeError) as error:
        if isinstance(error, Unreadable):
            raise
        raise Unreadable(
            _("This is no cryptographicMaterialContainer.json. Ask the register's maker for the file of that name.")
        ) from None


def decode_der(text: str) -> bytes:
    """A certificate or key as files carry it: Base64, line breaks allowed. Raises UnusableCertificate."""
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError):
        raise UnusableCertificate(_("It is not Base64.")) from None


def _entry(name: str, entry: dict[str, Any]) -> SigningKey:
    try:
        der = decode_der(entry["signatureCertificateOrPublicKey"])
        if entry.get("signatureDeviceType") == "PUBLIC_KEY":
            return key_of_public_key(der, name)
        key = key_of_certificate(der)
    except (KeyError, UnusableCertificate) as error:
        raise Unreadable(_("The key “%(name)s” cannot be used. %(why)s") % {"name": name, "why": error}) from None
    if plain(name) == key.name:
        return key
    if ":" not in name:
        words = _("The certificate under “%(name)s” has the serial %(serial)s. Ask for the right file.")
        raise Unreadable(words % {"name": name, "serial": key.name})
    return SigningKey(name, key.public)
