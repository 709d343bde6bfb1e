"""The matrix of people against areas: everybody who reaches an organization by any road, and as far as they may be named."""

from __future__ import annotations

import csv
import io
import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from organizations.choices import Covers, Level, Preset, Scope
from organizations.models import Grant, NamedGroup, NamedGroupMember, Organization, TeamMember, User
from organizations.services import delegate_everything
from tests.cast import ALWAYS, Cast, allow, person
from tests.portal.people import grant, team
from tests.portal.sales import only, signed_in, url


@pytest.fixture
def petra(cast: Cast) -> Client:
    return signed_in(cast.petra)


def rows(client: Client, organization: Organization, **params: str) -> dict[str, list[str]]:
    """The rows of the file by name: the level of each area in the order of the areas."""
    answer = client.get(url("people_csv", organization), params)
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    return {row["name"]: list(row.values())[7:] for row in csv.DictReader(io.StringIO(text))}


def html(client: Client, organization: Organization, **params: str) -> str:
    answer = client.get(url("people", organization), params)
    assert answer.status_code == 200
    return answer.content.decode()


def test_everybody_who_reaches_it_stands_in_the_matrix_with_the_highest_level_of_each_area(cast, petra):
    grant(cast.viewer, cast.shop, Preset.TECHNICIAN)
    found = rows(petra, cast.shop)
    assert set(found) == {"Mio", "Petra", "Viktor"}
    assert set(found["Mio"]) == {"manage"}
    tss, clients, transactions, exports, integrations, organizations, users, monitoring, billing, bulk = found["Viktor"]
    assert (tss, clients, exports, integrations) == ("manage",) * 4
    assert (transactions, organizations, monitoring, billing) == ("view",) * 4  # billing and more come from the parent
    assert (users, bulk) == ("none", "none")


def test_inherited_levels_name_the_parent_to_who_reaches_it(cast, petra):
    page = html(petra, cast.shop)
    assert "Kassenwerk GmbH" in page
    assert re.search(r'title="Kassenwerk GmbH">.*?parent', page)


def test_people_of_a_managed_organization_never_learn_who_stands_above(cast):
    page = html(signed_in(cast.mio), cast.shop)
    for secret in ("Petra", "Viktor", "kassenwerk", "Kassenwerk", str(cast.petra.public_id)):
        assert secret not in page
    assert "Somebody above this organization" in page
    found = rows(signed_in(cast.mio), cast.shop)
    assert set(found) == {"Mio", "somebody above this organization"}
    assert set(found["somebody above this organization"]) == {"manage"}


def test_who_comes_from_above_stays_nameless_even_with_a_grant_of_their_own_here(cast):
    """The own grant is named, for it stands here; what comes from above adds nothing to that row."""
    grant(cast.petra, cast.shop, Preset.VIEWER)
    found = rows(signed_in(cast.mio), cast.shop)
    assert "manage" not in found["Petra"]


def test_the_partner_stands_there_by_delegation_with_no_more_than_was_delegated(cast, petra):
    delegate_everything(cast.reach(cast.hanna, cast.holding))
    page = html(petra, cast.branch)
    assert "Kassenwerk GmbH, by delegation" in page
    assert rows(petra, cast.branch)["Viktor"][5] == "view"
    nameless = html(signed_in(cast.hanna), cast.branch)
    assert "Somebody of the partner it is delegated to" in nameless
    assert "Petra" not in nameless


def test_without_delegation_nobody_of_the_partner_stands_there(cast):
    assert set(rows(signed_in(cast.hanna), cast.branch)) == {"Hanna"}


def test_a_team_stands_there_as_a_row_and_its_people_have_what_it_has(cast, petra):
    ada = person("ada@kassenwerk.example", "Ada")
    field = team(cast.maker, "Field service", ada)
    grant(field, cast.maker, Preset.TECHNICIAN)
    found = rows(petra, cast.maker)
    assert found["Field service"] == found["Ada"]
    page = html(petra, cast.maker)
    assert "Team Field service" in page
    assert "team Field service" in page  # the source in Ada's row
    TeamMember.objects.filter(user=ada).update(until=timezone.now())
    assert "Ada" not in rows(petra, cast.maker)


def test_a_grant_for_a_named_group_shows_only_where_the_group_is(cast, petra):
    ada = person("ada@kassenwerk.example", "Ada")
    group = NamedGroup.objects.create(organization=cast.maker, name="South")
    NamedGroupMember.objects.create(group=group, organization=cast.shop, since=ALWAYS)
    grant(ada, cast.maker, Preset.VIEWER, covers=Covers.GROUP, group=group)
    assert "Ada" in rows(petra, cast.shop)
    assert "Ada" not in rows(petra, cast.sibling)
    assert "Ada" not in rows(petra, cast.maker)


