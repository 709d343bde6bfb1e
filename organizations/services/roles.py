"""An organization's own roles: made, changed and retired. The house's presets are nobody's to change.

SECURITY: an own role never carries more than its editor has, so nobody gives through a role what they could not give.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from organizations.access import Reach, covers
from organizations.audit import record
from organizations.choices import Level, Preset, Scope, Verb
from organizations.models import Grant, InvitationGrant, Organization, Right, Role, in_force
from organizations.roles import Rights
from organizations.rules import RulesBroken
from organizations.services.grants import rights_of
from organizations.services.names import name_taken


class NoSuchRole(Exception):
    """The organization reached has no such role of its own. Pages answer 404."""


@transaction.atomic(durable=True)
def make_role(reach: Reach, *, name: str, sentence: str, rights: Rights) -> Role:
    """Make a role of the organization's own. Raises RulesBroken, and NotAuthorized without user administration."""
    reach.require(Scope.USERS, Level.MANAGE)
    Organization.objects.select_for_update().get(pk=reach.organization.pk)
    _check(reach, name=name, sentence=sentence, rights=rights)
    role = Role.objects.create(organization=reach.organization, name=name.strip(), sentence=sentence.strip())
    _begin(role, rights)
    record(reach, Verb.ROLE_CREATED, role, after=_facts(role))
    return role


@transaction.atomic(durable=True)
def change_role(reach: Reach, *, role_id: UUID, name: str, sentence: str, rights: Rights, reason: str = "") -> Role:
    """Change what an own role carries, for everybody who holds it and at once. Raises as `make_role`, and NoSuchRole.

    What it no longer carries is ended and what is new begins, so that the past can still be asked.
    """
    reach.require(Scope.USERS, Level.MANAGE)
    role = own_role(reach, role_id)
    below = Grant.objects.filter(in_force(timezone.now()), role=role).exclude(covers="HERE").exists()
    _check(reach, name=name, sentence=sentence, rights=rights, besides=role, below=below)
    before = _facts(role)
    if _more_than_own(reach, dict(rights_of(role)), below=below):
        raise RulesBroken({"": _("It carries more than you have yourself, so it is not yours to change.")})
    role.name, role.sentence = name.strip(), sentence.strip()
    role.save(update_fields=["name", "sentence"])
    held = dict(rights_of(role))
    Right.objects.filter(
        role=role, until=None, scope__in=[scope for scope in held if rights.get(scope) != held[scope]]
    ).update(until=timezone.now())
    _begin(role, {scope: level for scope, level in rights.items() if held.get(scope) != level})
    after = _facts(role)
    if before != after:
        record(reach, Verb.ROLE_CHANGED, role, before=before, after=after, reason=reason)
    return role


@transaction.atomic(durable=True)
def retire_role(reach: Reach, *, role_id: UUID, reason: str = "") -> Role:
    """Take an own role out of the offer. Raises RulesBroken while somebody holds it or is invited with it, NoSuchRole."""
    reach.require(Scope.USERS, Level.MANAGE)
    role = own_role(reach, role_id)
    if Grant.objects.filter(in_force(timezone.now()), role=role).exists():
        raise RulesBroken({"": _("Somebody still holds it: end or change those grants first.")})
    if _invited_with(role):
        raise RulesBroken({"": _("Somebody is invited with it: take the invitation back first.")})
    role.retired_at = timezone.now()
    role.save(update_fields=["retired_at"])
    record(reach, Verb.ROLE_RETIRED, role, before=_facts(role), reason=reason)
    return role


def own_role(reach: Reach, role_id: UUID) -> Role:
    """An own role that is not retired, held together with its organization. Raises NoSuchRole."""
    Organization.objects.select_for_update().get(pk=reach.organization.pk)
    role = Role.objects.filter(organization=reach.organization, public_id=role_id, retired_at=None).first()
    if role is None:
        raise NoSuchRole
    return role


def _check(
    reach: Reach, *, name: str, sentence: str, rights: Rights, besides: Role | None = None, below: bool = False
) -> None:
    """Raise RulesBroken with a message per field."""
    broken: dict[str, str] = {}
    if not name.strip():
        broken["name"] = _("Give the role a name.")
    if name.strip() in {str(preset.label) for preset in Preset} or name_taken(reach, Role, name, besides=besides):
        broken["name"] = _("There is a role of this name already.")
    if not sentence.strip():
        broken["sentence"] = _("Say in one sentence what it is for: it stands wherever the role can be picked.")
    if not rights:
        broken["rights"] = _("A role that opens nothing cannot be used: choose at least one area.")
    elif _more_than_own(reach, rights, below=below):
        broken["rights"] = _("It carries more than you have there yourself.")
    if broken:
        raise RulesBroken(broken)


def _more_than_own(reach: Reach, rights: Rights, *, below: bool) -> bool:
    own = [reach.grants]
    if below and not reach.organization.is_managed and reach.below is not None:
        own.append(reach.below)
    return any(not covers(held, scope, level) for held in own for scope, level in rights.items())


def _begin(role: Role, rights: Rights) -> None:
    now = timezone.now()
    Right.objects.bulk_create(Right(role=role, scope=scope, level=level, since=now) for scope, level in rights.items())


def _invited_with(role: Role) -> bool:
    waiting = {"invitation__redeemed_at": None, "invitation__revoked_at": None}
    return InvitationGrant.objects.filter(role=role, invitation__expires_at__gt=timezone.now(), **waiting).exists()


def _facts(role: Role) -> dict[str, Any]:
    rights = dict(rights_of(role))
    return {
        "name": role.name,
        "sentence": role.sentence,
        "rights": {str(scope): str(rights[scope]) for scope in Scope if scope in rights},
    }
