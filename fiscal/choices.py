"""The closed vocabularies of the mirror."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class KindName(TextChoices):
    """What is mirrored, in the order of need."""

    ORGANIZATION = "ORGANIZATION", _("organization")
    BILLING_ADDRESS = "BILLING_ADDRESS", _("billing address")
    ARRANGEMENT = "ARRANGEMENT", _("arrangement")
    API_KEY = "API_KEY", _("API key")


class Phase(TextChoices):
    """Where a mirrored object stands. Always derived (`fiscal.phases`), never stored."""

    WAITING = "WAITING", _("Waiting")
    WORKING = "WORKING", _("Working")
    IN_STEP = "IN_STEP", _("In step")
    RETRYING = "RETRYING", _("Retrying")
    NEEDS_PERSON = "NEEDS_PERSON", _("Needs a person")
    REFUSED = "REFUSED", _("Refused")
    DRIFTED = "DRIFTED", _("Drifted")
    RETIRED = "RETIRED", _("Retired")


MOVING = frozenset({Phase.WAITING, Phase.WORKING, Phase.RETRYING})
"""Phases that change without a person: a page follows them live, and stops when they are over."""

SETTLED_BADLY = (Phase.REFUSED, Phase.NEEDS_PERSON, Phase.DRIFTED)
"""Phases that wait for a person, worst first."""


class Operation(TextChoices):
    """What one pass did at the provider."""

    CREATE = "CREATE", _("create")
    UPDATE = "UPDATE", _("change")
    RETIRE = "RETIRE", _("delete")
    ENABLE_LIVE = "ENABLE_LIVE", _("enable LIVE")
    DISABLE_ORPHAN = "DISABLE_ORPHAN", _("disable a key whose secret was lost")
    LOOK = "LOOK", _("look for it")
    READ = "READ", _("read")


class Outcome(TextChoices):
    """How an attempt ended. STARTED that stays is a crash in mid-call: its outcome is unknown."""

    STARTED = "STARTED", _("no answer yet")
    DONE = "DONE", _("done")
    NOT_THERE = "NOT_THERE", _("not found there")
    UNKNOWN = "UNKNOWN", _("outcome unknown")
    FAILED = "FAILED", _("failed")
    REFUSED = "REFUSED", _("refused")


class ErrorCode(TextChoices):
    """Why the last pass did not end in step. Closed; the words people read stand in `fiscal.interventions`."""

    UNREACHABLE = "UNREACHABLE", _("provider not reachable")
    THROTTLED = "THROTTLED", _("provider asks to slow down")
    GARBLED = "GARBLED", _("unexpected answer")
    UNAUTHORIZED = "UNAUTHORIZED", _("credential not accepted")
    FORBIDDEN = "FORBIDDEN", _("not permitted by the provider")
    UNTRUSTED = "UNTRUSTED", _("certificate not trusted")
    REFUSED = "REFUSED", _("refused by the provider")
    GONE = "GONE", _("no longer at the provider")
    DUPLICATE = "DUPLICATE", _("there more than once")
    NO_CREDENTIAL = "NO_CREDENTIAL", _("no credential")
    WRONG_MODE = "WRONG_MODE", _("credential of the other mode")
    NEEDS = "NEEDS", _("waits for something else")
    POISON = "POISON", _("the worker died on it")
    INTERNAL = "INTERNAL", _("fault in Kontor")


class CredentialStatus(TextChoices):
    ACTIVE = "ACTIVE", _("active")
    PAUSED = "PAUSED", _("paused")
    REVOKED = "REVOKED", _("removed")


# --- registers and statistics -------------------------------------------------------------------------------------


class Provider(TextChoices):
    """Where sales come from."""

    KASSANDRO = "KASSANDRO", "Kassandro"
    DATACASH = "DATACASH", "DataCash"


class ConnectionKind(TextChoices):
    """What a connection reaches: Kassandro has two tokens; a DataCash key belongs to one partita IVA; files need none."""

    ACCOUNT = "ACCOUNT", _("Kassandro account")
    REGISTER = "REGISTER", _("Kassandro register")
    KEY = "KEY", _("DataCash key")
    FILES = "FILES", _("DataCash files")


class ConnectionStatus(TextChoices):
    """PAUSED ends by itself (a lapsed licence, probed daily); STOPPED waits for a person and is never tried by itself."""

    ACTIVE = "ACTIVE", _("active")
    PAUSED = "PAUSED", _("paused")
    STOPPED = "STOPPED", _("stopped")
    REVOKED = "REVOKED", _("removed")


class AddOn(TextChoices):
    """DataCash's add-ons of further API keys."""

    LIGHT = "LIGHT", _("light")
    STANDARD = "STANDARD", _("standard")
    PREMIUM = "PREMIUM", _("premium")


