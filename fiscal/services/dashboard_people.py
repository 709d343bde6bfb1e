"""What people decide about the users of fiskaly's dashboard: invite again, take over, remove, read the list anew.

Inviting and asking for removal are writes of the ground floor (`organizations.services`); here is what needs to know
what fiskaly holds.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from fiscal.choices import KindName
from fiscal.mirror.kinds.holders import creator_id
from fiscal.models import Mirror, UserListing
from organizations.access import Reach
from organizations.audit import record
from organizations.choices import Level, Scope, Verb
from organizations.desired import changed
from organizations.models import DashboardUser
from organizations.rules import PERSON_NAME, RulesBroken, check_dashboard_user
from organizations.services import keep_dashboard_user, remove_dashboard_user


@transaction.atomic(durable=True)
def invite_again(reach: Reach, *, user_id: UUID, reason: str = "") -> DashboardUser:
    """Invite a person anew whose invitation lapsed, or who was removed in fiskaly's dashboard.

    Raises RulesBroken for somebody who is there, or on the way; NotAuthorized, DashboardUser.DoesNotExist.
    """
    reach.require(Scope.USERS, Level.MANAGE)
    person, mirror = _locked(reach, user_id)
    if mirror is None or mirror.remote_id or not (mirror.drifted_at or mirror.human_action == "invitation_lapsed"):
        raise RulesBroken({"": _("fiskaly knows this person, or is about to: nothing was sent.")})
    Mirror.objects.filter(pk=mirror.pk).update(
        drifted_at=None, observed={}, parked_generation=0, human_action="", error_code="", error_text="", tries=0
    )
    record(reach, Verb.DASHBOARD_USER_INVITED, person, after={"email": person.email}, reason=reason)
    person.touch()
    return person


@transaction.atomic(durable=True)
def adopt_address(reach: Reach, *, user_id: UUID, reason: str = "") -> DashboardUser:
    """Take over the e-mail address under which fiskaly lists a person now.

    Raises RulesBroken where nothing differs, or another person here has that address; NotAuthorized,
    DashboardUser.DoesNotExist.
    """
    reach.require(Scope.USERS, Level.MANAGE)
    person, mirror = _locked(reach, user_id)
    theirs = mirror.observed.get("email", "") if mirror and mirror.drifted_at else ""
    if not theirs or mirror is None:
        raise RulesBroken({"": _("Nothing differs any more: somebody decided before you.")})
    check_dashboard_user(email=theirs, first_name="", last_name="")
    if DashboardUser.objects.filter(organization=reach.organization, email=theirs, retired_at=None).exists():
        raise RulesBroken({"": _("%(email)s is on the list already: remove one of the two.") % {"email": theirs}})
    before, person.email = person.email, theirs
    record(reach, Verb.DASHBOARD_USER_ADOPTED, person, before={"email": before}, after={"email": theirs}, reason=reason)
    person.touch("email")
    # Agreed without a call; a pass that is under way with the older address loses its claim.
    taken = {"drifted_at": None, "agreed": {"email": theirs}, "applied_generation": person.generation}
    Mirror.objects.filter(pk=mirror.pk).update(**taken, lease_token=None, lease_until=None)
    return person


@transaction.atomic(durable=True)
def adopt_person(reach: Reach, *, remote_id: str) -> DashboardUser:
    """Take over a person whom fiskaly lists and Kontor does not know: in step from the start, without a call.

    Raises RulesBroken for somebody who is not listed, or no longer, or is known by now; NotAuthorized.
    """
    reach.require(Scope.USERS, Level.MANAGE)
    return _kept(reach, remote_id, Verb.DASHBOARD_USER_ADOPTED)


@transaction.atomic(durable=True)
def remove_unknown(reach: Reach, *, remote_id: str, reason: str = "") -> DashboardUser:
    """Have a person removed whom fiskaly lists and Kontor does not know.

    Raises RulesBroken as `adopt_person` does, and for who created the organization there; NotAuthorized.
    """
    reach.require(Scope.USERS, Level.MANAGE)
    _check_removable(reach, remote_id)
    person = _kept(reach, remote_id, Verb.DASHBOARD_USER_REMOVED, retired=True, reason=reason)
    person.announce()
    return person


def remove_person(reach: Reach, *, user_id: UUID, reason: str = "") -> DashboardUser:
    """Have a known person removed. Whom fiskaly no longer lists is forgotten here without a call.

    Raises RulesBroken for who created the organization there; NotAuthorized, DashboardUser.DoesNotExist.
    """
    reach.require(Scope.USERS, Level.MANAGE)
    mirror = Mirror.objects.filter(
        kind=KindName.DASHBOARD_USER, organization=reach.organization, subject_id=user_id
    ).first()
    if mirror and mirror.remote_id:
        _check_removable(reach, mirror.remote_id)
    return remove_dashboard_user(reach, user_id=user_id, reason=reason)


@transaction.atomic(durable=True)
def ask_for_list(reach: Reach) -> None:
    """Have the list of users read now. Safe to press twice. Raises NotAuthorized."""
    reach.require(Scope.USERS, Level.MANAGE)
    now = timezone.now()
    UserListing.objects.update_or_create(organization=reach.organization, defaults={"due_at": now, "asked_at": now})
    changed.send(UserListing, organization_id=reach.organization.pk)


def _check_removable(reach: Reach, remote_id: str) -> None:
    if remote_id == creator_id(reach.organization.pk):
        raise RulesBroken(
            {"": _("This person created the organization at fiskaly, which removes no such user: ask fiskaly.")}
        )


def _locked(reach: Reach, user_id: UUID) -> tuple[DashboardUser, Mirror | None]:
    people = DashboardUser.objects.select_for_update().filter(organization=reach.organization, retired_at=None)
    person = people.get(public_id=user_id)
    return person, Mirror.objects.filter(kind=KindName.DASHBOARD_USER, subject_id=person.public_id).first()


def _kept(reach: Reach, remote_id: str, verb: Verb, *, retired: bool = False, reason: str = "") -> DashboardUser:
    """A row and its mirror for a person that is listed there and unknown here."""
    listing = UserListing.objects.select_for_update().filter(organization=reach.organization).first()
    user: dict[str, Any] | None = (
        next((one for one in listing.users if one["id"] == remote_id), None) if listing else None
    )
    known = Mirror.objects.filter(
        kind=KindName.DASHBOARD_USER,
        remote_id=remote_id,
        subject_id__in=DashboardUser.objects.filter(organization=reach.organization, retired_at=None).values(
            "public_id"
        ),
    )
    if listing is None or user is None or known.exists():
        raise RulesBroken({"": _("fiskaly's list has changed: look at it once more. Nothing was done.")})
    names = {name: str(user[name])[:PERSON_NAME] for name in ("first_name", "last_name")}
    person = keep_dashboard_user(reach, verb=verb, email=user["email"], retired=retired, reason=reason, **names)
    Mirror.objects.create(
        kind=KindName.DASHBOARD_USER,
        subject_id=person.public_id,
        organization=reach.organization,
        mark=person.public_id,
        applied_generation=0 if retired else person.generation,
        remote_id=remote_id,
        observed=_as_answered(user),
        observed_at=listing.read_at,
        agreed={"email": person.email},
    )
    return person


def _as_answered(user: dict[str, Any]) -> dict[str, Any]:
    """A listed user in the provider's words, as far as the mirror needs them."""
    names = {name: user[name] for name in ("first_name", "last_name") if user[name]}
    return {"_id": user["id"], "_type": user["type"], "email": user["email"], **names}
