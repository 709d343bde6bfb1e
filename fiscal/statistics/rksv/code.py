"""Reads the machine-readable code of a receipt strictly: 12 fields and a signature (RKSV § 10 and annex)."""

from __future__ import annotations

import re
from datetime import datetime

from django.utils.translation import gettext as _

from fiscal.statistics.rksv.counter import STORNO, TRAINING, WIDTHS
from fiscal.statistics.rksv.encoding import decode_standard, decode_url, encode_url
from fiscal.statistics.rksv.malformed import (
    Malformed,
    MalformedHeader,
    MalformedNumber,
    MalformedPayload,
    MalformedSignature,
    MalformedTime,
)
from fiscal.statistics.rksv.receipt import FAILED_WORDS, Amounts, SignedReceipt

HEADER = "eyJhbGciOiJFUzI1NiJ9"
"""The only JWS header allowed: `{"alg":"ES256"}` without a space."""

FAILED_UNIT = encode_url(FAILED_WORDS)
"""Stands in the place of the signature while the signature unit is down."""

_AMOUNT = re.compile(r"-?(0|[1-9][0-9]{0,11}),[0-9]{2}")
_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}")
_SUITE = re.compile(r"R1-AT(0|[1-9][0-9]?)")
_SERIAL = re.compile(r"[0-9A-Fa-f]+|[USG]:[^-]+-.+")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_FIELDS = (
    "suite", "Kassen-ID", "Belegnummer", "Beleg-Datum-Uhrzeit", "Betrag-Satz-Normal", "Betrag-Satz-Ermaessigt-1",
    "Betrag-Satz-Ermaessigt-2", "Betrag-Satz-Null", "Betrag-Satz-Besonders", "Stand-Umsatz-Zaehler-AES256-ICM",
    "Zertifikat-Seriennummer", "Sig-Voriger-Beleg",
)  # fmt: skip


def parse_compact(compact: str) -> SignedReceipt:
    """Read a compact JWS as it stands in a DEP. Raises Malformed: the subclass names what is wrong."""
    problems: list[Malformed] = []
    parts = compact.split(".")
    if len(parts) != 3:
        raise MalformedPayload(
            _("A compact JWS has three parts with dots between; this has %(n)d.") % {"n": len(parts)}
        )
    header, payload, signature = parts
    if header != HEADER:
        problems.append(MalformedHeader(_('The header is not exactly {"alg":"ES256"}.')))
    fields = _split(decode_url(payload, _("The payload"), problems), problems)
    try:
        receipt = _read(compact, fields, signature, problems)
    except Malformed as error:
        error.number = fields[2]
        raise
    if problems:
        problems[0].number, problems[0].at, problems[0].salvaged = receipt.number, receipt.at, receipt
        raise problems[0]
    return receipt


def parse_qr(text: str) -> SignedReceipt:
    """Read the text of a QR code: the payload, `_`, the signature in standard Base64. Raises Malformed."""
    payload, _underscore, signature = text.rpartition("_")
    problems: list[Malformed] = []
    raw = decode_standard(signature, _("The signature"), problems)
    if problems:
        raise problems[0]
    return parse_compact(f"{HEADER}.{encode_url(payload.encode())}.{encode_url(raw)}")


def _split(payload: bytes, problems: list[Malformed]) -> list[str]:
    try:
        text = payload.decode()
    except UnicodeDecodeError:
        raise MalformedPayload(_("The payload is not UTF-8.")) from None
    fields = text.split("_")
    if fields.pop(0) or len(fields) != len(_FIELDS):
        raise MalformedPayload(
            _("The payload is not 12 fields with “_” before each (the draft of 2015 was not, either).")
        )
    if _CONTROL.search(text):
        place = next(name for name, value in zip(_FIELDS, fields, strict=True) if _CONTROL.search(value))
        problems.append(
            MalformedPayload(_("There is a line feed or another control character in %(field)s.") % {"field": place})
        )
        return [_CONTROL.sub("", value) for value in fields]
    return fields


def _read(compact: str, fields: list[str], signature: str, problems: list[Malformed]) -> SignedReceipt:
    suite, register_id, number, at, *amounts, counter, serial, previous = fields
    if not (_SUITE.fullmatch(suite) and register_id and number and _SERIAL.fullmatch(serial)):
        raise MalformedPayload(
            _("The suite, Kassen-ID, Belegnummer or Zertifikat-Seriennummer is missing or misshapen.")
        )
    if len(decode_standard(previous, _FIELDS[11], problems)) != 8:
        raise MalformedPayload(_("Sig-Voriger-Beleg has not 8 bytes."))
    return SignedReceipt(
        compact=compact,
        suite=suite,
        register_id=register_id,
        number=number,
        at=_time(at),
        amounts=Amounts(*map(_cents, amounts)),
        counter=_counter(counter, problems),
        certificate_serial=serial,
        previous=previous,
        signature=_signature(signature, problems),
    )


def _time(text: str) -> datetime:
    if _TIME.fullmatch(text):
        try:
            return datetime.fromisoformat(text)
        except ValueError:
            pass  # the thirtieth of February, or hour 24
    raise MalformedTime(_("“%(text)s” is not a time of the form 2026-05-04T09:30:00.") % {"text": text[:40]})


def _cents(text: str) -> int:
    if not _AMOUNT.fullmatch(text):
        raise MalformedNumber(_("“%(text)s” is not an amount of the form 1200,34.") % {"text": text[:40]})
    return int(text[:-3] + text[-2:])


def _counter(text: str, problems: list[Malformed]) -> bytes:
    raw = decode_standard(text, _FIELDS[9], problems)
    if raw in {TRAINING, STORNO} or len(raw) in WIDTHS:
        return raw
    raise MalformedPayload(_("A turnover counter has 5 to 16 bytes; this has %(n)d.") % {"n": len(raw)})


def _signature(text: str, problems: list[Malformed]) -> bytes | None:
    if text == FAILED_UNIT:
        return None
    raw = decode_url(text, _("The signature"), problems)
    if raw == FAILED_WORDS:
        return None
    if len(raw) != 64:
        problems.append(MalformedSignature(_("The signature has %(n)d bytes.") % {"n": len(raw)}))
    return raw
