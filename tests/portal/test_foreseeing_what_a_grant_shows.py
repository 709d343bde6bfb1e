"""What a grant would show, told before it is saved, is what the person's own lists count afterwards."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.utils import timezone

from billing.models import Arrangement
from fiscal.queries.billing import billing_of
from fiscal.queries.connections import ConnectionFilters, list_connections
from fiscal.queries.exposure import Exposure, exposure
from fiscal.queries.keys import KeyFilter, list_keys
from fiscal.queries.organizations import OrganizationFilters, list_organizations
from fiscal.queries.registers import RegisterFilters, list_registers
from organizations.access import NotAuthorized, Reach, access_organization, reachable
from organizations.choices import AREAS, Covers, Kind, Level, Mode, Preset, Scope
from organizations.models import (
    Delegation,
    Grant,
    NamedGroup,
    NamedGroupMember,
    Organization,
    Role,
    Team,
    TeamMember,
    User,
)
from organizations.rules import RulesBroken
from organizations.services import grant_access, issue_key
from organizations.services.grants import change_access, revoke_access
from tests.cast import Cast, allow, person
from tests.takings import Takings


@pytest.fixture
def maria(cast: Cast) -> User:
    """Somebody new, in a world with keys, registers and something LIVE."""
    for organization in (cast.maker, cast.shop, cast.branch):
        issue_key(cast.reach(cast.petra, organization), name="till", mode=Mode.TEST)
    takings = Takings()
    for organization in (cast.shop, cast.sibling, cast.branch, cast.elsewhere):
        takings.register(organization)
    Organization.objects.filter(pk=cast.shop.pk).update(in_live=True)
    Organization.objects.filter(pk=cast.sibling.pk).update(retired_at=timezone.now())
    return person("maria@kassenwerk.example", "Maria")


def owner(cast: Cast, organization: Organization) -> Reach:
    who = {cast.holding.pk: cast.hanna, cast.branch.pk: cast.hanna, cast.label.pk: cast.wanda}
    return access_organization(
        who.get(organization.pk, cast.petra), organization.public_id, scope=Scope.USERS, level=Level.MANAGE
    )


def preset(name: Preset) -> Role:
    return Role.objects.get(preset=name)


def known_to(reach: Reach, user: User) -> None:
    """A grant that has ended: its holder is known at the organization and sees nothing of it."""
    now = timezone.now()
    Grant.objects.create(
        user=user, organization=reach.organization, role=preset(Preset.VIEWER), since=now - timedelta(2), until=now
    )


def own_lists(user: User) -> dict[str, object]:
    """What the person's own lists count now."""
    listed = list_organizations(user, OrganizationFilters())
    billed = list(reachable(user, Scope.BILLING))
    pages = [billing_of(access_organization(user, one.public_id, scope=Scope.BILLING)) for one in billed]
    return {
        "organizations": listed.total,
        "managed": listed.kinds[Kind.MANAGED],
        "live": listed.modes[Mode.LIVE],
        "billing": len(billed),
        "invoices": sum(page.open for page in pages),
        "keys": list_keys(user, KeyFilter()).total,
        "registers": list_registers(user, RegisterFilters()).total,
        "connections": list_connections(user, ConnectionFilters()).total,
        "bulk": reachable(user, Scope.BULK, Level.MANAGE).count(),
        **{area: (reachable(user, area).count(), reachable(user, area, Level.MANAGE).count()) for area in AREAS},
    }


def foreseen(found: Exposure, when: str) -> dict[str, object]:
    names = ("organizations", "managed", "live", "billing", "invoices", "keys", "registers", "connections", "bulk")
    areas = {area.scope: (getattr(area.seen, when), getattr(area.changed, when)) for area in found.areas}
    return {**{name: getattr(getattr(found, name), when) for name in names}, **areas}


def assert_foreseen(found: Exposure, before: dict[str, object], user: User) -> None:
    assert foreseen(found, "today") == before
    assert foreseen(found, "after") == own_lists(user)


@pytest.mark.parametrize("place", ["maker", "shop", "holding"])
@pytest.mark.parametrize("reaches", [Covers.HERE, Covers.BELOW])
def test_the_numbers_equal_what_the_lists_show_after_saving(cast, maria, place, reaches):
    reach = owner(cast, getattr(cast, place))
    known_to(reach, maria)
    for name in (Preset.ADMIN, Preset.BILLING, Preset.TECHNICIAN, Preset.AUDITOR):
        role, before = preset(name), own_lists(maria)
        found = exposure(reach, user=maria.public_id, role=role.public_id, reaches=reaches)
        grant = grant_access(reach, to=maria, role=role, reaches=reaches)
        assert found.name == "Maria"
        assert_foreseen(found, before, maria)
        revoke_access(reach, grant_id=grant.public_id)


def test_a_named_group_shows_its_members_and_what_those_delegate_that_it_provisioned(cast, maria):
    group = NamedGroup.objects.create(organization=cast.maker, name="Wien")
    for one in (cast.shop, cast.holding, cast.label):
        NamedGroupMember.objects.create(group=group, organization=one)
    Delegation.objects.filter(organization=cast.holding).delete()
    Delegation.objects.create(organization=cast.holding, scope=Scope.TSS, level=Level.VIEW)
    reach = owner(cast, cast.maker)
    role = preset(Preset.TECHNICIAN)

    found = exposure(reach, role=role.public_id, reaches=Covers.GROUP, group=group.public_id)
    grant_access(reach, to=maria, role=role, reaches=Covers.GROUP, group=group)

    assert found.name == ""
    assert foreseen(found, "after") == own_lists(maria)
    assert found.areas[0].seen.after == 3, "the shop, the holding and its branch"
    assert found.areas[0].changed.after == 1, "the holding delegates to look only"
    assert any(str(cast.maker) in sentence for sentence in found.hidden), "the maker itself is not in the group"


