"""Organizations in Django's admin, with the columns that our list shows, written as one would write it there."""

from __future__ import annotations

from django.contrib import admin
from django.db.models import FilteredRelation, Q
from django.utils import timezone

from fiscal.choices import KindName
from fiscal.models import Receipt
from fiscal.phases import phase_case
from organizations.models import Organization


@admin.register(Organization)
class OrganizationAdmin(admin.ModelAdmin):
    list_display = [
        "name",
        "kind",
        "in_live",
        "in_test",
        "phase",
        "billed_to",
        "town",
        "country_code",
        "changed_at",
    ]
    list_filter = ["kind", "in_test", "in_live", "country_code"]
    search_fields = ["name", "display_name", "vat_id", "tax_number"]
    list_per_page = 50
    list_select_related = ["parent", "arrangement__bill_to"]

    def get_queryset(self, request):
        rows = super().get_queryset(request)
        mirror = FilteredRelation("mirrors", condition=Q(mirrors__kind=KindName.ORGANIZATION))
        return rows.annotate(m=mirror).annotate(phase=phase_case("m", timezone.now()))

    def phase(self, row):
        return row.phase

    def billed_to(self, row):
        return row.arrangement.bill_to


@admin.register(Receipt)
class ReceiptAdmin(admin.ModelAdmin):
    """The columns of our list of receipts."""

    list_display = ["number", "issued_at", "kind", "total", "register", "organization", "removed_at", "changed_at"]
    list_filter = ["kind"]
    search_fields = ["number"]
    ordering = ["-issued_at", "-id"]
    list_per_page = 50
    list_select_related = ["register", "organization"]
