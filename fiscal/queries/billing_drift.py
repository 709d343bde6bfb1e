"""Three values of each of an arrangement's terms that differ: ours, the provider's, and what both last agreed on."""

from __future__ import annotations

from django.utils.translation import gettext as _

from billing.models import Arrangement, BillingAddress
from billing.services import address_owners, may_arrange
from fiscal.choices import KindName
from fiscal.mirror.kinds.arrangement import Held, held_in
from fiscal.models import Mirror
from fiscal.queries.drift import Drift, FieldDrift
from fiscal.queries.words import FIELD_WORDS
from organizations.access import NotAuthorized, Reach, name_for
from organizations.choices import Level, Scope
from organizations.models import Organization

TERMS = ("bill_to", "withhold", "gln", "billing_address")


def terms_drift(reach: Reach) -> Drift:
    """The drift of the arrangement of the organization reached; empty as long as nobody found any.

    Only for who may decide about it: raises NotAuthorized. SECURITY: what lies out of reach has no name.
    """
    if not may_arrange(reach):
        raise NotAuthorized(Scope.BILLING, Level.MANAGE)
    mirror = Mirror.objects.filter(kind=KindName.ARRANGEMENT, organization=reach.organization).first()
    arrangement = (
        Arrangement.objects.select_related("bill_to", "billing_address").filter(organization=reach.organization).first()
    )
    if mirror is None or mirror.drifted_at is None or arrangement is None:
        return Drift((), None, mirror.observed_at if mirror else None)
    ours = Held(arrangement.bill_to, arrangement.billing_address, arrangement.withhold, arrangement.gln, unknown=())
    columns = [_words(reach, held) for held in (ours, held_in(mirror.observed), held_in(mirror.agreed))]
    fields = [
        FieldDrift(name, str(FIELD_WORDS[name]), *(column[name] for column in columns))
        for name in TERMS
        if columns[0][name] != columns[1][name]
    ]
    return Drift(fields, mirror.drifted_at, mirror.observed_at)


def _words(reach: Reach, held: Held) -> dict[str, str]:
    unknown = _("something that Kontor does not know")
    return {
        "bill_to": unknown if "bill_to" in held.unknown else _organization(reach, held.bill_to),
        "withhold": str(_("yes") if held.withhold else _("no")),
        "gln": held.gln,
        "billing_address": unknown if "billing_address" in held.unknown else _address(reach, held.billing_address),
    }


def _organization(reach: Reach, organization: Organization | None) -> str:
    if organization is None:
        return str(reach.organization)
    return name_for(reach.actor, organization) or _("an organization that you cannot see")


def _address(reach: Reach, address: BillingAddress | None) -> str:
    if address is None:
        return ""
    return str(address) if address.organization_id in address_owners(reach) else _("an address that you cannot see")
