"""Asking to be delegated to: the partner asks, an owner declines or gives as much of it as they like."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from organizations.access import Reach
from organizations.audit import record
from organizations.choices import Level, Outcome, Scope, Verb
from organizations.models import DelegationRequest, Organization
from organizations.roles import Rights
from organizations.rules import RulesBroken
from organizations.services.delegation import decide_delegation, provisioned, require_owner


class NoSuchRequest(Exception):
    """There is no open request of this id at the organization. Pages answer 404."""


@transaction.atomic(durable=True)
def ask_delegation(
    reach: Reach, organization_id: UUID, *, rights: Rights, until: datetime | None = None, reason: str = ""
) -> DelegationRequest:
    """Ask an organization that the partner provisioned to delegate `rights`: all that is wished for, not what is new.

    `reach` is at the partner. Raises NotAuthorized, NoSuchOrganization; RulesBroken for nothing, without a reason, for a
    retired organization or while another request waits.
    """
    there = provisioned(reach, organization_id)
    broken: dict[str, str] = {}
    if not rights:
        broken["rights"] = _("Choose at least one area.")
    if not reason.strip():
        broken["reason"] = _("Say what for: the owner reads it.")
    if until and until <= timezone.now():
        broken["until"] = _("The end date must lie ahead.")
    if there.organization.retired_at:
        broken[""] = _("%(name)s is retired.") % {"name": there.organization}
    elif DelegationRequest.objects.filter(organization=there.organization, settled_at=None).exists():
        broken[""] = _("A request waits already: withdraw it first.")
    if broken:
        raise RulesBroken(broken)
    request = DelegationRequest.objects.create(
        organization=there.organization, rights=dict(rights), until=until, reason=reason.strip(), asked_by=reach.actor
    )
    record(there, Verb.DELEGATION_ASKED, there.organization, after=_facts(rights, until), reason=request.reason)
    return request


@transaction.atomic(durable=True)
def withdraw_delegation_request(reach: Reach, organization_id: UUID, *, reason: str = "") -> None:
    """Take the partner's open request back. Raises NotAuthorized, NoSuchOrganization, NoSuchRequest."""
    there = provisioned(reach, organization_id)
    request = DelegationRequest.objects.filter(organization=there.organization, settled_at=None).first()
    if request is None:
        raise NoSuchRequest
    _settle(there, request, Outcome.WITHDRAWN)
    record(there, Verb.DELEGATION_WITHDRAWN, there.organization, before=_before(request), reason=reason)


@transaction.atomic(durable=True)
def accept_delegation_request(
    reach: Reach, request_id: UUID, *, rights: Rights, until: datetime | None = None, reason: str = ""
) -> None:
    """Give what was asked for, or less of it. It replaces what was delegated before.

    Raises NotAuthorized for anybody but an owner; NoSuchRequest; RulesBroken for nothing at all, or more than was asked.
    """
    require_owner(reach)
    request = _open(reach, request_id)
    asked = {Scope(scope): Level(level) for scope, level in request.rights.items()}
    if not rights:
        raise RulesBroken({"rights": _("Choose at least one area, or decline.")})
    if any(level not in {asked.get(scope), Level.VIEW} or scope not in asked for scope, level in rights.items()):
        raise RulesBroken({"rights": _("This is more than was asked for.")})
    if request.until and (until is None or until > request.until):
        raise RulesBroken({"until": _("This is longer than was asked for.")})
    decide_delegation(reach, rights=rights, until=until, reason=reason)
    _settle(reach, request, Outcome.ACCEPTED)


@transaction.atomic(durable=True)
def decline_delegation_request(reach: Reach, request_id: UUID, *, reason: str = "") -> None:
    """Say no: nothing changes. Raises NotAuthorized for anybody but an owner, NoSuchRequest."""
    require_owner(reach)
    request = _open(reach, request_id)
    _settle(reach, request, Outcome.DECLINED)
    record(reach, Verb.DELEGATION_DECLINED, reach.organization, before=_before(request), reason=reason)


def _open(reach: Reach, request_id: UUID) -> DelegationRequest:
    """The open request, with the organization held: two owners settle it once."""
    Organization.objects.select_for_update().get(pk=reach.organization.pk)
    rows = DelegationRequest.objects.filter(organization=reach.organization, public_id=request_id, settled_at=None)
    request: DelegationRequest | None = rows.first()
    if request is None:
        raise NoSuchRequest
    return request


def _settle(reach: Reach, request: DelegationRequest, outcome: Outcome) -> None:
    request.outcome, request.settled_by, request.settled_at = outcome, reach.actor, timezone.now()
    request.save(update_fields=["outcome", "settled_by", "settled_at"])


def _before(request: DelegationRequest) -> dict[str, str | None]:
    return _facts({Scope(scope): Level(level) for scope, level in request.rights.items()}, request.until)


def _facts(rights: Rights, until: datetime | None) -> dict[str, str | None]:
    return {
        **{str(scope): str(level) for scope, level in rights.items()},
        "until": until.isoformat() if until else None,
    }
