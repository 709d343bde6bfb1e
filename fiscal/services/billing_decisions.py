"""What people decide about an arrangement that was changed at the provider: adopt its terms, or restore ours."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from billing.models import Arrangement
from billing.rules import Terms
from billing.services import arrange, may_arrange
from fiscal.choices import KindName
from fiscal.mirror.kinds.arrangement import Held, held_in
from fiscal.models import Mirror
from organizations.access import NotAuthorized, Reach
from organizations.audit import record
from organizations.choices import Level, Scope, Verb
from organizations.rules import RulesBroken


@transaction.atomic(durable=True)
def adopt_their_terms(reach: Reach, *, reason: str = "") -> Arrangement:
    """Take over the terms that the provider holds.

    Raises RulesBroken where they point at something that Kontor does not know or that may not be chosen here,
    NotAuthorized, Mirror.DoesNotExist.
    """
    mirror, arrangement = _drifted(reach)
    terms = _terms(held_in(mirror.observed))
    in_step = mirror.applied_generation == arrangement.generation
    arrange(reach, arrangement, terms=terms, verb=Verb.TERMS_ADOPTED, reason=reason)
    theirs = {name: mirror.observed.get(name) for name in ("billing_options", "billing_address_id")}
    taken: dict[str, Any] = {"drifted_at": None, "agreed": {**mirror.agreed, **theirs}}
    if in_step:
        # Agreed without a call; a pass that is under way with older terms loses its claim.
        taken |= {"applied_generation": arrangement.generation, "lease_token": None, "lease_until": None}
    Mirror.objects.filter(pk=mirror.pk).update(**taken)
    return arrangement


@transaction.atomic(durable=True)
def restore_our_terms(reach: Reach, *, reason: str = "") -> Arrangement:
    """Put our terms back at the provider. Raises NotAuthorized, Mirror.DoesNotExist."""
    mirror, arrangement = _drifted(reach)
    record(reach, Verb.TERMS_RESTORED, arrangement, reason=reason)
    Mirror.objects.filter(pk=mirror.pk).update(drifted_at=None)
    arrangement.touch()
    return arrangement


def _drifted(reach: Reach) -> tuple[Mirror, Arrangement]:
    if not may_arrange(reach):
        raise NotAuthorized(Scope.BILLING, Level.MANAGE)
    mirror = Mirror.objects.exclude(drifted_at=None).get(kind=KindName.ARRANGEMENT, organization=reach.organization)
    return mirror, Arrangement.objects.select_for_update().get(organization=reach.organization)


def _terms(held: Held) -> Terms:
    words = {
        "bill_to": _("fiskaly bills an organization that Kontor does not know: connect it first, or restore ours."),
        "billing_address": _("fiskaly holds a billing address that Kontor does not know: add it, or restore ours."),
    }
    if held.unknown:
        raise RulesBroken({name: words[name] for name in held.unknown})
    return Terms(
        bill_to=str(held.bill_to.public_id) if held.bill_to else "",
        withhold=held.withhold,
        gln=held.gln,
        billing_address=str(held.billing_address.public_id) if held.billing_address else "",
    )
