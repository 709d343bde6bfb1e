"""Registers, the shops they stand in, and what their payment methods mean."""

from __future__ import annotations

import uuid
from zoneinfo import ZoneInfo

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from fiscal.choices import PaymentCategory, Provider
from fiscal.models.connection import Connection
from organizations.models import Organization, User


class Shop(models.Model):
    """A place of sale (DataCash: *negozio*)."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="shops")
    name = models.CharField(max_length=100)
    number = models.CharField(max_length=40, blank=True, help_text="The partner's own shop number.")
    address = models.CharField(max_length=300, blank=True)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["name", "pk"]
        constraints = [models.UniqueConstraint(fields=["organization", "name"], name="shop_name_once")]

    def __str__(self) -> str:
        return self.name

    def tenant_id(self) -> int:
        return self.organization_id


class Register(models.Model):
    """A cash register or device. For a DataCash key without devices: all documents of its partita IVA."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    organization = models.ForeignKey(
        Organization,
        models.PROTECT,
        related_name="registers",
        help_text="Where it stands now; the past: its placements.",
    )
    connection = models.ForeignKey(Connection, models.PROTECT, related_name="registers")
    provider = models.CharField(max_length=10, choices=Provider.choices)
    remote_id = models.CharField(max_length=100, help_text="Its id or name at the provider; the key's partita IVA.")
    serial = models.CharField(max_length=100, blank=True, help_text="RKSV: Kassenidentifikationsnummer.")
    name = models.CharField(max_length=100)
    country_code = models.CharField(max_length=3)
    currency = models.CharField(max_length=3, default="EUR")
    time_zone = models.CharField(max_length=40, help_text="A day is its local day.")
    region = models.CharField(max_length=40, blank=True, help_text="Where VAT differs: JUNGHOLZ or MITTELBERG.")
    read_from = models.DateField(null=True, help_text="Its first day to be read.")
    counts_from = models.DateField(
        null=True, help_text="Earlier days were read through another register of its Kassen-ID, and count there."
    )
    reread_at = models.DateTimeField(null=True, help_text="When it was last its turn to have settled days read again.")
    gone_at = models.DateTimeField(null=True, help_text="No longer in the provider's list. Its history stays.")
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["name", "pk"]
        constraints = [models.UniqueConstraint(fields=["connection", "remote_id"], name="register_once_per_connection")]
        indexes = [models.Index(fields=["organization", "name"])]

    def __str__(self) -> str:
        return self.name

    def tenant_id(self) -> int:
        return self.organization_id

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)


class Placement(models.Model):
    """Where a register stood, from one local day to another (both included; an open end is None)."""

    register = models.ForeignKey(Register, models.CASCADE, related_name="placements")
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="+")
    shop = models.ForeignKey(Shop, models.PROTECT, null=True, related_name="placements")
    from_day = models.DateField()
    until_day = models.DateField(null=True)
    placed_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")

    class Meta:
        ordering = ["register_id", "from_day"]
        constraints = [
            models.UniqueConstraint(fields=["register", "from_day"], name="placement_once_per_day"),
            models.CheckConstraint(
                name="placement_ends_after_it_begins",
                condition=Q(until_day__isnull=True) | Q(until_day__gte=F("from_day")),
            ),
        ]
        indexes = [models.Index(fields=["organization", "from_day"])]

    def __str__(self) -> str:
        return f"{self.register_id} at {self.organization_id} from {self.from_day}"


class PaymentMethod(models.Model):
    """A payment method as one register names it, and what people of the organization where it stood say it means.

    Each organization has its own: whoever gets a register later changes no figures of who had it before.
    """

    organization = models.ForeignKey(Organization, models.PROTECT, related_name="+")
    register = models.ForeignKey(Register, models.CASCADE, related_name="payment_methods")
    name = models.CharField(max_length=100)
    category = models.CharField(max_length=10, choices=PaymentCategory.choices, default=PaymentCategory.UNMAPPED)
    first_seen_at = models.DateTimeField(default=timezone.now)
    mapped_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    mapped_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["name", "pk"]
        constraints = [models.UniqueConstraint(fields=["register", "organization", "name"], name="payment_method_once")]

    def __str__(self) -> str:
        return self.name


class Article(models.Model):
    """An article of a provider's catalogue, for names and groups. Figures are kept by the name as it was sold."""

    connection = models.ForeignKey(Connection, models.CASCADE, related_name="articles")
    remote_id = models.CharField(max_length=60)
    number = models.CharField(max_length=60, blank=True)
    name = models.CharField(max_length=200)
    group = models.CharField(max_length=100, blank=True)
    price = models.BigIntegerField(null=True, help_text="Cents, gross.")
    vat_rate = models.IntegerField(null=True, help_text="Hundredths of a percent.")
    seen_at = models.DateTimeField()

    class Meta:
        ordering = ["name", "pk"]
        constraints = [models.UniqueConstraint(fields=["connection", "remote_id"], name="article_once")]

    def __str__(self) -> str:
        return self.name
