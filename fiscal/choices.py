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
