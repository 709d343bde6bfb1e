"""Each sentence of the guide "fiskaly Dashboard & Management API" about authorizations, as a test under its heading."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from fiscal.queries.billing import billing_of
from fiscal.queries.keys import KeyFilter, list_keys
from fiscal.queries.organizations import OrganizationFilters, list_organizations
from organizations.access import NoSuchOrganization, NotAuthorized, access_organization, name_for, reach_at, reachable
from organizations.choices import AREAS, Covers, Level, Mode, Preset, Scope
from organizations.models import Delegation, Grant, Organization, Role, User
from organizations.rules import RulesBroken
from organizations.services import (
    add_organization,
    give_up_delegation,
    grant_access,
    issue_key,
    revoke_access,
    set_delegation,
)
from tests.cast import Cast, allow, below, details, person


def sees(user: User, organization: Organization, scope: Scope, level: Level = Level.VIEW) -> bool:
    try:
        access_organization(user, organization.public_id, scope=scope, level=level)
    except (NoSuchOrganization, NotAuthorized):
        return False
    return True


def everything(user: User, organization: Organization) -> bool:
    return all(sees(user, organization, scope, Level.MANAGE) for scope in Scope)


def nothing(user: User, organization: Organization) -> bool:
    """Not even that it exists."""
    return not reachable(user).filter(pk=organization.pk).exists()


# User Authorizations in the Organization


def test_users_of_an_organization_have_access_to_all_information_of_it(cast: Cast):
    """Heading "User Authorizations in the Organization"."""
    assert everything(cast.petra, cast.maker)


def test_persons_invited_to_an_organization_have_access_as_well(cast: Cast):
    """Heading "User Authorizations in the Organization": here as far as the role they are given carries."""
    guest = person("guest@kassenwerk.example", "Guest")
    assert nothing(guest, cast.maker)

    grant_access(
        access_organization(cast.petra, cast.maker.public_id, scope=Scope.USERS, level=Level.MANAGE),
        to=guest,
        role=Role.objects.get(preset=Preset.AUDITOR),
    )

    assert all(sees(guest, cast.maker, area) for area in AREAS)
    assert all(sees(guest, cast.shop, area) for area in AREAS)


def test_users_of_an_organization_have_access_to_all_its_managed_organizations(cast: Cast):
    """Heading "User Authorizations in the Organization"."""
    assert everything(cast.petra, cast.shop)
    assert everything(cast.petra, cast.sibling)


def test_a_managed_organization_attached_later_is_reached_at_once(cast: Cast):
    """Heading "User Authorizations in the Organization": "attached" is asked when somebody looks."""
    later = below(cast.petra, cast.maker, "Später dazu KG")

    assert everything(cast.petra, later)
    assert nothing(cast.mio, later)


def test_there_are_the_nine_user_authorizations():
    """Heading "User Authorizations": TSE, clients, transactions, exports, integrations, organization management,

    user administration, signature and transaction monitoring, billing.
    """
    assert [str(area) for area in AREAS] == [
        "TSS",
        "CLIENTS",
        "TRANSACTIONS",
        "EXPORTS",
        "INTEGRATIONS",
        "ORGANIZATIONS",
        "USERS",
        "MONITORING",
        "BILLING",
    ]


@pytest.mark.parametrize("area", AREAS)
def test_each_authorization_stands_alone(cast: Cast, area: Scope):
    """Heading "User Authorizations": one is never inferred from another."""
    clerk = person("clerk@kassenwerk.example", "Clerk")
    allow(clerk, cast.maker, area)

    assert [each for each in Scope if sees(clerk, cast.maker, each)] == [area]
    assert [each for each in Scope if sees(clerk, cast.shop, each)] == [area]
    assert not sees(clerk, cast.maker, area, Level.MANAGE)


def test_user_authorizations_are_organized_in_the_organization(cast: Cast):
    """Heading "What is an Organization?": with user administration, and with nothing less."""
    clerk = person("clerk@kassenwerk.example", "Clerk")
    allow(clerk, cast.maker, *(area for area in AREAS if area != Scope.USERS), level=Level.MANAGE)
    reach = access_organization(clerk, cast.maker.public_id, scope=Scope.ORGANIZATIONS)

    with pytest.raises(NotAuthorized):
        grant_access(reach, to=cast.mio, role=Role.objects.get(preset=Preset.VIEWER))


# User Authorizations in a Managed Organization


def test_users_of_a_managed_organization_have_only_access_to_it(cast: Cast):
    """Heading "User Authorizations in a Managed Organization"."""
    assert list(reachable(cast.mio)) == [cast.shop]


def test_users_of_a_managed_organization_have_no_access_to_the_parent(cast: Cast):
    """Heading "User Authorizations in a Managed Organization": neither its pages nor its name nor its keys."""
    issue_key(cast.reach(cast.petra, cast.maker), name="above", mode=Mode.TEST)

    assert nothing(cast.mio, cast.maker)
    assert name_for(cast.mio, cast.maker) is None
    assert [row.organization for row in list_keys(cast.mio, KeyFilter()).rows] == []


def test_users_of_a_managed_organization_have_no_access_to_another_one_beside_it(cast: Cast):
    """Heading "User Authorizations in a Managed Organization": "only"."""
    assert nothing(cast.mio, cast.sibling)


def test_within_a_managed_organization_users_have_access_to_all_stored_there(cast: Cast):
    """Heading "User Authorizations in a Managed Organization"."""
    assert everything(cast.mio, cast.shop)


@pytest.mark.parametrize("covers", [*Covers][:2])
def test_however_far_a_grant_at_a_managed_organization_reaches_it_never_leads_up(cast: Cast, covers: Covers):
    """Heading "User Authorizations in a Managed Organization"."""
    guest = person("guest@gasthaus.example", "Guest")
    allow(guest, cast.shop, *Scope, level=Level.MANAGE, covers=covers)

    assert list(reachable(guest)) == [cast.shop]


# Difference Between an Organization and a Managed Organization


def test_users_of_organizations_also_have_access_to_connected_managed_organizations(cast: Cast):
    """Heading "Difference in User Authorizations in Organizations and Managed Organizations"."""
    listed = list_organizations(cast.hanna, OrganizationFilters())

    assert {row.public_id for row in listed.rows} == {cast.holding.public_id, cast.branch.public_id}


def test_users_of_managed_organizations_do_not_have_access_to_the_parent(cast: Cast):
    """Heading "Difference in User Authorizations in Organizations and Managed Organizations"."""
    clerk = person("clerk@ostermann.example", "Clerk")
    allow(clerk, cast.branch, *Scope, level=Level.MANAGE)

    assert nothing(clerk, cast.holding)
    assert nothing(clerk, cast.maker)


def test_a_managed_organization_cannot_contain_further_ones(cast: Cast):
    """Heading "Difference Between an Organization and a Managed Organization": so no road leads two levels down."""
    with pytest.raises(RulesBroken, match="cannot have organizations below it"):
        add_organization(
            cast.reach(cast.petra, cast.shop), kind="MANAGED_ORGANIZATION", details=details("Enkel"), mode=Mode.TEST
        )


def test_what_somebody_has_at_an_organization_can_be_narrowed_to_it_alone(cast: Cast):
    """Heading "User Authorizations in the Organization" says "also the attached ones": that is what a grant covers."""
    clerk = person("clerk@kassenwerk.example", "Clerk")
    allow(clerk, cast.maker, Scope.ORGANIZATIONS, covers=Covers.HERE)

    assert list(reachable(clerk)) == [cast.maker]


# Billing Options


def test_who_is_withheld_from_billing_does_not_see_who_is_invoiced(cast: Cast):
    """Heading "Withhold Billing": the invoice "cannot be viewed" by the managed organization."""
    told = billing_of(access_organization(cast.mio, cast.shop.public_id, scope=Scope.BILLING))

    assert not told.open
    assert str(cast.maker) not in told.sentence


# Organizational Structure


def test_individual_customers_are_administered_through_the_main_organization(cast: Cast):
    """Heading "Individual Customers - Best Practice"."""
    key = issue_key(
        access_organization(cast.petra, cast.shop.public_id, scope=Scope.ORGANIZATIONS), name="pos", mode=Mode.TEST
    )

    assert key.organization == cast.shop


def test_an_enterprise_customer_manages_its_own_organizations(cast: Cast):
    """Heading "Enterprise Customers", the one choice."""
    Delegation.objects.all().delete()

    assert everything(cast.hanna, cast.holding)
    assert everything(cast.hanna, cast.branch)
    assert nothing(cast.petra, cast.holding)
    assert nothing(cast.petra, cast.branch)


def test_or_it_is_managed_by_the_pos_provider(cast: Cast):
    """Heading "Enterprise Customers", the other choice: with all its branches, in the areas that it names."""
    set_delegation(owner_of(cast, cast.holding), rights={Scope.TSS: Level.MANAGE, Scope.BILLING: Level.VIEW})

    assert sees(cast.petra, cast.holding, Scope.TSS, Level.MANAGE)
    assert sees(cast.petra, cast.branch, Scope.TSS, Level.MANAGE)
    assert sees(cast.petra, cast.branch, Scope.BILLING)
    assert not sees(cast.petra, cast.branch, Scope.BILLING, Level.MANAGE)
    assert not sees(cast.petra, cast.branch, Scope.USERS)


def test_either_side_can_end_that_the_provider_manages_it(cast: Cast):
    """Heading "Enterprise Customers": a decision, so it can be taken back, and holds at the next look."""
    set_delegation(owner_of(cast, cast.holding), rights=dict.fromkeys(Scope, Level.MANAGE))
    own = access_organization(cast.petra, cast.maker.public_id, scope=Scope.USERS)
    give_up_delegation(own, organization_id=cast.holding.public_id)

    assert nothing(cast.petra, cast.holding)


def test_what_is_delegated_is_never_more_than_the_providers_person_has(cast: Cast):
    """Heading "Enterprise Customers": it is managed by the provider, and there by those who may."""
    set_delegation(owner_of(cast, cast.holding), rights=dict.fromkeys(Scope, Level.MANAGE))
    clerk = person("clerk@kassenwerk.example", "Clerk")
    allow(clerk, cast.maker, Scope.TSS)

    assert [scope for scope in Scope if sees(clerk, cast.branch, scope)] == [Scope.TSS]
    assert not sees(clerk, cast.branch, Scope.TSS, Level.MANAGE)


def test_a_white_label_partner_manages_its_customers_on_its_own(cast: Cast):
    """Heading "White Label Partner": who provisioned it does not even see it."""
    customer = below(cast.wanda, cast.label, "Kunde von Wanda KG")

    assert everything(cast.wanda, customer)
    assert nothing(cast.petra, cast.label)
    assert nothing(cast.petra, customer)


# And at any time


def test_a_right_that_ended_is_gone_at_the_next_look_and_still_known_of_the_past(cast: Cast):
    """Beside the guide: a grant is a span of time, and the same question can be asked of the past."""
    guest = person("guest@kassenwerk.example", "Guest")
    grant = allow(guest, cast.maker, Scope.USERS, Scope.TSS)
    before = timezone.now() - timedelta(minutes=1)
    revoke_access(owner_of(cast, cast.maker), grant_id=grant.public_id)

    assert nothing(guest, cast.shop)
    assert reach_at(guest, cast.shop, at=before).allows(Scope.TSS)
    assert Grant.objects.filter(pk=grant.pk).exists()


def owner_of(cast: Cast, organization: Organization):
    who = cast.hanna if organization == cast.holding else cast.petra
    return access_organization(who, organization.public_id, scope=Scope.USERS, level=Level.MANAGE)
