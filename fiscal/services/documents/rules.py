"""What must hold before somebody has a fiscal document made."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext as _

from fiscal.choices import ConnectionKind, ConnectionStatus, DocumentAction, Outcome, Provider
from fiscal.models import FiscalDocument, Receipt, Register
from organizations.access import Reach
from organizations.choices import Level, Scope
from organizations.rules import RulesBroken

UNSETTLED = (Outcome.STARTED, Outcome.UNKNOWN)


class DocumentRefused(RulesBroken):
    """It is not asked for. `errors` says at which field and what to do."""


def register_of(reach: Reach, register_id: UUID, provider: Provider, level: Level) -> Register:
    """A register that stands at the organization, with a connection that can be used.

    Raises DocumentRefused, NotAuthorized, Register.DoesNotExist.
    """
    reach.require(Scope.TRANSACTIONS, level)
    registers = Register.objects.select_related("connection").filter(provider=provider)
    register = registers.get(organization=reach.organization, public_id=register_id)
    connection = register.connection
    if connection.kind == ConnectionKind.FILES or connection.status == ConnectionStatus.REVOKED:
        raise DocumentRefused({"": _("This register has no key to act with: connect one first.")})
    if connection.status != ConnectionStatus.ACTIVE:
        words = _("The connection is not in use (%(why)s). Mend it first, then ask again.")
        raise DocumentRefused({"": words % {"why": connection.status_reason or connection.get_status_display()}})
    return register


def check_request(request: dict[str, Any], reason: str, *, lists: tuple[str, ...]) -> None:
    """Raise DocumentRefused unless there is a reason, and each of `lists` has at least one line."""
    errors = {}
    if not 3 <= len(reason.strip()) <= 300:
        errors["reason"] = _("Say why, in 3 to 300 characters: a fiscal document cannot be taken back.")
    for name in lists:
        if not isinstance(request.get(name), list) or not request[name]:
            errors[name] = _("Give at least one line.")
    if errors:
        raise DocumentRefused(errors)


def unsettled_of(register: Register) -> FiscalDocument | None:
    """The oldest document of the register of which nobody knows whether it exists."""
    found = FiscalDocument.objects.filter(register=register, outcome__in=UNSETTLED)
    return found.order_by("started_at", "pk").first()


def check_known(reach: Reach, register: Register, remote_id: str) -> None:
    """Raise DocumentRefused unless the document is one of this organization's: a key reaches more than that."""
    known = Q(key=remote_id, register=register, organization=reach.organization)
    made = FiscalDocument.objects.filter(
        Q(remote_id=remote_id) & ~Q(remote_id=""), register=register, organization=reach.organization
    )
    if not Receipt.objects.filter(known).exists() and not made.exists():
        raise DocumentRefused({"remote_id": _("There is no such document here. Read the register again first.")})


def check_voidable(register: Register, remote_id: str) -> None:
    """Raise DocumentRefused for a sale that somebody has voided here already."""
    done = FiscalDocument.objects.filter(register=register, action=DocumentAction.VOID, outcome=Outcome.DONE)
    if done.filter(request__idtrx=remote_id).exists():
        raise DocumentRefused({"remote_id": _("This document is void already.")})
