"""Every write of this floor: arrangements, billing addresses, and setting up an organization as one step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from billing.models import Arrangement, BillingAddress
from billing.rules import Address, Terms, check_address, check_terms
from organizations.access import NotAuthorized, Reach, reachable
from organizations.audit import record
from organizations.choices import Kind, Level, Mode, Scope, Verb
from organizations.models import ApiKey, Organization
from organizations.rules import Details, RulesBroken
from organizations.services import EditedMeanwhile, add_organization, discard_draft, issue_key


@dataclass(frozen=True)
class SetUp:
    """Everything the wizard asks for one organization."""

    kind: Kind
    details: Details
    mode: Mode
    terms: Terms
    delegation: bool = False
    key_name: str = ""


class AlreadySetUp(Exception):
    """The draft was carried out by an earlier press of the same button. Nothing was created twice."""


@transaction.atomic(durable=True)
def set_up_organization(
    reach: Reach, *, plan: SetUp, draft_id: UUID | None = None
) -> tuple[Organization, ApiKey | None]:
    """Create an organization with its arrangement and, if named, its first key: all of it or nothing.

    Raises RulesBroken with field names of the step concerned, AlreadySetUp for a second press, NotAuthorized, also for
    terms other than the guide's from somebody who does not manage billing.
    """
    decides = reach.allows(Scope.BILLING, Level.MANAGE) and reach.allows_below(Scope.BILLING, Level.MANAGE)
    if plan.terms != terms_by_the_guide(reach) and not decides:
        raise NotAuthorized(Scope.BILLING, Level.MANAGE)
    if draft_id and not (reach.actor and discard_draft(reach.actor, draft_id)):
        raise AlreadySetUp
    there, organization = add_organization(
        reach, kind=plan.kind, details=plan.details, mode=plan.mode, delegation=plan.delegation
    )
    arrangement = Arrangement(organization=organization)
    _fill(there, arrangement, plan.terms, candidates=bill_to_candidates(reach, include_self=True))
    arrangement.save()
    arrangement.announce()
    key = issue_key(there, name=plan.key_name, mode=plan.mode) if plan.key_name else None
    return organization, key


@transaction.atomic(durable=True)
def change_arrangement(reach: Reach, *, terms: Terms, generation: int, reason: str = "") -> Arrangement:
    """Change who is invoiced, if `generation` is still the one the person saw.

    Raises EditedMeanwhile, RulesBroken with a message per field, NotAuthorized.
    """
    if not may_arrange(reach):
        raise NotAuthorized(Scope.BILLING, Level.MANAGE)
    _check_living(reach)
    arrangement, _created = Arrangement.objects.select_for_update().get_or_create(organization=reach.organization)
    if arrangement.generation != generation:
        raise EditedMeanwhile(terms_of(arrangement), arrangement.generation)
    arrange(reach, arrangement, terms=terms, verb=Verb.ARRANGEMENT_CHANGED, reason=reason)
    return arrangement


@transaction.atomic
def arrange(reach: Reach, arrangement: Arrangement, *, terms: Terms, verb: Verb, reason: str) -> bool:
    """Set `terms` on a locked arrangement, with its record. Gives whether they differ from those it had.

    Raises RulesBroken with a message per field, NotAuthorized.
    """
    if not may_arrange(reach):
        raise NotAuthorized(Scope.BILLING, Level.MANAGE)
    before = asdict(terms_of(arrangement))
    _fill(reach, arrangement, terms, candidates=bill_to_candidates(reach))
    after = asdict(terms_of(arrangement))
    if before == after:
        return False
    names = [name for name in after if after[name] != before[name]]
    record(
        reach,
        verb,
        arrangement,
        before={name: before[name] for name in names},
        after={name: after[name] for name in names},
        reason=reason,
    )
    arrangement.touch("bill_to", "withhold", "gln", "billing_address")
    return True


def may_arrange(reach: Reach) -> bool:
    """Whether the person may decide who is invoiced here: that is decided above, where there is an organization above.

    People of a withheld organization alone cannot turn its invoices on: it takes "billing, manage" at the parent or at
    the provisioning partner as well.
    """
    if not reach.allows(Scope.BILLING, Level.MANAGE):
        return False
    above = reach.organization.parent or reach.organization.provisioned_by
    if above is None or reach.actor is None:
        return True
    return reachable(reach.actor, Scope.BILLING, Level.MANAGE).filter(pk=above.pk).exists()


def terms_by_the_guide(reach: Reach) -> Terms:
    """What something new below the organization reached starts with.

    All three models of the guide withhold billing; who is invoiced stands as high as the person reaches.
    """
    candidates = bill_to_candidates(reach, include_self=True)
    above = next((one for one in candidates if one.pk != reach.organization.pk), None)
    bill_to = above or next(iter(candidates), None)
    return Terms(bill_to=str(bill_to.public_id) if bill_to else "", withhold=bill_to is not None)


def terms_of(arrangement: Arrangement) -> Terms:
    """The stored arrangement in the shape that forms and rules use."""
    return Terms(
        bill_to=str(arrangement.bill_to.public_id) if arrangement.bill_to else "",
        withhold=arrangement.withhold,
        gln=arrangement.gln,
        billing_address=str(arrangement.billing_address.public_id) if arrangement.billing_address else "",
    )


def bill_to_candidates(reach: Reach, *, include_self: bool = False) -> list[Organization]:
    """Main organizations that may be invoiced for the one reached: what stands above it, or it itself, in reach.

    SECURITY: only organizations the person reaches are offered and accepted, whatever id a form sends.
    """
    organization = reach.organization
    ids = [organization.parent_id, organization.provisioned_by_id]
    if organization.parent:
        ids.append(organization.parent.provisioned_by_id)
    if include_self:
        ids.append(organization.pk)
    found = Organization.objects.filter(pk__in=[pk for pk in ids if pk], retired_at=None, kind=Kind.ORGANIZATION)
    if reach.actor:
        found = found.filter(pk__in=reachable(reach.actor).values("pk"))
    return list(found.order_by("name"))


def _fill(reach: Reach, arrangement: Arrangement, terms: Terms, *, candidates: Sequence[Organization]) -> None:
    """Check `terms` against contract and candidates, then set them on the unsaved arrangement."""
    check_terms(terms)
    organization = arrangement.organization
    allowed = {str(candidate.public_id): candidate for candidate in candidates}
    if arrangement.bill_to:
        allowed.setdefault(str(arrangement.bill_to.public_id), arrangement.bill_to)
    bill_to = allowed.get(terms.bill_to) if terms.bill_to else None
    if terms.bill_to and bill_to is None:
        raise RulesBroken({"bill_to": _("Choose one of the organizations offered.")})
    if bill_to and organization.in_live and not bill_to.in_live:
        raise RulesBroken(
            {"bill_to": _("The organization to be invoiced is not LIVE: fiskaly bills LIVE ones only to LIVE ones.")}
        )
    if organization.kind == Kind.ORGANIZATION and organization.in_live and organization.provisioned_by and not bill_to:
        raise RulesBroken(
            {"bill_to": _("Choose who is invoiced: fiskaly creates main organizations in LIVE only with a bill-to.")}
        )
    arrangement.bill_to = bill_to
    arrangement.withhold = terms.withhold
    arrangement.gln = terms.gln
    arrangement.billing_address = _billing_address(reach, terms.billing_address, now=arrangement.billing_address)


def address_owners(reach: Reach) -> list[int]:
    """Whose addresses may be chosen: its own and its parent's, as far as the person may view billing there."""
    ids = [pk for pk in (reach.organization.pk, reach.organization.parent_id) if pk]
    if reach.actor is None:
        return ids
    return list(reachable(reach.actor, Scope.BILLING).filter(pk__in=ids).values_list("pk", flat=True))


