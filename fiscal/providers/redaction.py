"""Takes secrets and control characters out of text before it is stored, logged or shown."""

from __future__ import annotations

import re
from collections.abc import Iterable

HIDDEN = "[hidden]"

# More text than this is never looked at: a preview needs a few hundred characters, an answer may have millions.
_LOOKED_AT = 8_000
_WORTH_HIDING = 6

_NAMES = (
    r"api_secret|client_secret|secret|access_?token|refresh_?token|id_token|token|password|passwd|admin_puk|puk|pin"
    r"|api_?key|ade_credentials_encrypted|kassandra-token|datacash-key"
)
_VALUE = r"""\\?"(?:[^"\\]|\\(?!"))*(?:\\?"|$)|'[^']*(?:'|$)|[^\s,;&}\]"']+"""

_PATTERNS: tuple[tuple[re.Pattern[str], str], ...] = (
    # DataCash's encrypted credentials, whole or cut off
    (re.compile(r"-----BEGIN PGP MESSAGE-----(?:.*?-----END PGP MESSAGE-----|.*$)", re.DOTALL), HIDDEN),
    # fiskaly repeats a bearer that it cannot read in its message.
    (re.compile(r"""(could not parse jwt:?\s*)(?:'[^']*'?|"[^"]*"?|\S+)""", re.IGNORECASE), rf"\1{HIDDEN}"),
    (re.compile(r"(bearer\s+|basic\s+)[A-Za-z0-9._~+/=-]{6,}", re.IGNORECASE), rf"\1{HIDDEN}"),
    (re.compile(rf"""(\b(?:{_NAMES})\b\\?["']?\s*[:=]\s*)(?:{_VALUE})""", re.IGNORECASE), rf"\1{HIDDEN}"),
    # a JSON web token, whole or cut off
    (re.compile(r"eyJ[A-Za-z0-9_-]{6,}(?:\.[A-Za-z0-9_-]*){0,2}"), HIDDEN),
    # an API secret of fiskaly: 43 letters and digits
    (re.compile(r"(?<![A-Za-z0-9])[A-Za-z0-9]{43}(?![A-Za-z0-9])"), HIDDEN),
)
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]+")


def redact(text: str, *, secrets: Iterable[str] = (), limit: int = 500) -> str:
    """`text` on one line of at most `limit` characters, without tokens and secrets.

    `secrets` are values known to the caller; they are hidden wherever they stand. Everything else is found by its
    shape (bearer, JSON web token, 43 letters and digits) or by the name it stands under.
    """
    text = text[:_LOOKED_AT]
    for secret in sorted((value for value in secrets if len(value) >= _WORTH_HIDING), key=len, reverse=True):
        text = text.replace(secret, HIDDEN)
    text = _UNPRINTABLE.sub(" ", text)
    for pattern, replacement in _PATTERNS:
        text = pattern.sub(replacement, text)
    text = text.strip()
    return text if len(text) <= limit else text[: limit - 1] + "…"
