"""Named groups of organizations: whoever was granted a group reaches what is in it, and nothing else (rows 21, 25)."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from organizations.access import reachable
from organizations.choices import Covers, Kind, Level, Preset, Scope, Verb
from organizations.models import AuditEntry, NamedGroup, NamedGroupMember, Organization
from organizations.services import delegate_everything
from tests.cast import Cast, allow
from tests.portal.people import grant
from tests.portal.sales import only, signed_in, url


@pytest.fixture
def petra(cast: Cast) -> Client:
    return signed_in(cast.petra)


@pytest.fixture
def south(cast: Cast) -> NamedGroup:
    return NamedGroup.objects.create(organization=cast.maker, name="South")


def names(of: NamedGroup) -> set[str]:
    rows = NamedGroupMember.objects.filter(group=of, until=None).select_related("organization")
    return {str(row.organization) for row in rows}


def change(client: Client, cast: Cast, of: NamedGroup, *places: Organization, **more: str):
    sent = {"organization": [str(place.public_id) for place in places], "do": "add", **more}
    return client.post(url("group_change", cast.maker, of.public_id), sent)


def test_a_group_is_made_and_takes_organizations_in_and_out(cast, petra):
    assert petra.post(url("group_new", cast.maker), {"name": "South"}).status_code == 303
    south = NamedGroup.objects.get(name="South")
    assert change(petra, cast, south, cast.shop, cast.sibling, cast.maker).status_code == 303
    assert names(south) == {"Gasthaus Mio", "Café Nebenan", "Kassenwerk GmbH"}
    assert change(petra, cast, south, cast.shop, do="remove").status_code == 303
    assert names(south) == {"Café Nebenan", "Kassenwerk GmbH"}
    entries = AuditEntry.objects.filter(verb=Verb.GROUP_CHANGED).order_by("pk")
    assert [sorted(entry.before) + sorted(entry.after) for entry in entries] == [["organizations"], ["organizations"]]


def test_it_offers_itself_what_it_manages_and_what_it_provisioned_as_far_as_reached(cast, petra, south):
    def offered() -> str:
        return petra.get(url("group", cast.maker, south.public_id), {"tab": "all"}).content.decode()

    page = offered()
    for name in ("Kassenwerk GmbH", "Gasthaus Mio", "Café Nebenan"):
        assert name in page
    for name in ("Modehaus", "Ostermann Graz", "Wanda", "Fremde Kassen"):
        assert name not in page
    delegate_everything(cast.reach(cast.hanna, cast.holding))
    assert "Modehaus Ostermann AG" in offered()
    assert change(petra, cast, south, cast.holding).status_code == 303


def test_what_is_out_of_reach_or_belongs_elsewhere_is_not_taken_in(cast, petra, south):
    for place in (cast.elsewhere, cast.holding, cast.branch):
        assert change(petra, cast, south, cast.shop, place).status_code == 422
    assert names(south) == set()


def test_members_that_the_reader_does_not_reach_are_counted_and_never_named(cast, petra, south):
    NamedGroupMember.objects.create(group=south, organization=cast.label)
    page = petra.get(url("group", cast.maker, south.public_id)).content.decode()
    assert "1 more organization is in the group, which you do not reach" in page
    assert "Wanda" not in page


def test_who_was_granted_the_group_reaches_what_is_taken_in_after_it_was_confirmed(cast, petra, south):
    grant(cast.stranger, cast.maker, Preset.VIEWER, covers=Covers.GROUP, group=south)
    refused = change(petra, cast, south, cast.shop)
    assert refused.status_code == 422
    assert "Stranger: Viewer" in refused.content.decode()
    assert names(south) == set()
    assert change(petra, cast, south, cast.shop, understood="yes").status_code == 303
    assert cast.shop in reachable(cast.stranger, Scope.TSS)
    assert cast.sibling not in reachable(cast.stranger, Scope.TSS)


def test_nobody_changes_a_group_that_was_granted_more_than_they_have(cast, south):
    grant(cast.stranger, cast.maker, Preset.VIEWER, covers=Covers.GROUP, group=south)
    only(cast.viewer, cast.maker, Scope.USERS, Level.MANAGE)
    answer = change(signed_in(cast.viewer), cast, south, cast.shop, understood="yes")
    assert answer.status_code == 422
    assert "more for this group than you have" in answer.content.decode()
    assert names(south) == set()


def test_several_at_once_in_a_granted_group_are_a_bulk_action(cast, south):
    only(cast.viewer, cast.maker, Scope.USERS, Level.MANAGE)
    own = allow(cast.stranger, cast.maker, Scope.USERS)
    own.covers, own.group = Covers.GROUP, south
    own.save()
    client = signed_in(cast.viewer)
    assert change(client, cast, south, cast.shop, cast.sibling, understood="yes").status_code == 403
    assert names(south) == set()
    assert change(client, cast, south, cast.shop, understood="yes").status_code == 303


def test_a_group_is_retired_once_nobody_is_granted_it(cast, petra, south):
    given = grant(cast.stranger, cast.maker, Preset.VIEWER, covers=Covers.GROUP, group=south)
    address = url("group_retire", cast.maker, south.public_id)
    assert petra.post(address).status_code == 422
    given.until = timezone.now()
    given.save()
    assert petra.post(address).status_code == 303
    assert petra.get(url("group", cast.maker, south.public_id)).status_code == 404


def test_groups_of_others_are_not_there_and_viewing_changes_nothing(cast, petra, south):
    foreign = NamedGroup.objects.create(organization=cast.elsewhere, name="Foreign")
    for name in ("group", "group_rename", "group_retire"):
        assert petra.get(url(name, cast.maker, foreign.public_id)).status_code == 404
    assert change(petra, cast, foreign, cast.shop).status_code == 404
    only(cast.viewer, cast.maker, Scope.USERS, Level.VIEW)
    viewer = signed_in(cast.viewer)
    assert viewer.get(url("group", cast.maker, south.public_id)).status_code == 200
    assert change(viewer, cast, south, cast.shop).status_code == 403
    assert viewer.post(url("group_rename", cast.maker, south.public_id), {"name": "Mine"}).status_code == 403


def test_hundreds_of_organizations_are_paged_searched_and_cost_no_more_queries(cast, petra, south):
    address = url("group", cast.maker, south.public_id)

    def asked() -> int:
        with CaptureQueriesContext(connection) as found:
            petra.get(address, {"tab": "all"})
        return len(found)

    petra.get(address)
    few = asked()
    facts = {"address_line1": "Weg 1", "zip": "1010", "country_code": "AUT", "kind": Kind.MANAGED, "in_test": True}
    Organization.objects.bulk_create(
        Organization(name=f"Filiale {n:03}", town="Graz" if n % 2 else "Wien", parent=cast.maker, **facts)
        for n in range(300)
    )
    assert asked() == few
    page = petra.get(address, {"tab": "all", "q": "filiale 12"}).content.decode()
    assert page.count('name="organization"') == 10
    assert "1–50 of 303" in petra.get(address, {"tab": "all"}).content.decode()
