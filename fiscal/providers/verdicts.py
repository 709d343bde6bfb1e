"""Reads a provider's answer: a parsed body for a good one, the error of our own list for a bad one."""

from __future__ import annotations

import json
import math
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from email.utils import parsedate_to_datetime
from typing import Any

from fiscal.providers.errors import (
    LONGEST_WAIT,
    Absent,
    AlreadyThere,
    Forbidden,
    Garbled,
    ProviderError,
    Refused,
    Throttled,
    Unauthorized,
    Unreachable,
)
from fiscal.providers.redaction import redact

BY_STATUS: Mapping[int, type[ProviderError]] = {
    401: Unauthorized,
    403: Forbidden,
    404: Absent,
    408: Unreachable,  # the server gave up waiting for our request: a matter of the line, not of the content
    409: AlreadyThere,
    425: Unreachable,
    429: Throttled,
}


@dataclass(frozen=True)
class Raw:
    """An answer as it came. `mutating`: the request asked for a change. `secrets`: values that must not be shown."""

    status: int
    headers: Mapping[str, str]
    content: bytes
    request_id: str
    mutating: bool
    secrets: tuple[str, ...] = ()

    @property
    def preview(self) -> str:
        """The beginning of the content, fit to be shown."""
        return redact(self.content[:8_000].decode("utf-8", "replace"), secrets=self.secrets)

    def garbled(self, message: str, *, outcome_unknown: bool) -> Garbled:
        """The error for content that is not what it should be."""
        return Garbled(
            message,
            preview=self.preview,
            status=self.status,
            request_id=self.request_id,
            outcome_unknown=outcome_unknown,
        )


@dataclass(frozen=True)
class Manners:
    """What differs between providers' answers.

    With `text_numbers` all numbers stay the text that was sent, else those with a point are Decimal; `shapes` are what a
    body may be; `kinds` says what a status of 4xx means (Refused, if it says nothing); without `words_prove_absence`, a 404
    may say anything but a page.
    """

    text_numbers: bool = False
    shapes: tuple[type, ...] = (dict, list)
    kinds: Mapping[int, type[ProviderError]] = field(default_factory=lambda: BY_STATUS)
    words_prove_absence: bool = True


USUAL = Manners()


def judge(raw: Raw, manners: Manners = USUAL) -> Any:
    """The parsed body of a good answer (None for 204); raises the ProviderError that a bad one stands for."""
    if raw.status == 204:
        return None
    if 200 <= raw.status < 300:
        return _parsed(raw, manners)
    if raw.status < 400 or raw.status > 599:
        message = f"The provider answered with status {raw.status}, which is no answer to this request."
        raise raw.garbled(message, outcome_unknown=raw.mutating)
    raise _error_of(raw, manners)


def said(raw: Raw) -> dict[str, Any]:
    """The object in the content; an empty one if it holds no object."""
    try:
        body = _json(raw.content)
    except (ValueError, RecursionError):
        return {}
    return body if isinstance(body, dict) else {}


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds to wait according to `Retry-After`, between 0 and 900; None when it is missing or senseless.

    RFC 9110, Retry-After: seconds, or a date, which is measured against the answer's own `Date` when it has one.
    """
    value = (headers.get("Retry-After") or "").strip()
    if not value:
        return None
    if re.fullmatch(r"[+-]?\d{1,15}(\.\d{1,9})?", value):
        wait = float(value)
    else:
        until, now = _moment(value), _moment(headers.get("Date") or "")
        if until is None:
            return None
        wait = until - (time.time() if now is None else now)
    return min(max(wait, 0.0), LONGEST_WAIT) if math.isfinite(wait) else None


def _moment(date: str) -> float | None:
    try:
        return parsedate_to_datetime(date).timestamp()
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _parsed(raw: Raw, manners: Manners) -> Any:
    try:
        body = _json(raw.content, text_numbers=manners.text_numbers)
    except (ValueError, RecursionError):
        what = "an empty answer" if not raw.content.strip() else "something that is not JSON"
        # the parser's own error holds the whole text, so it is not passed on
        raise raw.garbled(f"The provider sent {what}.", outcome_unknown=raw.mutating) from None
    if not isinstance(body, manners.shapes):
        raise raw.garbled("The provider sent JSON that is no object and no list.", outcome_unknown=raw.mutating)
    return body


def _json(content: bytes, *, text_numbers: bool = False) -> Any:
    text = content.decode("utf-8-sig")
    if text_numbers:
        return json.loads(text, parse_float=str, parse_int=str, parse_constant=_no_constant)
    return json.loads(text, parse_float=Decimal, parse_constant=_no_constant)


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


def _error_of(raw: Raw, manners: Manners) -> ProviderError:
    words = said(raw)
    is_page = raw.content.lstrip()[:1] == b"<"
    if raw.status == 404 and not words and (manners.words_prove_absence or is_page):
        # A proxy or a wrong address also says 404; only the provider's own words prove that something is absent.
        return raw.garbled("The answer was 404, but not in the provider's words.", outcome_unknown=False)
    kind = Unreachable if raw.status >= 500 else manners.kinds.get(raw.status, Refused)
    code = words.get("code")
    return kind(
        redact(_message(raw, words), secrets=raw.secrets),
        status=raw.status,
        code=code if isinstance(code, str) and code else None,
        request_id=raw.request_id,
        outcome_unknown=raw.mutating and raw.status >= 500,
        retry_after=retry_after(raw.headers),
    )


def _message(raw: Raw, words: Mapping[str, Any]) -> str:
    for name in ("message", "error"):
        text = words.get(name)
        if isinstance(text, str) and text.strip():
            return f"{text.strip()} ({raw.status})"
    return f"The provider answered with status {raw.status}."
