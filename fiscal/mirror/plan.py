"""What one pass can decide to do. Plans are pure data; kinds derive them from desired and observed state alone."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from fiscal.choices import Operation


@dataclass(frozen=True)
class Seen:
    """An object as the provider told it: its id there, the raw answer without secrets, and a fresh secret if any."""

    remote_id: str
    raw: dict[str, Any]
    issued: tuple[str, str] | None = field(default=None, repr=False)
    """Key and secret, only in the answer that created an API key."""


@dataclass(frozen=True)
class Keep:
    """Both sides agree: nothing to call."""


@dataclass(frozen=True)
class Create:
    body: dict[str, Any]
    operation: Operation = Operation.CREATE


@dataclass(frozen=True)
class Update:
    changes: dict[str, Any]
    operation: Operation = Operation.UPDATE


@dataclass(frozen=True)
class EnableLive:
    operation: Operation = Operation.ENABLE_LIVE


@dataclass(frozen=True)
class DisableOrphan:
    """Switch off a key that exists remotely but whose secret was lost on the way; the next pass issues a new one."""

    operation: Operation = Operation.DISABLE_ORPHAN


@dataclass(frozen=True)
class Retire:
    operation: Operation = Operation.RETIRE


Plan = Keep | Create | Update | EnableLive | DisableOrphan | Retire
Call = Create | Update | EnableLive | DisableOrphan | Retire
"""The plans that change something at the provider: at most one of them per pass."""


def differences(wanted: dict[str, Any], seen: dict[str, Any]) -> dict[str, Any]:
    """The wanted values that the provider does not hold. Absent, null, '' and {} are the same to it, and so to us."""
    return {name: value for name, value in wanted.items() if _bare(value) != _bare(seen.get(name))}


def _bare(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: inner for name, inner in value.items() if inner not in (None, "", False)} or None
    return value if value not in ("", {}) else None


def without_empty(values: dict[str, Any]) -> dict[str, Any]:
    """What a create sends: optional fields that are empty are left out, as the provider itself leaves them out."""
    return {name: value for name, value in values.items() if value not in ("", None, {})}
