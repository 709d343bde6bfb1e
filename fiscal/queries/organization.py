"""One organization's page: its facts, what stands above and below, its keys, and what needs doing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from billing.models import Arrangement
from fiscal.choices import CredentialStatus, KindName
from fiscal.mirror.kinds.holders import holders_of
from fiscal.models import Credential, Mirror
from fiscal.phases import phase_of
from fiscal.queries.organization_filters import OrganizationFilters
from fiscal.queries.organizations import OrganizationList, list_organizations
from fiscal.queries.people import known_people, name_of
from organizations.access import Reach, delegated_rights, reachable
from organizations.choices import Kind, Level, Origin, Road, Scope
from organizations.models import ApiKey, Organization

CHILDREN_SHOWN = 10


@dataclass(frozen=True)
class Neighbour:
    """An organization that the person may know of."""

    public_id: UUID
    name: str


@dataclass(frozen=True)
class Billing:
    """The arrangement in a sentence, and what belongs to it."""

    sentence: str
    gln: str
    address: str


@dataclass(frozen=True)
class KeyLine:
    """One API key, without anything secret."""

    public_id: UUID
    name: str
    mode: str
    hint: str
    status: str
    phase: str
    created_by: str
    created_at: datetime
    waits_for_reveal: bool


@dataclass(frozen=True)
class Credentials:
    """Modes without a credential that could act here, and this organization's own paused ones by mode and since when."""

    missing: Sequence[str]
    paused: Sequence[tuple[str, datetime]]
    kept_at: UUID | None
    """Whose credentials page helps, if the person may use it."""


@dataclass(frozen=True)
class OrganizationPage:
    """The facts of one organization, for who reaches it."""

    public_id: UUID
    name: str
    legal_name: str
    kind: str
    managed: bool
    fiskaly_calls_it: str
    modes: Sequence[str]
    address: Sequence[str]
    vat_id: str
    tax_number: str
    economy_id: str
    contact_person_id: str
    metadata: dict[str, str]
    made_in_dashboard: bool
    retired_at: datetime | None
    delegation: bool
    provisioned: bool
    path: Sequence[Neighbour]
    provisioned_by: Neighbour | None
    billing: Billing | None
    keys: Sequence[KeyLine]
    credentials: Credentials
    children: OrganizationList | None
    may: frozenset[str]
    """What the person may start here: edit, add, invitations, hand_over, delegate, delegations, enable_live, logo,
    retire."""


def organization_page(reach: Reach) -> OrganizationPage:
    """Everything of the page but the phase, which lives in `progress`. Raises NotAuthorized."""
    reach.require(Scope.ORGANIZATIONS)
    organization = reach.organization
    arrangement = _arrangement(reach)
    known = _known(reach, arrangement)
    return OrganizationPage(
        public_id=organization.public_id,
        name=str(organization),
        legal_name=organization.name,
        kind=str(Kind(organization.kind).label),
        managed=organization.is_managed,
        fiskaly_calls_it=_hub_word(organization),
        modes=[str(mode) for mode in organization.modes],
        address=_address(organization),
        vat_id=organization.vat_id,
        tax_number=organization.tax_number,
        economy_id=organization.economy_id,
        contact_person_id=str(organization.contact_person_id or ""),
        metadata=organization.metadata,
        made_in_dashboard=organization.origin == Origin.CONNECTED,
        retired_at=organization.retired_at,
        delegation=bool(organization.provisioned_by_id and delegated_rights(organization)),
        provisioned=organization.provisioned_by_id is not None,
        path=_path(organization, known),
        provisioned_by=known.get(organization.provisioned_by_id or 0),
        billing=_billing(organization, arrangement, known) if reach.allows(Scope.BILLING) else None,
        keys=_keys(reach),
        credentials=_credentials(reach),
        children=_children(reach),
        may=_may(reach),
    )


def _known(reach: Reach, arrangement: Arrangement | None) -> dict[int, Neighbour]:
    """Related organizations whose names the person may know, by primary key."""
    organization = reach.organization
    related = [organization.parent_id, organization.provisioned_by_id]
    related += [arrangement.bill_to_id] if arrangement else []
    related += [organization.parent.provisioned_by_id] if organization.parent else []
    ids = {pk for pk in related if pk is not None}
    if not reach.actor or not ids:
        return {}
    found = reachable(reach.actor).filter(pk__in=ids).only("public_id", "name", "display_name")
    return {row.pk: Neighbour(row.public_id, str(row)) for row in found}


def _path(organization: Organization, known: dict[int, Neighbour]) -> list[Neighbour]:
    """What stands above, from the top, as far as the person may know it."""
    above = [organization.provisioned_by_id]
    if organization.parent:
        above = [organization.parent.provisioned_by_id, organization.parent_id]
    return [known[pk] for pk in above if pk in known]


def _hub_word(organization: Organization) -> str:
    """What fiskaly's HUB calls the same level (HUB, glossary: Account, Group, Unit)."""
    if organization.is_managed:
        return _("Unit")
    return _("Group") if organization.provisioned_by_id else _("Account")


