"""Mirrors across all kinds, with the phase of each, for work lists."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Case, DateTimeField, IntegerField, OuterRef, Q, QuerySet, Subquery, When

from billing.models import Arrangement, BillingAddress
from fiscal.choices import CredentialStatus, KindName
from fiscal.models import Mirror
from fiscal.phases import phase_case
from organizations.access import reachable
from organizations.choices import Scope
from organizations.models import ApiKey, Organization, User

SUBJECTS: dict[KindName, type[Any]] = {
    KindName.ORGANIZATION: Organization,
    KindName.BILLING_ADDRESS: BillingAddress,
    KindName.ARRANGEMENT: Arrangement,
    KindName.API_KEY: ApiKey,
}


def mirrors_with_phase(user: User, scope: Scope, *, now: datetime) -> QuerySet[Mirror]:
    """Mirrors in the person's reach that are not simply in step, each with its subject's generation and its phase."""
    unsettled = Mirror.objects.filter(
        Q(parked_generation__gt=0)
        | Q(drifted_at__isnull=False)
        | Q(tries__gt=0)
        | Q(credential__status=CredentialStatus.PAUSED),
        organization__in=reachable(user, scope),
    )
    return unsettled.annotate(
        generation=_of_subject("generation", IntegerField()),
        subject_retired_at=_of_subject("retired_at", DateTimeField()),
    ).annotate(phase=phase_case("", now, retired_at="subject_retired_at"))


def _of_subject(name: str, output_field: IntegerField | DateTimeField) -> Case:
    """A column of the desired row that a mirror belongs to, whichever table it lies in."""
    return Case(
        *(
            When(kind=kind, then=Subquery(model.objects.filter(public_id=OuterRef("subject_id")).values(name)[:1]))
            for kind, model in SUBJECTS.items()
        ),
        output_field=output_field,
    )
