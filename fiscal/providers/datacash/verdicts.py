"""DataCash's answers (contract "DataCash", heading 3): a refusal may come under 200, worded in three ways."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from fiscal.providers import verdicts
from fiscal.providers.errors import CredentialsRefused, LicenceLapsed, ProviderError, Refused
from fiscal.providers.redaction import redact
from fiscal.providers.verdicts import Raw

STOP = frozenset({"01", "03"})
"""Credentials refused; their password is over."""
KINDS = {**verdicts.BY_STATUS, 401: LicenceLapsed, 403: LicenceLapsed}
LISTS, ERRORS = verdicts.Manners(text_numbers=True), verdicts.Manners(kinds=KINDS)
_PDF = b"%PDF-"
_FORM = re.compile(r"[A-Za-z]{0,3}\d{1,5}")
_CODE = re.compile(r"\s*(\d{2})\b")
_RESULTS = frozenset({"results", "fatture", "idtrx", "idFattura", "fattura", "documento"})


def judge(raw: Raw) -> Any:
    """The parsed body of a good answer, or its bytes if it is a PDF; raises the ProviderError of a bad one.

    401 and 403: the key is dead because the licence lapsed, and comes back with it. An HTML page is Garbled, whatever
    its status says.
    """
    good = 200 <= raw.status < 300
    if good and raw.content.startswith(_PDF):
        return raw.content
    if good:
        body = verdicts.judge(raw, LISTS)
        refusal = _refusal(raw, body) if isinstance(body, dict) else None
        if refusal is None:
            return body
        raise refusal
    words = verdicts.said(raw) if 400 <= raw.status < 500 else {}
    refusal = _refusal(raw, words)
    if refusal is not None and (isinstance(refusal, CredentialsRefused) or raw.status not in KINDS):
        raise refusal
    return verdicts.judge(raw, ERRORS)


def _refusal(raw: Raw, body: Mapping[str, Any]) -> ProviderError | None:
    """The error that `body` words, if it words one."""
    code, text = _worded(body)
    if not code and not text and body.get("esito") is not False:
        return None
    kind = CredentialsRefused if code in STOP else Refused
    words = redact(text, secrets=raw.secrets) or "DataCash refused this without saying why."
    return kind(f"{words} ({code})" if code else words, status=raw.status, code=code or None, request_id=raw.request_id)


def _worded(body: Mapping[str, Any]) -> tuple[str, str]:
    """Code and text of a refusal, from `errori`, `errore` or `message`; empty if it is none."""
    errors = body.get("errori") or body.get("errore")
    first = errors[0] if isinstance(errors, list) else errors
    if isinstance(first, dict):
        code = str(first.get("codice") or "").strip()
        known = code if _FORM.fullmatch(code) else ""
        return known.rjust(2, "0") if known else "", str(first.get("descrizione") or "")
    if first:
        return _leading(str(first))
    message = body.get("message")
    if body.get("esito") is True or not isinstance(message, str) or _RESULTS & body.keys():
        return "", ""
    return _leading(message)


def _leading(text: str) -> tuple[str, str]:
    found = _CODE.match(text)
    return (found[1] if found else ""), text