def test_what_was_granted_for_here_only_is_not_seen_below(cast, petra):
    grant(cast.stranger, cast.maker, Preset.VIEWER, covers=Covers.HERE)
    assert "Stranger" in rows(petra, cast.maker)
    assert "Stranger" not in rows(petra, cast.shop)


def test_who_was_deactivated_and_what_has_ended_is_not_there(cast, petra):
    gone = grant(cast.stranger, cast.maker, Preset.VIEWER)
    Grant.objects.filter(pk=gone.pk).update(until=timezone.now())
    User.objects.filter(pk=cast.viewer.pk).update(is_active=False)
    assert set(rows(petra, cast.maker)) == {"Petra"}


def test_end_dates_are_visible_and_those_within_thirty_days_have_a_tab(cast, petra):
    soon, later = timezone.now() + timedelta(days=3), timezone.now() + timedelta(days=300)
    grant(cast.stranger, cast.maker, Preset.VIEWER, until=soon)
    grant(cast.mio, cast.maker, Preset.VIEWER, until=later)
    page = html(petra, cast.maker)
    assert f"ends {timezone.localtime(soon).day} " in page
    assert set(rows(petra, cast.maker, tab="ending")) == {"Stranger"}


def test_tabs_search_and_filters_leave_the_same_rows_on_the_page_and_in_the_file(cast, petra):
    field = team(cast.maker, "Field service", cast.stranger)
    grant(field, cast.maker, Preset.TECHNICIAN)
    for params, names in (
        ({"tab": "teams"}, {"Field service"}),
        ({"tab": "own"}, {"Petra", "Viktor", "Stranger"}),
        ({"tab": "inherited"}, set()),
        ({"q": "FIELD"}, {"Field service"}),
        ({"q": "petra@"}, {"Petra"}),
        ({"role": "Technician"}, {"Field service", "Stranger"}),
        ({"area": "USERS"}, {"Petra"}),
        ({"area": "nonsense", "tab": "nonsense"}, {"Field service", "Petra", "Viktor", "Stranger"}),
    ):
        assert set(rows(petra, cast.maker, **params)) == names, params
        shown = re.findall(r'name="who" value="[^"]+" aria-label="Tick ([^"]+)"', html(petra, cast.maker, **params))
        assert set(shown) == names, params


def test_two_people_stand_side_by_side_with_the_differences_marked(cast, petra):
    ids = f"{cast.petra.public_id},{cast.viewer.public_id}"
    page = html(petra, cast.maker, compare=ids)
    assert "Petra and Viktor" in page
    assert page.count("differs</span>") == len(Scope)  # the viewer manages nothing of it
    sent = petra.get(url("people", cast.maker), {"who": [str(cast.petra.public_id), str(cast.viewer.public_id)]})
    assert sent.status_code == 302
    assert sent["Location"].endswith(f"?compare={ids}")
    assert "Tick exactly two" in html(petra, cast.maker, who=str(cast.petra.public_id))


def test_somebody_who_may_not_be_named_cannot_be_compared_either(cast):
    page = html(signed_in(cast.mio), cast.shop, compare=f"{cast.mio.public_id},{cast.petra.public_id}")
    assert "Two are needed" in page
    assert "Petra" not in page


def test_without_user_administration_the_page_is_forbidden_and_has_no_tab(cast):
    only(cast.viewer, cast.maker, Scope.ORGANIZATIONS)
    client = signed_in(cast.viewer)
    assert client.get(url("people", cast.maker)).status_code == 403
    assert client.get(url("people_csv", cast.maker)).status_code == 403
    assert url("people", cast.maker) not in client.get(url("organization", cast.maker)).content.decode()


def test_whoever_only_views_people_is_offered_no_change(cast):
    only(cast.viewer, cast.maker, Scope.USERS, Level.VIEW)
    page = html(signed_in(cast.viewer), cast.maker)
    assert url("grant_new", cast.maker) not in page
    assert url("grant_several", cast.maker) not in page


def test_the_matrix_asks_the_database_as_often_for_thousand_people_as_for_ten(cast, petra):
    def asked() -> int:
        with CaptureQueriesContext(
            connection,
        ) as found:
            html(petra, cast.maker, rows="25")
        return len(found)

    role = allow(cast.stranger, cast.maker, Scope.TRANSACTIONS).role
    html(petra, cast.maker)
    few = asked()
    people = User.objects.bulk_create(User(email=f"p{n}@many.example", name=f"Person {n:04}") for n in range(1000))
    Grant.objects.bulk_create(
        Grant(user=each, organization=cast.maker, role=role, covers=Covers.BELOW, since=ALWAYS) for each in people
    )
    many = asked()
    assert many == few
    assert many <= 20
    page = html(petra, cast.maker, rows="25", page="2")
    assert page.count('name="who"') == 25
    assert "26–50 of 1003" in page
    assert len(rows(petra, cast.maker)) == 1003