def _billing_address(reach: Reach, public_id: str, *, now: BillingAddress | None) -> BillingAddress | None:
    """The address chosen; the one that it is `now` may stay, whoever's it is. SECURITY: others only within reach."""
    if not public_id or (now and public_id == str(now.public_id)):
        return now if public_id else None
    rows = BillingAddress.objects.filter(organization__in=address_owners(reach), retired_at=None)
    address = next((row for row in rows if str(row.public_id) == public_id), None)
    if address is None:
        raise RulesBroken({"billing_address": _("Choose one of the addresses offered.")})
    return address


@transaction.atomic(durable=True)
def add_address(reach: Reach, *, address: Address, mode: Mode) -> BillingAddress:
    """Store a billing address. Raises RulesBroken with a message per field, NotAuthorized."""
    reach.require(Scope.BILLING, Level.MANAGE)
    check_address(address)
    _check_living(reach)
    if mode not in reach.organization.modes:
        raise RulesBroken({"mode": _("%(name)s is not in %(mode)s.") % {"name": reach.organization, "mode": mode}})
    row = BillingAddress.objects.create(organization=reach.organization, mode=mode, **asdict(address))
    record(reach, Verb.ADDRESS_CREATED, row, after={**asdict(address), "mode": mode})
    row.announce()
    return row