def test_what_the_person_has_already_is_counted_once(cast, maria):
    allow(maria, cast.shop, Scope.ORGANIZATIONS, Scope.BILLING)
    reach = owner(cast, cast.maker)
    before = own_lists(maria)

    found = exposure(reach, user=maria.public_id, role=preset(Preset.VIEWER).public_id, reaches=Covers.BELOW)
    grant_access(reach, to=maria, role=preset(Preset.VIEWER))

    assert_foreseen(found, before, maria)
    assert found.organizations.today == 1
    assert found.organizations.signed.startswith("+")


def test_a_change_counts_what_the_old_grant_no_longer_shows(cast, maria):
    reach = owner(cast, cast.maker)
    old = grant_access(reach, to=maria, role=preset(Preset.AUDITOR))
    before = own_lists(maria)

    found = exposure(
        reach,
        user=maria.public_id,
        role=preset(Preset.BILLING).public_id,
        reaches=Covers.HERE,
        replaces=old.public_id,
    )
    change_access(reach, grant_id=old.public_id, role=preset(Preset.BILLING), reaches=Covers.HERE)

    assert_foreseen(found, before, maria)
    assert found.organizations.signed.startswith("−")


def test_a_team_shows_to_each_of_its_people(cast, maria):
    team = Team.objects.create(organization=cast.maker, name="Support")
    TeamMember.objects.create(team=team, user=maria)
    reach = owner(cast, cast.maker)

    found = exposure(reach, team=team.public_id, role=preset(Preset.ADMIN).public_id, reaches=Covers.BELOW)
    grant_access(reach, to=team, role=preset(Preset.ADMIN))

    assert (found.name, found.people) == ("Support", 1)
    assert foreseen(found, "after") == own_lists(maria)


def test_what_somebody_has_elsewhere_is_never_told(cast, maria):
    """Maria works for another partner as well: that is none of Petra's business, not even as a number."""
    allow(maria, cast.elsewhere, *Scope, level=Level.MANAGE)
    reach = owner(cast, cast.maker)
    known_to(reach, maria)

    found = exposure(reach, user=maria.public_id, role=preset(Preset.VIEWER).public_id, reaches=Covers.BELOW)

    assert found.organizations.today == 0
    assert found.organizations.after == reachable(cast.petra, Scope.ORGANIZATIONS).count()


def test_somebody_who_cannot_sign_in_would_see_nothing(cast, maria):
    reach = owner(cast, cast.maker)
    known_to(reach, maria)
    User.objects.filter(pk=maria.pk).update(is_active=False)

    found = exposure(reach, user=maria.public_id, role=preset(Preset.ADMIN).public_id, reaches=Covers.BELOW)

    assert found.nothing_changes


def test_who_is_invoiced_stays_hidden_where_the_payer_stands_above(cast, maria):
    Arrangement.objects.filter(organization=cast.shop).update(bill_to=cast.maker, withhold=True)
    reach = owner(cast, cast.shop)

    found = exposure(reach, role=preset(Preset.BILLING).public_id, reaches=Covers.HERE)

    assert (found.billing.after, found.invoices.after) == (1, 0)
    assert found.billing_becomes_visible
    assert "The organization above Gasthaus Mio, its keys, and what else it manages." in found.hidden


def test_an_id_that_was_not_offered_is_refused(cast, maria):
    reach = owner(cast, cast.maker)
    role = preset(Preset.VIEWER).public_id
    foreign = Role.objects.create(organization=cast.elsewhere, name="Theirs", sentence="Theirs.")
    with pytest.raises(RulesBroken, match="roles offered"):
        exposure(reach, role=foreign.public_id, reaches=Covers.BELOW)
    with pytest.raises(RulesBroken, match="people offered"):
        exposure(reach, role=role, reaches=Covers.BELOW, user=cast.stranger.public_id)
    with pytest.raises(RulesBroken, match="teams offered"):
        exposure(reach, role=role, reaches=Covers.BELOW, team=uuid4())
    with pytest.raises(RulesBroken, match="named group"):
        exposure(reach, role=role, reaches=Covers.GROUP, group=uuid4())
    with pytest.raises(RulesBroken, match="ended meanwhile"):
        exposure(reach, role=role, reaches=Covers.BELOW, replaces=uuid4())


def test_without_user_administration_nothing_is_foreseen(cast, maria):
    allow(maria, cast.maker, Scope.ORGANIZATIONS)
    reach = access_organization(maria, cast.maker.public_id, scope=Scope.ORGANIZATIONS)
    with pytest.raises(NotAuthorized):
        exposure(reach, role=preset(Preset.VIEWER).public_id, reaches=Covers.BELOW)


def test_it_costs_the_same_for_one_organization_and_for_many(cast, maria, django_assert_max_num_queries):
    reach = owner(cast, cast.maker)
    known_to(reach, maria)
    with django_assert_max_num_queries(18):
        exposure(reach, user=maria.public_id, role=preset(Preset.AUDITOR).public_id, reaches=Covers.BELOW)


def test_the_fragment_says_it_in_words(cast, maria):
    found = exposure(owner(cast, cast.maker), role=preset(Preset.AUDITOR).public_id, reaches=Covers.BELOW)
    html = " ".join(
        render_to_string("portal/people/_exposure.html", {"exposure": found}, RequestFactory().get("/")).split()
    )
    assert f"will see {found.organizations.after} organizations" in html
    assert f"{found.managed.after} managed, {found.live.after} LIVE" in html
    assert "Billing becomes visible" in html
    assert html.startswith('<section id="exposure"')
