"""API keys: issuing, rotating, switching and deleting them. Secrets never pass here; the provider makes them."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from organizations.access import Reach, system_reach
from organizations.audit import record
from organizations.choices import KeyStatus, Level, Mode, Scope, Verb
from organizations.models import ApiKey, Organization
from organizations.rules import RulesBroken, check_key_name


@transaction.atomic
def issue_key(reach: Reach, *, name: str, mode: Mode) -> ApiKey:
    """Ask for a key. The mirror has it made and seals its secret until somebody looks, once.

    Raises RulesBroken for a name the contract refuses, for a mode the organization is not in and for a retired
    organization; NotAuthorized.
    """
    reach.require(Scope.ORGANIZATIONS, Level.MANAGE)
    check_key_name(name)
    organization = Organization.objects.select_for_update().get(pk=reach.organization.pk)
    if organization.retired_at:
        raise RulesBroken({"": _("The organization is retired: it gets no more keys.")})
    if mode not in organization.modes:
        raise RulesBroken({"mode": _("%(name)s is not in %(mode)s.") % {"name": organization, "mode": mode}})
    key = ApiKey.objects.create(organization=organization, name=name, mode=mode, created_by=reach.actor)
    record(reach, Verb.KEY_ISSUED, key, after={"name": name, "mode": mode})
    key.announce()
    return key


@transaction.atomic(durable=True)
def rotate_key(reach: Reach, *, key_id: UUID, keep_hours: int, reason: str = "") -> ApiKey:
    """Issue a key of the same name and mode; the old one is disabled after `keep_hours` (0: as soon as possible).

    Raises RulesBroken for a deleted or disabled key, or one already being replaced; NotAuthorized; ApiKey.DoesNotExist.
    """
    reach.require(Scope.ORGANIZATIONS, Level.MANAGE)
    old = _locked(reach, key_id)
    if old.status != KeyStatus.ENABLED:
        raise RulesBroken({"": _("The key is disabled: issue a new one instead.")})
    if old.ends_at:
        raise RulesBroken({"": _("The key is already being replaced.")})
    old.ends_at = timezone.now() + timedelta(hours=keep_hours)
    old.save(update_fields=["ends_at"])
    new = ApiKey.objects.create(
        organization=reach.organization, name=old.name, mode=old.mode, created_by=reach.actor, replaces=old
    )
    record(reach, Verb.KEY_ROTATED, old, after={"replaced_by": new.public_id, "ends_at": old.ends_at}, reason=reason)
    record(reach, Verb.KEY_ISSUED, new, after={"name": new.name, "mode": new.mode})
    new.announce()
    return new


@transaction.atomic(durable=True)
def enable_key(reach: Reach, *, key_id: UUID, reason: str = "") -> ApiKey:
    """Switch a key on again. Raises RulesBroken for a deleted key; NotAuthorized; ApiKey.DoesNotExist."""
    return _switch(reach, key_id, KeyStatus.ENABLED, Verb.KEY_ENABLED, reason)


@transaction.atomic(durable=True)
def disable_key(reach: Reach, *, key_id: UUID, reason: str = "") -> ApiKey:
    """Switch a key off; it can be switched on again. Raises RulesBroken, NotAuthorized, ApiKey.DoesNotExist."""
    return _switch(reach, key_id, KeyStatus.DISABLED, Verb.KEY_DISABLED, reason)


def _switch(reach: Reach, key_id: UUID, status: KeyStatus, verb: Verb, reason: str) -> ApiKey:
    reach.require(Scope.ORGANIZATIONS, Level.MANAGE)
    key = _locked(reach, key_id)
    if key.status == status:
        return key
    record(reach, verb, key, before={"status": key.status}, after={"status": status}, reason=reason)
    key.status = status
    key.ends_at = None
    key.touch("status", "ends_at")
    return key


@transaction.atomic(durable=True)
def retire_key(reach: Reach, *, key_id: UUID, reason: str = "") -> ApiKey:
    """Delete a key for good, also at the provider. Raises NotAuthorized, ApiKey.DoesNotExist.

    If it was to replace another one, that one is no longer replaced: it works on.
    """
    reach.require(Scope.ORGANIZATIONS, Level.MANAGE)
    key = _locked(reach, key_id)
    if key.replaces_id:
        ApiKey.objects.filter(pk=key.replaces_id, status=KeyStatus.ENABLED, retired_at=None).update(ends_at=None)
    key.retired_at = timezone.now()
    record(reach, Verb.KEY_RETIRED, key, after={"retired_at": key.retired_at}, reason=reason)
    key.touch("retired_at")
    return key


def _locked(reach: Reach, key_id: UUID) -> ApiKey:
    return ApiKey.objects.select_for_update().get(organization=reach.organization, public_id=key_id, retired_at=None)


def end_replaced_keys(*, now: datetime, issued: QuerySet) -> int:
    """Disable rotated keys whose time is over. Gives how many; the system is on record for each.

    `issued` holds the primary keys of keys that exist at the provider: an old key works on until its replacement does.
    """
    ended = 0
    due = ApiKey.objects.filter(
        ends_at__lte=now,
        retired_at=None,
        status=KeyStatus.ENABLED,
        pk__in=ApiKey.objects.filter(pk__in=issued, retired_at=None).values("replaces_id"),
    )
    for key in due.select_related("organization"):
        disable_key(system_reach(key.organization, reason="replaced by a new key"), key_id=key.public_id)
        ended += 1
    return ended