def _address(organization: Organization) -> list[str]:
    town = f"{organization.zip} {organization.town}"
    lines = (
        organization.address_line1,
        organization.address_line2,
        town,
        organization.state,
        organization.country_code,
    )
    return [line for line in lines if line]


def _arrangement(reach: Reach) -> Arrangement | None:
    if not reach.allows(Scope.BILLING):
        return None
    return Arrangement.objects.select_related("billing_address").filter(organization=reach.organization).first()


def _billing(organization: Organization, arrangement: Arrangement | None, known: dict[int, Neighbour]) -> Billing:
    names = {"name": str(organization)}
    if arrangement is None or arrangement.bill_to_id is None:
        sentence = _("Invoices go to %(name)s itself.") % names
    else:
        place = known.get(arrangement.bill_to_id)
        if place is None:
            # What the terms are is the business of who pays; nothing but this is told.
            return Billing(_("Invoices do not go to this organization."), gln="", address="")
        names["payer"] = place.name
        seen = _("%(name)s sees none.") if arrangement.withhold else _("%(name)s sees them too.")
        sentence = f"{_('Invoices go to %(payer)s.') % names} {seen % names}"
    address = arrangement.billing_address if arrangement else None
    seen_by_viewer = address is not None and (
        address.organization_id == organization.pk or address.organization_id in known
    )
    return Billing(sentence, arrangement.gln if arrangement else "", str(address) if seen_by_viewer else "")


def _keys(reach: Reach) -> list[KeyLine]:
    organization, now = reach.organization, timezone.now()
    keys = list(
        ApiKey.objects.filter(organization=organization, retired_at=None).select_related("issued", "created_by")
    )
    mirrors = {
        mirror.subject_id: mirror
        for mirror in Mirror.objects.filter(organization=organization, kind=KindName.API_KEY)
        .select_related("credential")
        .defer("agreed", "observed")
    }
    known = known_people(reach.actor, [key.created_by_id for key in keys])
    return [_key_row(key, mirrors.get(key.public_id), now, known) for key in keys]


def _key_row(key: ApiKey, mirror: Mirror | None, now: datetime, known: frozenset[int]) -> KeyLine:
    issued = getattr(key, "issued", None)
    paused = bool(mirror and mirror.credential and mirror.credential.status == CredentialStatus.PAUSED)
    return KeyLine(
        public_id=key.public_id,
        name=key.name,
        mode=key.mode,
        hint=issued.key_hint if issued else "",
        status=key.get_status_display(),
        phase=phase_of(mirror, generation=key.generation, retired=False, now=now, credential_paused=paused),
        created_by=name_of(key.created_by, known),
        created_at=key.created_at,
        waits_for_reveal=bool(issued and issued.secret_sealed and issued.reveal_until > now),
    )


def _credentials(reach: Reach) -> Credentials:
    organization = reach.organization
    holders = holders_of(organization)
    rows = list(
        Credential.objects.filter(organization__in=holders)
        .exclude(status=CredentialStatus.REVOKED)
        .values_list("organization_id", "mode", "status", "status_since")
    )
    held = {mode for _pk, mode, _status, _since in rows}
    missing = [] if organization.retired_at else [str(mode) for mode in organization.modes if mode not in held]
    paused = [(mode, since) for pk, mode, status, since in rows if status == CredentialStatus.PAUSED]
    kept_at = None
    if (missing or paused) and reach.actor:
        allowed = reachable(reach.actor, Scope.ORGANIZATIONS, Level.MANAGE)
        ids = [holder.pk for holder in holders]
        by_pk = dict(allowed.filter(pk__in=ids).values_list("pk", "public_id"))
        kept_at = next((by_pk[pk] for pk in ids if pk in by_pk), None)
    return Credentials(missing, paused, kept_at)


def _children(reach: Reach) -> OrganizationList | None:
    """The first organizations below, with the counts of their phases; none below a managed organization."""
    if reach.organization.is_managed or reach.actor is None:
        return None
    filters = OrganizationFilters(parent=reach.organization.public_id)
    return list_organizations(reach.actor, filters, size=CHILDREN_SHOWN)


def _may(reach: Reach) -> frozenset[str]:
    organization = reach.organization
    may: set[str] = set()
    if organization.retired_at:
        return frozenset()
    if reach.allows(Scope.ORGANIZATIONS, Level.MANAGE):
        may |= {"logo", "retry"}
        if organization.origin != Origin.CONNECTED:
            may |= {"edit", "retire"}
        if not organization.is_managed and reach.allows_below(Scope.ORGANIZATIONS, Level.MANAGE):
            may.add("add")
        if organization.parent and organization.parent.in_live and not organization.in_live:
            may.add("enable_live")
    return frozenset(may | _may_with_people(reach))


def _may_with_people(reach: Reach) -> set[str]:
    organization, may = reach.organization, set()
    if reach.allows(Scope.USERS):
        may.add("invitations")
        if not organization.is_managed:
            may.add("delegate" if organization.provisioned_by_id else "delegations")
    if reach.owner and reach.road == Road.DIRECT and reach.allows(Scope.USERS, Level.MANAGE):
        may.add("hand_over")
    return may
