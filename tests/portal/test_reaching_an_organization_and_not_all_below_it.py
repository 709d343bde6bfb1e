"""Who is let in at an organization alone meets nothing of what is below it: no name, no number, no id."""

from __future__ import annotations

import pytest
from django.utils import timezone

from fiscal.models import Backfill, Connection, Finding, Register, Window
from fiscal.queries import sales_summary
from fiscal.queries.connection_page import connection_page
from fiscal.queries.connections import ConnectionFilters, list_connections, list_connections_of
from fiscal.queries.inviting import further_places
from fiscal.queries.people_choices import organizations_to_grant, people_by_id
from fiscal.queries.register_page import moving_choices
from fiscal.services import change_register
from organizations.access import NotAuthorized, Reach, access_organization
from organizations.choices import Covers, Kind, Level, Mode, Scope
from organizations.models import NamedGroup, NamedGroupMember
from organizations.services import add_organization
from tests.cast import Cast, allow, details, person
from tests.portal.sales import signed_in, today, url
from tests.takings import Takings

PAGES = (
    "organization", "organization_keys", "activity", "billing", "registers", "shops", "connections", "receipts",
    "organization_statistics", "verification", "payment_methods", "uploads", "credentials", "organization_retire", "why",
)  # fmt: skip


@pytest.fixture
def till(cast: Cast) -> Register:
    """A register of the maker's connection that stands in the shop below."""
    takings = Takings()
    source = takings.connection(cast.maker)
    register = takings.register(cast.shop, "Canary till", source=source)
    takings.register(cast.maker, "Own till", source=source)
    day = today()
    Window.objects.create(connection=source, register=register, first_day=day, last_day=day, started_at=timezone.now())
    Backfill.objects.create(connection=source, register=register, first_day=day, last_day=day, next_day=day)
    return register


@pytest.fixture
def clerk(cast: Cast):
    who = person("clerk@kassenwerk.example", "Clerk")
    allow(who, cast.maker, *Scope, level=Level.MANAGE, covers=Covers.HERE)
    return who


@pytest.fixture
def here(cast: Cast, clerk) -> Reach:
    return access_organization(clerk, cast.maker.public_id, scope=Scope.ORGANIZATIONS)


def test_no_page_of_the_organization_names_anything_below(cast, clerk, till):
    client = signed_in(clerk)
    addresses = [url(name, cast.maker) for name in PAGES]
    addresses += [url("connection", cast.maker, till.connection.public_id), "/organizations/", "/keys/", "/"]
    for address in addresses:
        answer = client.get(address)
        assert answer.status_code == 200, address
        for secret in ("Canary", "Gasthaus Mio", "Nebenan", str(till.public_id), str(cast.shop.public_id)):
            assert secret not in answer.content.decode(), (address, secret)


def test_ids_of_what_is_below_are_not_there(cast, clerk, till):
    client = signed_in(clerk)
    for name in ("register", "register_edit", "register_place"):
        assert client.get(url(name, cast.maker, till.public_id)).status_code == 404
    assert client.get(url("organization", cast.shop)).status_code == 404


def test_nothing_below_is_counted(cast, clerk, till):
    found = sales_summary(access_organization(clerk, cast.maker.public_id, scope=Scope.ORGANIZATIONS))

    assert found is not None
    assert found.registers == 1
    assert [row.registers for row in list_connections(clerk, ConnectionFilters()).rows] == [1]
    assert Connection.objects.get().registers.count() == 2


def test_an_area_that_holds_below_does_not_open_another_that_holds_here_only(cast, till):
    clerk = person("mixed@kassenwerk.example", "Mixed")
    allow(clerk, cast.maker, Scope.ORGANIZATIONS)
    allow(clerk, cast.maker, Scope.CLIENTS, Scope.USERS, covers=Covers.HERE)

    found = sales_summary(access_organization(clerk, cast.maker.public_id, scope=Scope.ORGANIZATIONS))

    assert found is not None
    assert found.registers == 1


def test_who_manages_here_and_only_looks_below_changes_nothing_below(cast, till):
    clerk = person("mixed@kassenwerk.example", "Mixed")
    allow(clerk, cast.maker, Scope.CLIENTS)
    allow(clerk, cast.maker, Scope.CLIENTS, level=Level.MANAGE, covers=Covers.HERE)
    reach = access_organization(clerk, cast.maker.public_id, scope=Scope.CLIENTS, level=Level.MANAGE)

    with pytest.raises(Register.DoesNotExist):
        change_register(reach, till.public_id, name="Taken over")


def test_who_is_let_in_here_alone_makes_nothing_below(cast, clerk):
    reach = access_organization(clerk, cast.maker.public_id, scope=Scope.ORGANIZATIONS, level=Level.MANAGE)

    with pytest.raises(NotAuthorized):
        add_organization(reach, kind=Kind.MANAGED, details=details("Unsichtbar KG"), mode=Mode.TEST)


def test_a_named_group_shows_its_members_and_not_the_organization_above(cast, till):
    clerk = person("group@kassenwerk.example", "Group")
    group = NamedGroup.objects.create(organization=cast.maker, name="Wien")
    NamedGroupMember.objects.create(group=group, organization=cast.sibling)
    grant = allow(clerk, cast.maker, *Scope, level=Level.MANAGE)
    type(grant).objects.filter(pk=grant.pk).update(covers=Covers.GROUP, group=group)
    client = signed_in(clerk)

    assert client.get(url("organization", cast.maker)).status_code == 404
    assert client.get(url("organization", cast.shop)).status_code == 404
    for name in set(PAGES) - {"credentials", "organization_retire"}:
        answer = client.get(url(name, cast.sibling))
        assert answer.status_code == 200, name
        assert "Canary" not in answer.content.decode()
        assert "Kassenwerk GmbH" not in answer.content.decode()


def test_a_connection_tells_of_what_stands_here_alone(cast, here, till):
    for register in Register.objects.all():
        Finding.objects.create(register=register, code="CHAIN_BROKEN", day=today(), found_at=timezone.now())

    page = connection_page(here, till.connection.public_id)

    assert page is not None
    assert (page.row.registers, [line.name for line in page.registers], page.findings) == (1, ["Own till"], 1)
    assert (page.windows, page.backfills) == ([], [])
    assert [row.registers for row in list_connections_of(here, ConnectionFilters()).rows] == [1]


def test_a_register_is_moved_to_nothing_below(cast, here, till):
    choices = moving_choices(here, Register.objects.get(name="Own till").public_id)

    assert choices is not None
    assert [name for _public_id, name in choices.organizations] == ["Kassenwerk GmbH"]


def test_nothing_below_is_offered_for_a_grant_or_an_invitation(cast, here):
    assert [name for _public_id, name in organizations_to_grant(here)] == ["Kassenwerk GmbH"]
    assert people_by_id(here, [cast.stranger.public_id]) == []


@pytest.mark.parametrize("here_only", [Scope.USERS, Scope.BULK])
def test_it_takes_both_areas_below_to_invite_there(cast, here_only):
    mixed = person("mixed@kassenwerk.example", "Mixed")
    allow(mixed, cast.maker, *{Scope.USERS, Scope.BULK} - {here_only}, level=Level.MANAGE)
    allow(mixed, cast.maker, Scope.USERS, Scope.BULK, level=Level.MANAGE, covers=Covers.HERE)
    reach = access_organization(mixed, cast.maker.public_id, scope=Scope.USERS)

    assert further_places(reach, "Gasthaus", []) == []
