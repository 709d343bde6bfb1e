"""Organizations and managed organizations: the tree everything else hangs on.

Structure follows the guide "fiskaly Dashboard & Management API", heading "Difference Between an Organization and a
Managed Organization". What a CHECK can hold is a constraint; that a managed organization has no children needs two
rows and is held by a trigger (migration 0002) on both databases.
"""

from __future__ import annotations

from django.core.validators import MinLengthValidator
from django.db import models
from django.db.models import CharField, F, Func, Q
from django.db.models.functions import Coalesce, Length, NullIf
from django.db.models.lookups import Exact, GreaterThanOrEqual
from django.utils.translation import gettext_lazy as _

from organizations.choices import Kind, Mode, Origin
from organizations.desired import Desired


def shown_name(prefix: str = "") -> Coalesce:
    """The name people see, as `str(organization)` gives it, for `order_by` and the index that answers it.

    The empty text is written into the SQL: SQLite never matches an indexed expression with one that has a parameter.
    """
    empty = Func(template="''", output_field=CharField())
    return Coalesce(NullIf(F(f"{prefix}display_name"), empty), F(f"{prefix}name"))


class Organization(Desired):
    """A holding, business or branch office (guide: "What is an Organization?")."""

    kind = models.CharField(max_length=20, choices=Kind.choices)
    origin = models.CharField(max_length=10, choices=Origin.choices, default=Origin.KONTOR)
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children")
    provisioned_by = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="provisioned")
    second_factor_required = models.BooleanField(
        default=False, help_text="Whether everybody who reaches it must have a second factor."
    )
    in_test = models.BooleanField(default=False)
    in_live = models.BooleanField(default=False)

    name = models.CharField(_("Name"), max_length=100, validators=[MinLengthValidator(3)])
    display_name = models.CharField(_("Display name"), max_length=100, blank=True)
    address_line1 = models.CharField(_("Address line 1"), max_length=200)
    address_line2 = models.CharField(_("Address line 2"), max_length=200, blank=True)
    zip = models.CharField(_("Postcode"), max_length=20)
    town = models.CharField(_("Town"), max_length=100)
    state = models.CharField(_("Province"), max_length=100, blank=True, help_text="fiskaly's `state` is the province.")
    country_code = models.CharField(_("Country"), max_length=3, help_text="ISO 3166-1 alpha-3.")
    vat_id = models.CharField(_("VAT number"), max_length=30, blank=True)
    tax_number = models.CharField(_("Tax number"), max_length=40, blank=True)
    economy_id = models.CharField(_("Economy id"), max_length=40, blank=True)
    contact_person_id = models.UUIDField(_("Contact person"), null=True, blank=True)
    metadata = models.JSONField(default=dict, blank=True)

    class Meta:
        ordering = ["name", "pk"]
        indexes = [
            models.Index(fields=["parent", "name"]),
            models.Index(fields=["name", "id"]),
            # The list walks its tree in this order, root by root, and reads no more than a page.
            models.Index(F("parent"), shown_name(), F("id"), name="organization_tree"),
            models.Index(fields=["provisioned_by"]),
            # All that the tabs and filters of the list count, so that counting reads no rows.
            models.Index(
                fields=["parent", "kind", "in_test", "in_live", "country_code", "generation", "retired_at"],
                name="organization_counted",
            ),
            # Asked for every request of somebody who signed in without one, and few organizations demand it.
            models.Index(
                fields=["parent"], name="organization_second_factor", condition=Q(second_factor_required=True)
            ),
        ]
        constraints = [
            models.CheckConstraint(
                name="organization_managed_has_exactly_one_parent",
                condition=Q(kind=Kind.MANAGED, parent__isnull=False) | Q(kind=Kind.ORGANIZATION, parent__isnull=True),
            ),
            models.CheckConstraint(
                name="organization_managed_is_not_provisioned",
                condition=Q(kind=Kind.ORGANIZATION) | Q(provisioned_by__isnull=True),
            ),
            models.CheckConstraint(
                name="organization_is_not_its_own_parent",
                condition=Q(parent__isnull=True) | ~Q(parent=F("id")),
            ),
            models.CheckConstraint(name="organization_has_a_mode", condition=Q(in_test=True) | Q(in_live=True)),
            models.CheckConstraint(
                name="organization_name_has_three_characters", condition=GreaterThanOrEqual(Length("name"), 3)
            ),
            models.CheckConstraint(name="organization_country_is_alpha_3", condition=Exact(Length("country_code"), 3)),
        ]

    def __str__(self) -> str:
        return self.display_name or self.name

    def tenant_id(self) -> int:
        return self.pk

    @property
    def is_managed(self) -> bool:
        return self.kind == Kind.MANAGED

    @property
    def modes(self) -> list[Mode]:
        """Its modes, LIVE first."""
        return [mode for mode, on in ((Mode.LIVE, self.in_live), (Mode.TEST, self.in_test)) if on]


class Logo(models.Model):
    """An organization's logo: decoded, bounded and re-encoded before it got here.

    fiskaly's dashboard offers a logo but publishes no call for it, so it stays with us and is shown in the portal only.
    """

    organization = models.OneToOneField(Organization, models.CASCADE, related_name="logo")
    content = models.BinaryField()
    content_type = models.CharField(max_length=20)
    digest = models.CharField(max_length=64, help_text="SHA-256 of the content; the name under which it is served.")
    changed_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return f"logo {self.digest[:8]}"
