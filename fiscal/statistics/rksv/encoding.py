"""Base64 as the RKSV wants it: one text for each value, nothing skipped, nothing added.

Python's decoder passes over foreign letters and over bits behind the end, so that several texts mean one value: a
tampered one among them would go unseen. Here the value is encoded again and compared.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable

from django.utils.translation import gettext as _

from fiscal.statistics.rksv.malformed import Malformed, MalformedBase64, MalformedPadding


def decode_standard(text: str, what: str, problems: list[Malformed]) -> bytes:
    """Decode standard Base64 with padding (the fields of a code). See `decode_url`."""
    return _decode(text, what, problems, base64.b64decode, lambda raw: base64.b64encode(raw).decode())


def decode_url(text: str, what: str, problems: list[Malformed]) -> bytes:
    """Decode Base64url without padding (the parts of a compact JWS).

    `what` names the value in messages. A wrong padding is added to `problems` and the value still returned; anything
    else wrong raises MalformedBase64.
    """
    return _decode(text, what, problems, base64.urlsafe_b64decode, encode_url)


def encode_url(raw: bytes) -> str:
    """Base64url without padding (RFC 7515, section 2)."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _decode(
    text: str,
    what: str,
    problems: list[Malformed],
    decode: Callable[[str], bytes],
    encode: Callable[[bytes], str],
) -> bytes:
    bare = text.rstrip("=")
    try:
        raw = decode(bare + "=" * (-len(bare) % 4))
    except (binascii.Error, ValueError):
        raise MalformedBase64(_("%(what)s is not Base64.") % {"what": what}) from None
    canonical = encode(raw)
    if canonical == text:
        return raw
    if canonical.rstrip("=") != bare:
        raise MalformedBase64(_("%(what)s is not Base64 in its only right form.") % {"what": what})
    problems.append(MalformedPadding(_("%(what)s is padded wrongly with “=”.") % {"what": what}))
    return raw
