"""What people decide about mirrored objects: try again, adopt the provider's values, restore ours."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone

from fiscal.choices import SCOPES, KindName
from fiscal.mirror.kinds.organization import FIELDS
from fiscal.mirror.registry import BY_NAME
from fiscal.models import Mirror
from organizations.access import Reach
from organizations.audit import record
from organizations.choices import Level, Scope, Verb
from organizations.desired import Desired
from organizations.models import DashboardUser, Organization
from organizations.rules import check_storable


@transaction.atomic(durable=True)
def try_again(reach: Reach, *, mirror_id: int, reason: str = "") -> Mirror:
    """Make a failed or parked object due now. Safe to press twice. Raises NotAuthorized, Mirror.DoesNotExist.

    What belongs to billing is there only for who may view billing; whoever has people invited again manages users.
    """
    reach.require(Scope.ORGANIZATIONS, Level.MANAGE)
    mirror = Mirror.objects.get(pk=mirror_id, organization=reach.organization)
    if scope := SCOPES.get(KindName(mirror.kind)):
        reach.require(scope, Level.MANAGE if scope == Scope.USERS else Level.VIEW)
    now = timezone.now()
    # Compared anew as well: what is gone or double is not due by itself, and shows again if nobody mended it.
    Mirror.objects.filter(pk=mirror.pk).update(
        parked_generation=0, human_action="", error_code="", error_text="", deaths=0, due_at=now, reread_at=now
    )
    subject = _subject(mirror)
    record(reach, _verb(subject), subject, before={"error": mirror.error_code}, reason=reason)
    subject.announce()
    return mirror


@transaction.atomic(durable=True)
def adopt_theirs(reach: Reach, *, reason: str = "") -> Organization:
    """Take over what the provider holds of a drifted organization.

    Raises RulesBroken for values that cannot be kept here, NotAuthorized, Mirror.DoesNotExist.
    """
    reach.require(Scope.ORGANIZATIONS, Level.MANAGE)
    mirror = _drifted(reach)
    organization = Organization.objects.select_for_update().get(pk=reach.organization.pk)
    theirs: dict[str, Any] = {name: mirror.observed.get(name) or "" for name in FIELDS}
    theirs["contact_person_id"] = mirror.observed.get("contact_person_id") or None
    check_storable(theirs)
    names = [name for name in theirs if str(getattr(organization, name) or "") != str(theirs[name] or "")]
    before = {name: getattr(organization, name) for name in names}
    for name in names:
        setattr(organization, name, theirs[name])
    record(reach, Verb.DRIFT_ADOPTED, organization, before=before, after={n: theirs[n] for n in names}, reason=reason)
    in_step = mirror.applied_generation == organization.generation
    organization.touch(*names)
    taken: dict[str, Any] = {"drifted_at": None, "agreed": {**mirror.agreed, **theirs}}
    if in_step:
        # Agreed without a call; a pass that is under way with older values loses its claim.
        taken |= {"applied_generation": organization.generation, "lease_token": None, "lease_until": None}
    Mirror.objects.filter(pk=mirror.pk).update(**taken)
    return organization


@transaction.atomic(durable=True)
def restore_ours(reach: Reach, *, reason: str = "") -> Organization:
    """Put our values back at the provider. Raises NotAuthorized, Mirror.DoesNotExist."""
    reach.require(Scope.ORGANIZATIONS, Level.MANAGE)
    mirror = _drifted(reach)
    organization = Organization.objects.select_for_update().get(pk=reach.organization.pk)
    record(reach, Verb.DRIFT_RESTORED, organization, reason=reason)
    Mirror.objects.filter(pk=mirror.pk).update(drifted_at=None)
    organization.touch()
    return organization


def _drifted(reach: Reach) -> Mirror:
    return Mirror.objects.exclude(drifted_at=None).get(kind=KindName.ORGANIZATION, organization=reach.organization)


def _verb(subject: Desired) -> Verb:
    """Who may not view users shall not read in the record whom it is about: there people have verbs of their own."""
    if not isinstance(subject, DashboardUser):
        return Verb.TRIED_AGAIN
    return Verb.DASHBOARD_USER_REMOVED if subject.retired_at else Verb.DASHBOARD_USER_INVITED


def _subject(mirror: Mirror) -> Desired:
    return BY_NAME[KindName(mirror.kind)].desired().get(public_id=mirror.subject_id)