@transaction.atomic(durable=True)
def change_address(reach: Reach, *, address_id: UUID, address: Address, generation: int) -> BillingAddress:
    """Change a billing address, if `generation` is still the one the person saw.

    Raises EditedMeanwhile, RulesBroken, NotAuthorized, BillingAddress.DoesNotExist.
    """
    reach.require(Scope.BILLING, Level.MANAGE)
    check_address(address)
    row = _locked_address(reach, address_id)
    before, after = asdict(address_of(row)), asdict(address)
    if row.generation != generation:
        raise EditedMeanwhile(address_of(row), row.generation)
    names = [name for name in after if after[name] != before[name]]
    if not names:
        return row
    for name in names:
        setattr(row, name, after[name])
    record(reach, Verb.ADDRESS_CHANGED, row, before=_only(before, names), after=_only(after, names))
    row.touch(*names)
    return row


@transaction.atomic(durable=True)
def retire_address(reach: Reach, *, address_id: UUID, reason: str = "") -> BillingAddress:
    """Remove a billing address, also at the provider. Raises RulesBroken while an arrangement uses it, NotAuthorized."""
    reach.require(Scope.BILLING, Level.MANAGE)
    row = _locked_address(reach, address_id)
    if Arrangement.objects.filter(billing_address=row, organization__retired_at=None).exists():
        raise RulesBroken({"": _("An arrangement uses this address: choose another one there first.")})
    row.retired_at = timezone.now()
    record(reach, Verb.ADDRESS_RETIRED, row, after={"retired_at": row.retired_at}, reason=reason)
    row.touch("retired_at")
    return row


def address_of(row: BillingAddress) -> Address:
    """The stored address in the shape that forms and rules use."""
    return Address(**{name: getattr(row, name) for name in Address.__dataclass_fields__})


def _locked_address(reach: Reach, address_id: UUID) -> BillingAddress:
    return BillingAddress.objects.select_for_update().get(
        organization=reach.organization, public_id=address_id, retired_at=None
    )


def _check_living(reach: Reach) -> None:
    """Raise RulesBroken for a retired organization; held until the transaction ends, so that it is not retired now."""
    organization = Organization.objects.select_for_update().get(pk=reach.organization.pk)
    if organization.retired_at:
        raise RulesBroken({"": _("%(name)s is retired: nothing of it can be changed.") % {"name": organization}})


def _only(values: dict[str, Any], names: list[str]) -> dict[str, Any]:
    return {name: values[name] for name in names}
