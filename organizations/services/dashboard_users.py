"""People of an organization in fiskaly's dashboard: asked for and taken back here, carried out by the mirror.

fiskaly has no call for their roles: those stay with a person (Human Intervention Registry, "Manage user access").
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from organizations.access import Reach
from organizations.audit import record
from organizations.choices import Level, Scope, Verb
from organizations.models import DashboardUser, Organization
from organizations.rules import RulesBroken, check_dashboard_user


@transaction.atomic(durable=True)
def invite_dashboard_user(reach: Reach, *, email: str, first_name: str = "", last_name: str = "") -> DashboardUser:
    """Ask for a person to be invited. The mirror has fiskaly send the invitation.

    Raises RulesBroken for an address that is none or is on the list, and for a retired organization; NotAuthorized.
    """
    reach.require(Scope.USERS, Level.MANAGE)
    email, first_name, last_name = email.strip().lower(), first_name.strip(), last_name.strip()
    check_dashboard_user(email=email, first_name=first_name, last_name=last_name)
    if Organization.objects.select_for_update().get(pk=reach.organization.pk).retired_at:
        raise RulesBroken({"": _("The organization is retired: nobody is invited to it any more.")})
    person = keep_dashboard_user(
        reach, verb=Verb.DASHBOARD_USER_INVITED, email=email, first_name=first_name, last_name=last_name
    )
    person.announce()
    return person


@transaction.atomic
def keep_dashboard_user(
    reach: Reach,
    *,
    verb: Verb,
    email: str,
    first_name: str = "",
    last_name: str = "",
    retired: bool = False,
    reason: str = "",
) -> DashboardUser:
    """Keep a person with the record of `verb`; `retired`: as one who shall have no access.

    Raises RulesBroken for an address that is on the list; NotAuthorized.
    """
    reach.require(Scope.USERS, Level.MANAGE)
    values: dict[str, Any] = {"email": email, "first_name": first_name, "last_name": last_name}
    if retired:
        values["retired_at"] = timezone.now()
    try:
        with transaction.atomic():
            person = DashboardUser.objects.create(organization=reach.organization, **values)
    except IntegrityError:
        raise RulesBroken({"email": _("%(email)s is on the list already.") % {"email": email}}) from None
    record(reach, verb, person, after=values, reason=reason)
    return person


@transaction.atomic(durable=True)
def remove_dashboard_user(reach: Reach, *, user_id: UUID, reason: str = "") -> DashboardUser:
    """Take a person's access, or the invitation, back. Raises NotAuthorized, DashboardUser.DoesNotExist."""
    reach.require(Scope.USERS, Level.MANAGE)
    people = DashboardUser.objects.select_for_update().filter(organization=reach.organization, retired_at=None)
    person = people.get(public_id=user_id)
    person.retired_at = timezone.now()
    record(reach, Verb.DASHBOARD_USER_REMOVED, person, after={"retired_at": person.retired_at}, reason=reason)
    person.touch("retired_at")
    return person
