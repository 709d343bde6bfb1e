"""Whether an organization demands a second factor of everybody who reaches it."""

from __future__ import annotations

from django.db import transaction

from organizations.access import Reach
from organizations.audit import record
from organizations.choices import Level, Scope, Verb
from organizations.models import Organization


@transaction.atomic(durable=True)
def demand_second_factor(reach: Reach, *, demanded: bool) -> None:
    """Switch it on or off, for every road that leads to this organization; it counts from the next request on.

    What is so already stays and is not recorded again. Raises NotAuthorized.
    """
    reach.require(Scope.USERS, Level.MANAGE)
    organization = Organization.objects.select_for_update().get(pk=reach.organization.pk)
    if organization.second_factor_required == demanded:
        return
    organization.second_factor_required = demanded
    organization.save(update_fields=["second_factor_required"])
    verb = Verb.SECOND_FACTOR_REQUIRED if demanded else Verb.SECOND_FACTOR_OPTIONAL
    record(reach, verb, organization, before={"demanded": not demanded}, after={"demanded": demanded})