class ReceiptKind(TextChoices):
    """What a receipt or document is. What of it is turnover stands in `fiscal.statistics.turnover`."""

    SALE = "SALE", _("sale")
    STORNO = "STORNO", _("storno")
    VOID = "VOID", _("void")
    RETURN = "RETURN", _("return")
    VOUCHER_SALE = "VOUCHER_SALE", _("sale of a multi-purpose voucher")
    CASH_OUT = "CASH_OUT", _("cash withdrawal")
    TRAINING = "TRAINING", _("training")
    START = "START", _("start receipt")
    NULL = "NULL", _("null receipt")
    MONTH = "MONTH", _("monthly receipt")
    YEAR = "YEAR", _("yearly receipt")
    CLOSING = "CLOSING", _("closing receipt")
    COLLECTIVE = "COLLECTIVE", _("collective receipt")
    PENDING = "PENDING", _("pending, not yet fiscal")
    UNKNOWN = "UNKNOWN", _("of unknown kind")


class PaymentCategory(TextChoices):
    """What a free-text payment method means. UNMAPPED stays visible until somebody says."""

    UNMAPPED = "UNMAPPED", _("unmapped")
    CASH = "CASH", _("cash")
    CARD = "CARD", _("card")
    VOUCHER = "VOUCHER", _("voucher")
    INVOICE = "INVOICE", _("invoice")
    OTHER = "OTHER", _("other")


class FillState(TextChoices):
    """The statistics of one register on one local day. No row: not filled."""

    STARTED = "STARTED", _("being filled")
    DONE = "DONE", _("complete")
    INCOMPLETE = "INCOMPLETE", _("incomplete")
    OPEN = "OPEN", _("still open")


class FillSource(TextChoices):
    """What the figures of a day were computed from."""

    RECEIPTS = "RECEIPTS", _("receipts")
    FILE = "FILE", _("uploaded file")


class WindowState(TextChoices):
    """One span of time read from a provider."""

    STARTED = "STARTED", _("being read")
    DONE = "DONE", _("complete")
    INCOMPLETE = "INCOMPLETE", _("count and rows disagree")
    FAILED = "FAILED", _("failed")


class BackfillState(TextChoices):
    RUNNING = "RUNNING", _("running")
    PAUSED = "PAUSED", _("paused")
    DONE = "DONE", _("done")
    CANCELLED = "CANCELLED", _("cancelled")


class ImportState(TextChoices):
    """An uploaded file. MAPPING: its headers are unknown, and a person says what they mean."""

    CHECKING = "CHECKING", _("being checked")
    MAPPING = "MAPPING", _("waits for its columns to be named")
    READY = "READY", _("checked, not applied yet")
    DONE = "DONE", _("applied")
    REFUSED = "REFUSED", _("refused")


class FileLayout(TextChoices):
    """DataCash's files: two of the cloud pages, one of the licence counter."""

    DAILY_TOTALS = "DAILY_TOTALS", _("daily totals (Aggregati giornalieri)")
    STATISTICS = "STATISTICS", _("statistics (Esporta statistiche)")
    COUNTER = "COUNTER", _("the counter's Excel file")


class DocumentAction(TextChoices):
    """What a person had a provider do to a fiscal document. Never retried by a machine."""

    CREATE = "CREATE", _("create a receipt")
    EMIT = "EMIT", _("emit a document")
    VOID = "VOID", _("void a document")


class ReportRhythm(TextChoices):
    DAILY = "DAILY", _("every day")
    WEEKLY = "WEEKLY", _("every Monday")
    MONTHLY = "MONTHLY", _("on the first of the month")


class ReportOutcome(TextChoices):
    SENT = "SENT", _("sent")
    FAILED = "FAILED", _("failed")
