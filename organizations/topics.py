"""What entries of the record are about, for people who want to be told: closed, and made from the verbs."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from organizations.choices import Scope, Verb


class Topic(TextChoices):
    """A kind of event one can be told of. Finer than the record's `Area`: what arrives by mail must be what one needs."""

    ACCESS = "ACCESS", _("People and access")
    KEYS = "KEYS", _("API keys")
    CREDENTIALS = "CREDENTIALS", _("Credentials of Kontor")
    BILLING = "BILLING", _("Billing")
    ORGANIZATIONS = "ORGANIZATIONS", _("Organizations")
    MIRROR = "MIRROR", _("Mirror work and drift")
    SOURCES = "SOURCES", _("Sources of sales")
    REGISTERS = "REGISTERS", _("Registers and shops")
    SALES = "SALES", _("Payment methods and reports")
    DOCUMENTS = "DOCUMENTS", _("Receipts and documents")
    SIGNATURES = "SIGNATURES", _("Signed receipts")
    RECORD = "RECORD", _("The record itself")
    OTHER = "OTHER", _("Something else")

    @classmethod
    def of(cls, verb: Verb | str) -> Topic:
        """The topic of a verb, by the first word of its stored value; OTHER for one that has none yet."""
        return _BY_FIRST_WORD.get(str(verb).partition("_")[0], cls.OTHER)

    @property
    def scope(self) -> Scope:
        """The area that somebody must be allowed to view, beside the record itself (ORGANIZATIONS), to be told."""
        return _SCOPES.get(self, Scope.ORGANIZATIONS)


_BY_FIRST_WORD = {
    word: topic
    for topic, words in {
        Topic.ACCESS: (
            *("ACCESS", "DASHBOARD", "DELEGATION", "GROUP", "INVITATION", "OWNERSHIP", "PERSON", "ROLE", "TEAM"),
            *("SECOND", "SIGN"),
        ),
        Topic.KEYS: ("KEY",),
        Topic.CREDENTIALS: ("CREDENTIAL",),
        Topic.BILLING: ("ARRANGEMENT", "ADDRESS", "TERMS"),
        Topic.ORGANIZATIONS: ("ORGANIZATION", "LIVE", "LOGO", "PROOF"),
        Topic.MIRROR: ("TRIED", "DRIFT"),
        Topic.SOURCES: ("CONNECTION", "WEBHOOK", "BACKFILL", "COLUMNS", "FILE"),
        Topic.REGISTERS: ("REGISTER", "SHOP"),
        Topic.SALES: ("METHOD", "REPORT"),
        Topic.DOCUMENTS: ("RECEIPT", "DOCUMENT"),
        Topic.SIGNATURES: ("CHAIN",),
        Topic.RECORD: ("RECORD",),
    }.items()
    for word in words
}
_SCOPES = {
    Topic.ACCESS: Scope.USERS,
    Topic.BILLING: Scope.BILLING,
    Topic.SOURCES: Scope.INTEGRATIONS,
    Topic.REGISTERS: Scope.CLIENTS,
    Topic.SALES: Scope.TRANSACTIONS,
    Topic.DOCUMENTS: Scope.TRANSACTIONS,
    Topic.SIGNATURES: Scope.MONITORING,
}
FOR_OWNERS = (Topic.ACCESS, Topic.CREDENTIALS, Topic.KEYS)
"""What owners are told in the portal about the organization they own, until they decide otherwise."""


class Channel(TextChoices):
    """Where one is told. What goes by mail stands in the portal too; OFF says no to what comes by itself."""

    OFF = "OFF", _("not at all")
    PORTAL = "PORTAL", _("in the portal")
    DIGEST = "DIGEST", _("in the portal and in the digest")
    AT_ONCE = "AT_ONCE", _("in the portal and by mail at once")

    @classmethod
    def strongest(cls, *channels: Channel) -> Channel:
        """The one of these that tells most, and soonest."""
        order = list(cls)
        return max(channels, key=order.index, default=cls.OFF)


class DigestRhythm(TextChoices):
    """How often the digest comes, on the words of the turnover reports' rhythms."""

    DAILY = "DAILY", _("every day")
    WEEKLY = "WEEKLY", _("every Monday")


class MailOutcome(TextChoices):
    """What became of a mail. SENT: the mail server took it; whether it bounced later is not told to Kontor."""

    SENT = "SENT", _("sent")
    FAILED = "FAILED", _("not sent")
    NOTHING = "NOTHING", _("nothing left to tell")
