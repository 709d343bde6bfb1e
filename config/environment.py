"""Reads the environment. A value that is not understood, or a KONTOR_ name that nobody knows, is an error.

A mistyped setting must never be a silent default: the portal signs and bills in its users' names.
"""

from __future__ import annotations

import base64
import binascii
import os
from pathlib import Path
from urllib.parse import urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured

env = environ.Env()

KNOWN = {
    "KONTOR_PRODUCTION",
    "KONTOR_DEBUG",
    "KONTOR_SECRET_KEY",
    "KONTOR_VAULT_KEYS",
    "KONTOR_AUDIT_KEYS",
    "KONTOR_CHECKPOINT_FILE",
    "KONTOR_RECORD_MONTHS",
    "KONTOR_DATA_DIR",
    "KONTOR_PORT",
    "KONTOR_SANDBOX_PORT",
    "KONTOR_ALLOWED_HOSTS",
    "KONTOR_PUBLIC_URL",
    "KONTOR_TRUSTED_PROXIES",
    "KONTOR_MANAGEMENT_URL",
    "KONTOR_MANAGEMENT_RATE",
    "KONTOR_KASSANDRO_URL",
    "KONTOR_KASSANDRO_HEADER",
    "KONTOR_KASSANDRO_ACCOUNT_TOKEN_PATH",
    "KONTOR_KASSANDRO_REGISTER_TOKEN_PATH",
    "KONTOR_KASSANDRO_TIMES",
    "KONTOR_KASSANDRO_LIMIT",
    "KONTOR_KASSANDRO_RATE",
    "KONTOR_DATACASH_URL",
    "KONTOR_DATACASH_INVOICE_URL",
    "KONTOR_DATACASH_HEADER",
    "KONTOR_DATACASH_RATE",
    "KONTOR_READ_MINUTES",
    "KONTOR_REREAD_DAYS",
    "KONTOR_REREAD_MONTHS",
    "KONTOR_RAW_DAYS",
    "KONTOR_RECEIPT_MONTHS",
    "KONTOR_REVEAL_MINUTES",
    "KONTOR_EMAIL_URL",
    "KONTOR_FROM_EMAIL",
    "KONTOR_LOG_LEVEL",
    "KONTOR_CRASH_AT",
    "KONTOR_WORKERS",
    "KONTOR_DEP_AES_KEY",
}

TRUE, FALSE = {"1", "true", "yes", "on"}, {"0", "false", "no", "off", ""}


def refuse_unknown_names() -> None:
    """Raise ImproperlyConfigured for a KONTOR_ variable that no setting reads (most often a typing error)."""
    unknown = sorted(name for name in os.environ if name.startswith("KONTOR_") and name not in KNOWN)
    if unknown:
        raise ImproperlyConfigured(f"Unknown setting {', '.join(unknown)}. Known are: {', '.join(sorted(KNOWN))}.")


def boolean(name: str, *, default: bool) -> bool:
    """The switch `name`; ImproperlyConfigured unless it is one of 1/true/yes/on or 0/false/no/off."""
    raw = os.environ.get(name)
    if raw is None:
        return default
    value = raw.strip().lower()
    if value in TRUE:
        return True
    if value in FALSE:
        return False
    raise ImproperlyConfigured(f"{name} is {raw!r}; write true or false.")


def number(name: str, *, default: float, least: float = 0) -> float:
    """The number `name`; ImproperlyConfigured unless it is a number of at least `least`."""
    raw = os.environ.get(name)
    if raw is None:
        return default
    try:
        value = float(raw)
    except ValueError:
        raise ImproperlyConfigured(f"{name} is {raw!r}; write a number.") from None
    if value < least:
        raise ImproperlyConfigured(f"{name} is {raw}; the least is {least:g}.")
    return value


def choice(name: str, *, default: str, allowed: set[str]) -> str:
    """One of the `allowed` words; ImproperlyConfigured otherwise."""
    value = os.environ.get(name, default)
    if value not in allowed:
        raise ImproperlyConfigured(f"{name} is {value!r}; write one of {', '.join(sorted(allowed))}.")
    return value


def site(name: str, value: str) -> str:
    """Where a site begins: scheme, host, and a port if it has one, without a slash at the end.

    Raises ImproperlyConfigured for a `value` of `name` that is none.
    """
    begin = value.strip().rstrip("/")
    parts = urlsplit(begin)
    if parts.scheme not in {"http", "https"} or not parts.hostname or begin != f"{parts.scheme}://{parts.netloc}":
        raise ImproperlyConfigured(f"{name} is {value!r}; write where the portal begins: https://kontor.example.")
    return begin


def path(name: str, *, default: Path) -> Path:
    """The file or folder `name`, absolute. It need not exist yet."""
    return Path(os.environ.get(name) or default).expanduser().resolve()


def keys(name: str, *, default: str | None = None) -> dict[str, bytes]:
    """Parse `id:base64,id:base64` into {id: 32 bytes}; the first one is used for what is new, all for what is old.

    Raises ImproperlyConfigured for a missing value, a repeated id or a key that is not 32 bytes long. The message
    never repeats the value.
    """
    raw = os.environ.get(name) or default
    if not raw:
        raise ImproperlyConfigured(f"{name} is missing. Write <id>:<base64 of 32 random bytes>, newest first.")
    found: dict[str, bytes] = {}
    for position, part in enumerate(raw.split(","), start=1):
        key_id, _, encoded = part.strip().partition(":")
        try:
            key = base64.b64decode(encoded, validate=True)
        except binascii.Error:
            key = b""
        if not key_id or len(key) != 32 or key_id in found:
            raise ImproperlyConfigured(f"{name}: entry {position} is not <id>:<base64 of 32 bytes>, or its id repeats.")
        found[key_id] = key
    return found
