"""Roll-ups: what pages sum. Always recomputed whole for a (register, local day), never incremented.

Payments and VAT rates of one receipt are not jointly distributed, so each has a table of its own. All carry the
organization in which the register stood on that day. The `Tree…` tables hold the same summed over a main organization
and all that it manages, so that a holding's page costs the same however many branches it has.
"""

from __future__ import annotations

from django.db import models

from fiscal.choices import FillSource, ReceiptKind
from fiscal.models.register import PaymentMethod, Register
from organizations.models import Organization

UNKNOWN_RATE = -1


class DayRow(models.Model):
    """What every roll-up of one register on one day carries."""

    organization = models.ForeignKey(Organization, models.PROTECT, related_name="+", db_index=False)
    register = models.ForeignKey(Register, models.CASCADE, related_name="+", db_index=False)
    day = models.DateField()

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{type(self).__name__} of {self.register_id} on {self.day}"


class DayTotal(DayRow):
    """One register on one day by kind. A filled day without receipts has no row here, but a FillDay."""

    kind = models.CharField(max_length=12, choices=ReceiptKind.choices)
    count = models.PositiveIntegerField()
    total = models.BigIntegerField(help_text="Cents.")
    uncollected = models.BigIntegerField(default=0)
    currency = models.CharField(max_length=3)
    source = models.CharField(max_length=10, choices=FillSource.choices, default=FillSource.RECEIPTS)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["register", "day", "kind", "currency"], name="day_total_once")]
        indexes = [models.Index(fields=["organization", "day"], name="day_total_org")]


class DayPayment(DayRow):
    """Turnover by payment method."""

    method = models.ForeignKey(PaymentMethod, models.CASCADE, related_name="+")
    total = models.BigIntegerField(help_text="Cents.")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["register", "day", "method"], name="day_payment_once")]
        indexes = [models.Index(fields=["organization", "day"], name="day_payment_org")]


class DayVat(DayRow):
    """Turnover by VAT rate: (country, code, rate) is the rate, never the code alone."""

    country_code = models.CharField(max_length=3)
    code = models.CharField(max_length=20, help_text="RKSV's field, or the Italian natura or rate code.")
    rate = models.IntegerField(help_text="Hundredths of a percent; UNKNOWN_RATE: not known.")
    gross = models.BigIntegerField(help_text="Cents.")
    net = models.BigIntegerField()
    tax = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["register", "day", "code", "rate"], name="day_vat_once")]
        indexes = [models.Index(fields=["organization", "day"], name="day_vat_org")]


class DayArticle(DayRow):
    """Quantity and turnover by article, by its name as it was sold."""

    name = models.CharField(max_length=200)
    quantity = models.BigIntegerField(help_text="Thousandths.")
    total = models.BigIntegerField(help_text="Cents.")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["register", "day", "name"], name="day_article_once")]
        indexes = [models.Index(fields=["organization", "day"], name="day_article_org")]


class TreeRow(models.Model):
    """What every sum over a main organization's tree on one day carries."""

    head = models.ForeignKey(Organization, models.CASCADE, related_name="+", db_index=False)
    day = models.DateField()

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{type(self).__name__} of {self.head_id} on {self.day}"


class TreeTotal(TreeRow):
    """DayTotal over the tree."""

    kind = models.CharField(max_length=12, choices=ReceiptKind.choices)
    count = models.PositiveIntegerField()
    total = models.BigIntegerField()
    uncollected = models.BigIntegerField(default=0)
    currency = models.CharField(max_length=3)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["head", "day", "kind", "currency"], name="tree_total_once")]


class TreePayment(TreeRow):
    """DayPayment over the tree, by the method's name and category."""

    name = models.CharField(max_length=100)
    category = models.CharField(max_length=10)
    total = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["head", "day", "name", "category"], name="tree_payment_once")]


class TreeVat(TreeRow):
    """DayVat over the tree."""

    country_code = models.CharField(max_length=3)
    code = models.CharField(max_length=20)
    rate = models.IntegerField()
    gross = models.BigIntegerField()
    net = models.BigIntegerField()
    tax = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["head", "day", "country_code", "code", "rate"], name="tree_vat_once")
        ]


class TreeArticle(TreeRow):
    """DayArticle over the tree."""

    name = models.CharField(max_length=200)
    quantity = models.BigIntegerField()
    total = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["head", "day", "name"], name="tree_article_once")]
