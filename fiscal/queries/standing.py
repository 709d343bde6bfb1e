"""Mirrors across all kinds, with the phase of each, for work lists."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Case, DateTimeField, IntegerField, OuterRef, Q, QuerySet, Subquery, When

from billing.models import Arrangement, BillingAddress
from fiscal.choices import SCOPES, CredentialStatus, KindName
from fiscal.models import Credential, Mirror
from fiscal.models.mirror import UNSETTLED
from fiscal.phases import phase_case
from organizations.access import Roads, roads
from organizations.choices import Scope
from organizations.models import ApiKey, DashboardUser, Organization, User

FEW = 500
SUBJECTS: dict[KindName, type[Any]] = {
    KindName.ORGANIZATION: Organization,
    KindName.BILLING_ADDRESS: BillingAddress,
    KindName.ARRANGEMENT: Arrangement,
    KindName.API_KEY: ApiKey,
    KindName.DASHBOARD_USER: DashboardUser,
}


def unsettled_ids() -> list[int]:
    """All mirrors that may have a phase of trouble, at most FEW and one: on calm days hardly any.

    SECURITY: not narrowed to anybody's reach, so that two small indexes answer it; `mirrors_with_phase` narrows.
    """
    paused = Credential.objects.filter(status=CredentialStatus.PAUSED).values("pk")
    held_up = Mirror.objects.filter(credential__in=paused).values_list("pk")
    return [pk for (pk,) in Mirror.objects.filter(UNSETTLED).values_list("pk").union(held_up)[: FEW + 1]]


def mirrors_with_phase(user: User, scope: Scope, *, now: datetime, ids: list[int] | None = None) -> QuerySet[Any]:
    """Mirrors in the person's reach that are not simply in step, each with its subject's generation and its phase.

    `ids` is what `unsettled_ids` gave, if the caller asked already. Few are named one by one: the phase of all others
    need not even be derived.
    """
    ids, known = unsettled_ids() if ids is None else ids, roads(user)
    paused = Credential.objects.filter(status=CredentialStatus.PAUSED).values("pk")
    candidates = Q(pk__in=ids) if len(ids) <= FEW else UNSETTLED | Q(credential__in=paused)
    return (
        Mirror.objects.filter(candidates)
        .filter(known.starts(scope).rows("organization") & _told(known))
        .annotate(
            generation=_of_subject("generation", IntegerField()),
            subject_retired_at=_of_subject("retired_at", DateTimeField()),
        )
        .annotate(phase=phase_case("", now, retired_at="subject_retired_at"))
    )


def _told(known: Roads) -> Q:
    """Mirrors of billing, and of people, only where the person may view those."""
    told = ~Q(kind__in=list(SCOPES))
    for scope in dict.fromkeys(SCOPES.values()):
        kinds = [kind for kind, needed in SCOPES.items() if needed == scope]
        told |= Q(kind__in=kinds) & known.starts(scope).rows("organization")
    return told


def _of_subject(name: str, output_field: IntegerField | DateTimeField) -> Case:
    """A column of the desired row that a mirror belongs to, whichever table it lies in."""
    return Case(
        *(
            When(
                kind=kind, then=Subquery(model.objects.filter(public_id=OuterRef("subject_id")).order_by().values(name))
            )
            for kind, model in SUBJECTS.items()
        ),
        output_field=output_field,
    )
