"""Billing for pages: who is invoiced, in one sentence that each viewer may read, and what can be chosen instead."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from billing.models import Arrangement, BillingAddress
from billing.rules import Address, Terms
from billing.services import address_of, address_owners, bill_to_candidates, may_arrange, terms_of
from fiscal.choices import KindName, Phase
from fiscal.queries.progress import Progress, cause_of, mirrors_of, phase_in, progress_of
from organizations.access import Reach, name_for
from organizations.choices import Level, Scope
from organizations.models import Organization


@dataclass(frozen=True)
class AddressRow:
    """A billing address in a list. `in_use`: an arrangement points at it, so it cannot be removed."""

    address_id: UUID
    recipient: str
    lines: tuple[str, ...]
    mode: str
    vat_id: str
    phase: Phase
    cause: str
    in_use: bool


@dataclass(frozen=True)
class BillingFacts:
    """`open`: the viewer may know who is invoiced; otherwise nothing but the sentence is told."""

    sentence: str
    open: bool
    bill_to: str
    withhold: bool
    gln: str
    billing_address: str
    progress: Progress | None
    addresses: tuple[AddressRow, ...]
    may_change: bool
    may_manage_addresses: bool


@dataclass(frozen=True)
class BillingChoices:
    """What the form about the arrangement starts from: values, generation, and (value, words) of each choice."""

    terms: Terms
    generation: int
    bill_to: tuple[tuple[str, str], ...]
    addresses: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class AddressFacts:
    """One billing address for its form."""

    address: Address
    words: str
    mode: str
    generation: int
    in_use: bool


def billing_of(reach: Reach) -> BillingFacts:
    """The page about billing. SECURITY: names of organizations out of the viewer's reach never enter it."""
    reach.require(Scope.BILLING)
    arrangement = _arrangement(reach)
    bill_to = name_for(reach.actor, arrangement.bill_to) if arrangement else None
    withheld_from_viewer = bool(arrangement and arrangement.bill_to_id and bill_to is None)
    manages = reach.allows(Scope.BILLING, Level.MANAGE) and reach.organization.retired_at is None
    terms = arrangement if arrangement and not withheld_from_viewer else None
    return BillingFacts(
        sentence=_sentence(reach.organization, arrangement, bill_to),
        open=not withheld_from_viewer,
        bill_to=bill_to or "",
        withhold=bool(terms and terms.withhold),
        gln=terms.gln if terms else "",
        billing_address=_known_address(reach, terms.billing_address) if terms else "",
        progress=progress_of(KindName.ARRANGEMENT, arrangement, now=timezone.now(), discreet=withheld_from_viewer)
        if arrangement
        else None,
        addresses=_addresses(reach),
        may_change=manages and may_arrange(reach),
        may_manage_addresses=manages,
    )


def billing_choices(reach: Reach) -> BillingChoices:
    """The present terms and what may be chosen instead, of what the person reaches."""
    reach.require(Scope.BILLING, Level.MANAGE)
    arrangement = _arrangement(reach)
    terms = terms_of(arrangement) if arrangement else Terms()
    offered = {str(one.public_id): str(one) for one in bill_to_candidates(reach)}
    if terms.bill_to:
        offered.setdefault(terms.bill_to, _("the one it is now (you cannot see its name)"))
    mine = BillingAddress.objects.filter(organization__in=address_owners(reach), retired_at=None)
    addresses = {str(one.public_id): f"{one} ({one.mode})" for one in mine}
    if terms.billing_address:
        addresses.setdefault(terms.billing_address, _("the one it is now (you cannot see it)"))
    return BillingChoices(
        terms=terms,
        generation=arrangement.generation if arrangement else 1,
        bill_to=tuple(offered.items()),
        addresses=tuple(addresses.items()),
    )


def address_facts(reach: Reach, address_id: UUID) -> AddressFacts | None:
    """One billing address of the organization reached; None if it has no such address, or no longer."""
    reach.require(Scope.BILLING)
    row = BillingAddress.objects.filter(organization=reach.organization, public_id=address_id, retired_at=None).first()
    if row is None:
        return None
    in_use = Arrangement.objects.filter(billing_address=row, organization__retired_at=None).exists()
    return AddressFacts(address_of(row), str(row), row.mode, row.generation, in_use)


def _sentence(organization: Organization, arrangement: Arrangement | None, bill_to: str | None) -> str:
    if arrangement is None or arrangement.bill_to_id is None:
        return _("Invoices go to %(name)s itself.") % {"name": organization}
    if bill_to is None:
        return _("Invoices do not go to this organization.")
    words = {"bill_to": bill_to, "name": organization}
    if arrangement.withhold:
        return _("Invoices go to %(bill_to)s; %(name)s sees none.") % words
    return _("Invoices go to %(bill_to)s; %(name)s sees them too.") % words


def _arrangement(reach: Reach) -> Arrangement | None:
    rows = Arrangement.objects.select_related("organization", "bill_to", "billing_address__organization")
    return rows.filter(organization=reach.organization).first()


def _known_address(reach: Reach, address: BillingAddress | None) -> str:
    if address is None or name_for(reach.actor, address.organization) is None:
        return ""
    return str(address)


def _addresses(reach: Reach) -> tuple[AddressRow, ...]:
    rows = list(BillingAddress.objects.filter(organization=reach.organization, retired_at=None))
    ids = [row.pk for row in rows]
    used = set(Arrangement.objects.filter(billing_address__in=ids).values_list("billing_address_id", flat=True))
    mirrors, now = mirrors_of(KindName.BILLING_ADDRESS, [row.public_id for row in rows]), timezone.now()
    made = []
    for row in rows:
        mirror = mirrors.get(row.public_id)
        phase = phase_in(mirror, row, now)
        lines = (row.address_line1, row.address_line2, f"{row.zip} {row.town}", row.country_code)
        made.append(
            AddressRow(
                address_id=row.public_id,
                recipient=row.recipient,
                lines=tuple(line for line in lines if line),
                mode=row.mode,
                vat_id=row.vat_id,
                phase=phase,
                cause=cause_of(mirror, phase),
                in_use=row.pk in used,
            )
        )
    return tuple(made)
