"""Receipts and documents as the provider has them, and the pages they were read from."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from fiscal.choices import ReceiptKind
from fiscal.models.connection import Connection
from fiscal.models.register import Register
from organizations.models import Organization


class Receipt(models.Model):
    """One receipt (AT) or document (IT). On PostgreSQL the table is partitioned by month of `day` (migration 0004).

    `key` tells receipts of a register apart: the receipt number (Kassandro: unique per Kassen-ID only), DataCash's
    `idtrx`, or the temporary id of a pending sale. Amounts are cents with the sign that counts: storno, voids and
    returns are negative. Names of staff and customers are dropped before they get here.

    The lists are compact JSON, so that one row is one receipt and roll-ups are one statement:
    `payments`: [[method name, cents], …]
    `taxes`:    [[code, rate in hundredths of a percent or null, gross, net, tax], …]; code: RKSV's field or the natura
    `items`:    [[article name, quantity in thousandths, cents, rate in hundredths of a percent or null], …]
    """

    # No indexes of their own: each begins one of those below. No constraints in the database either: they were a third
    # of what a row costs on PostgreSQL (MEASURED), and rows come by thousands with the same two parents. Nothing deletes
    # an organization or a register that has receipts: Django refuses it (PROTECT), and no statement of ours goes past it.
    organization = models.ForeignKey(
        Organization, models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    register = models.ForeignKey(Register, models.PROTECT, related_name="receipts", db_index=False, db_constraint=False)
    day = models.DateField(help_text="The register's local day.")
    key = models.CharField(max_length=100)
    number = models.CharField(max_length=100, help_text="As printed.")
    issued_at = models.DateTimeField()
    kind = models.CharField(max_length=12, choices=ReceiptKind.choices)
    total = models.BigIntegerField(help_text="Cents.")
    uncollected = models.BigIntegerField(default=0, help_text="Cents of it that nobody paid yet (IT: NR_…).")
    currency = models.CharField(max_length=3)
    payments = models.JSONField(default=list)
    taxes = models.JSONField(default=list)
    items = models.JSONField(default=list)
    jws = models.TextField(blank=True, help_text="RKSV: the compact JWS. Its QR code is made from it.")
    unit_failed = models.BooleanField(default=False, help_text="RKSV: the signature unit had failed.")
    related_key = models.CharField(max_length=100, blank=True, help_text="IT: the sale that a void or return is of.")
    suspect = models.CharField(max_length=20, blank=True, help_text="FUTURE or ANCIENT: kept, and in no total.")
    digest = models.CharField(max_length=32, help_text="Of everything above: tells whether it changed.")
    first_seen_at = models.DateTimeField()
    changed_at = models.DateTimeField(null=True, help_text="When it last came back with other values.")
    removed_at = models.DateTimeField(null=True, help_text="When it was found missing at the provider.")
    history = models.JSONField(default=list, help_text="Earlier values: [[seen until, kind, total, day], …].")

    class Meta:
        constraints = [
            # The tenant is part of the key, so that the table can be distributed by it; the day, so that it can be
            # partitioned.
            models.UniqueConstraint(fields=["register", "day", "key", "organization"], name="receipt_once"),
        ]
        indexes = [
            models.Index(fields=["organization", "-issued_at", "-id"], name="receipt_newest"),
            models.Index(fields=["organization", "number"], name="receipt_number"),
            # Few receipts name another. SQLite takes this index only where a query says the condition in the same words.
            models.Index(fields=["register", "related_key"], name="receipt_related", condition=~Q(related_key="")),
        ]

    def __str__(self) -> str:
        return self.number


class RawPage(models.Model):
    """A page of a provider's answer, without names of people, kept for a settable time.

    A wrong guess about a field is then corrected by reading again here instead of pulling again.
    """

    connection = models.ForeignKey(Connection, models.CASCADE, related_name="raw_pages")
    register = models.ForeignKey(Register, models.CASCADE, null=True, related_name="+")
    first_day = models.DateField()
    last_day = models.DateField()
    fetched_at = models.DateTimeField(db_index=True)
    rows = models.PositiveIntegerField()
    body = models.BinaryField(help_text="zlib-compressed JSON list.")

    class Meta:
        indexes = [models.Index(fields=["register", "first_day"])]

    def __str__(self) -> str:
        return f"{self.rows} rows from {self.first_day}"


IN_TOTALS = Q(removed_at__isnull=True, suspect="")
"""Receipts that figures are computed from."""
