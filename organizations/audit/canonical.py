"""What the digest of an entry is made of. This form can never change: every written entry is bound to it.

Three digests, all SHA-256 in hexadecimal digits, over JSON in UTF-8 with sorted keys, no spaces, and times in UTC with
microseconds, so that both databases give the same bytes although jsonb keeps an order of its own:

1. `who` is the digest of the person, the organization they acted from, their address and browser, and a random salt.
2. The entry's own digest is that of everything else, with the digest `who` in its place.
3. `digest`, the link of the chain, is the digest of the link before it followed by the entry's own digest.

So an export can leave out a name that its reader may not know, or a whole entry, and the chain still adds up.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from hashlib import sha256
from typing import Any
from uuid import UUID

import msgspec
from django.utils.functional import Promise

START = "0" * 64
"""What stands before the first entry."""

WHO = ("acting_from", "acting_from_name", "actor", "actor_name", "ip_address", "salt", "user_agent")
WHAT = (
    *("after", "at", "before", "key_id", "number", "organization", "reason", "request_id", "result", "road", "run_id"),
    *("subject_id", "subject_name", "verb"),
)


def _bare(value: Any) -> Any:
    """Text of a type of its own, as that of Django's templates is. Asked about what msgspec does not know itself."""
    if isinstance(value, str):
        return str.__str__(value)
    raise TypeError(f"{type(value).__name__} cannot stand in the record")


written: Callable[[Any], bytes] = msgspec.json.Encoder(order="deterministic", enc_hook=_bare).encode
"""The one way a value is written before it is digested or signed. Of what `plain` gives (text, whole numbers, yes and no,
nothing, lists, and dictionaries with text as keys; no fractions) it makes the bytes that `json.dumps` of the standard
library makes with `ensure_ascii=False, sort_keys=True, separators=(",", ":")`, eight times as fast."""


def canonical(value: Any) -> str:
    """The same as text."""
    return written(value).decode()


def digest_of(content: bytes) -> str:
    """SHA-256 in hexadecimal digits."""
    return sha256(content).hexdigest()


def who_digest(who: dict[str, Any]) -> str:
    """Digest 1, of exactly WHO."""
    return digest_of(written(who))


def own_digest(what: dict[str, Any], who: str) -> str:
    """Digest 2, of exactly WHAT; `who` is digest 1."""
    return digest_of(written(what | {"who": who}))


def link(previous: str, own: str) -> str:
    """Digest 3."""
    return digest_of(f"{previous}{own}".encode())


def moment(at: datetime) -> str:
    """A time as it is digested: `2026-11-02T08:00:00.000000Z`."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def plain(value: Any) -> Any:
    """A value as both databases keep it and give it back: text, whole numbers, yes and no, lists, dictionaries.

    Fractions become text: jsonb would write some of them otherwise. Raises TypeError for what has no such form.
    """
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int):
        return int(value)
    if isinstance(value, str | Promise | UUID | Decimal | float):
        return str(value)
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, dict):
        return {str(name): plain(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [plain(inner) for inner in value]
    raise TypeError(f"{type(value).__name__} cannot stand in the record")
