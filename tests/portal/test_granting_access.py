"""Granting a role: only to who is known, never more than one has, and only after its numbers were shown (row 34, D23)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from organizations.access import access_organization
from organizations.choices import Covers, Level, Preset, Scope, Verb
from organizations.models import AuditEntry, Grant, NamedGroup, User
from tests.cast import Cast, allow, person
from tests.portal.people import grant, press_twice, role, seen_in, team
from tests.portal.sales import only, signed_in, url


@pytest.fixture
def petra(cast: Cast) -> Client:
    return signed_in(cast.petra)


def terms(preset: Preset, **values: object) -> dict[str, object]:
    return {"role": str(role(preset).public_id), "reaches": "BELOW", "lasts": "", "reason": "", **values}


def fresh() -> list[Grant]:
    """The grants that a test has made, in the order of their making."""
    return list(
        Grant.objects.filter(granted_by__isnull=False, since__gt=timezone.now() - timedelta(minutes=5)).order_by("pk")
    )


def test_the_first_press_shows_the_numbers_and_the_second_one_grants(cast, petra):
    values = terms(Preset.VIEWER, email="MIO@gasthaus.example", reason="Season")
    address = url("grant_new", cast.maker)
    shown = petra.post(address, values)
    assert shown.status_code == 200
    assert "Nothing is saved yet" in shown.content.decode()
    assert "Mio" in shown.content.decode()
    assert fresh() == []

    saved = petra.post(address, {**values, "seen": seen_in(shown)})
    assert saved.status_code == 303
    (made,) = fresh()
    assert (made.user, made.organization, made.role, made.covers) == (
        cast.mio,
        cast.maker,
        role(Preset.VIEWER),
        "BELOW",
    )
    assert (made.reason, made.granted_by, made.until) == ("Season", cast.petra, None)
    assert access_organization(cast.mio, cast.sibling.public_id, scope=Scope.TSS)
    assert AuditEntry.objects.filter(verb=Verb.ACCESS_GRANTED, subject_name="Mio", reason="Season").count() == 1


def test_the_fragment_of_the_preview_shows_the_same_numbers_and_counts_as_seen(cast, petra):
    values = terms(Preset.VIEWER, email="mio@gasthaus.example")
    fragment = petra.get(url("grant_preview", cast.maker), values, headers={"HX-Request": "true"})
    assert fragment.content.decode().lstrip().startswith('<div id="preview"')
    saved = petra.post(url("grant_new", cast.maker), {**values, "seen": seen_in(fragment)})
    assert saved.status_code == 303
    assert len(fresh()) == 1


def test_numbers_that_changed_since_are_shown_again_before_anything_is_saved(cast, petra):
    values = terms(Preset.VIEWER, email="mio@gasthaus.example")
    shown = petra.post(url("grant_new", cast.maker), values)
    grant(cast.mio, cast.maker, Preset.BILLING)
    again = petra.post(url("grant_new", cast.maker), {**values, "seen": seen_in(shown)})
    assert again.status_code == 200
    assert seen_in(again) != seen_in(shown)
    assert fresh() == []


def test_the_mark_of_one_grant_saves_no_other(cast, petra):
    shown = petra.post(url("grant_new", cast.maker), terms(Preset.VIEWER, email="mio@gasthaus.example"))
    other = terms(Preset.OWNER, email="mio@gasthaus.example", seen=seen_in(shown))
    assert petra.post(url("grant_new", cast.maker), other).status_code == 200
    assert fresh() == []


@pytest.mark.parametrize("address", ["nobody@nowhere.example", "stranger@fremd.example"])
def test_who_is_not_known_here_is_to_be_invited_whether_there_is_such_a_person_or_not(cast, petra, address):
    answer = petra.post(url("grant_new", cast.maker), terms(Preset.VIEWER, email=address, reason="typed"))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Nobody of this address stands in one of your organizations. Invite them instead." in page
    assert "Stranger" not in page
    assert f'value="{address}"' in page
    assert 'value="typed"' in page
    assert fresh() == []


def test_somebody_from_another_organization_in_reach_can_be_granted(cast, petra):
    """Mio stands in the shop only; the parent's people may know that."""
    assert (
        press_twice(
            petra,
            url("grant_new", cast.sibling),
            {k: v for k, v in terms(Preset.VIEWER, email="mio@gasthaus.example").items() if k != "reaches"},
        ).status_code
        == 303
    )
    assert access_organization(cast.mio, cast.sibling.public_id, scope=Scope.TSS)


def test_nobody_is_offered_or_gives_more_than_they_have(cast):
    only(cast.viewer, cast.maker, Scope.USERS, Level.MANAGE)
    client = signed_in(cast.viewer)
    page = client.get(url("grant_new", cast.maker)).content.decode()
    assert str(role(Preset.OWNER).public_id) not in page
    answer = client.post(url("grant_new", cast.maker), terms(Preset.VIEWER, email="mio@gasthaus.example"))
    assert answer.status_code == 422
    assert fresh() == []


def test_what_one_has_here_only_is_not_given_below(cast):
    only(cast.viewer, cast.maker, Scope.TSS, Level.VIEW)
    allow(cast.viewer, cast.maker, Scope.USERS, level=Level.MANAGE)
    Grant.objects.filter(user=cast.viewer, role__rights__scope=Scope.TSS).update(covers=Covers.HERE)
    narrow = allow(cast.mio, cast.maker, Scope.TSS).role
    Grant.objects.filter(user=cast.mio, organization=cast.maker).delete()
    client = signed_in(cast.viewer)
    values = {"role": str(narrow.public_id), "lasts": "", "email": "petra@kassenwerk.example"}
    shown = client.post(url("grant_new", cast.maker), {**values, "reaches": "BELOW"})
    below = client.post(url("grant_new", cast.maker), {**values, "reaches": "BELOW", "seen": seen_in(shown)})
    assert below.status_code == 422
    assert "more than you have there yourself" in below.content.decode()
    assert press_twice(client, url("grant_new", cast.maker), {**values, "reaches": "HERE"}).status_code == 303


@pytest.mark.parametrize(
    ("lasts", "length"),
    [("4h", timedelta(hours=4)), ("1d", timedelta(days=1)), ("7d", timedelta(days=7)), ("30d", timedelta(days=30))],
)
def test_a_grant_for_hours_or_days_ends_by_itself(cast, clock, lasts, length):
    petra = signed_in(cast.petra)
    values = terms(Preset.VIEWER, email="mio@gasthaus.example", lasts=lasts)
    assert press_twice(petra, url("grant_new", cast.maker), values).status_code == 303
    made = Grant.objects.get(user=cast.mio, organization=cast.maker)
    assert made.until - made.since == length


def test_a_last_day_counts_to_its_end_and_is_asked_for(cast, petra):
    day = timezone.localdate() + timedelta(days=10)
    values = terms(Preset.VIEWER, email="mio@gasthaus.example", lasts="date")
    assert "Choose the last day." in petra.post(url("grant_new", cast.maker), values).content.decode()
    assert press_twice(petra, url("grant_new", cast.maker), {**values, "until_day": f"{day}"}).status_code == 303
    (made,) = fresh()
    assert timezone.localtime(made.until).date() == day + timedelta(days=1)
    assert timezone.localtime(made.until).hour == 0


def test_a_day_that_has_passed_is_refused(cast, petra):
    day = timezone.localdate() - timedelta(days=2)
    values = terms(Preset.VIEWER, email="mio@gasthaus.example", lasts="date", until_day=f"{day}")
    shown = petra.post(url("grant_new", cast.maker), values)
    answer = petra.post(url("grant_new", cast.maker), {**values, "seen": seen_in(shown)})
    assert answer.status_code == 422
    assert "The end date must lie ahead." in answer.content.decode()


def test_a_team_and_a_named_group_can_be_chosen(cast, petra):
    field, south = (
        team(cast.maker, "Field service", cast.viewer),
        NamedGroup.objects.create(organization=cast.maker, name="South"),
    )
    values = terms(Preset.VIEWER, team=str(field.public_id), reaches="GROUP")
    refused = petra.post(url("grant_new", cast.maker), values)
    assert refused.status_code == 422
    assert "Choose the named group that it covers." in refused.content.decode()
    assert (
        press_twice(petra, url("grant_new", cast.maker), {**values, "group": str(south.public_id)}).status_code == 303
    )
    (made,) = fresh()
    assert (made.team, made.group, made.covers) == (field, south, Covers.GROUP)


def test_a_person_and_a_team_at_once_or_neither_is_refused(cast, petra):
    field = team(cast.maker, "Field service")
    for who in ({}, {"email": "mio@gasthaus.example", "team": str(field.public_id)}):
        answer = petra.post(url("grant_new", cast.maker), terms(Preset.VIEWER, **who))
        assert answer.status_code == 422
        assert "Name one person or one team." in answer.content.decode()


def test_teams_groups_and_roles_of_others_are_not_there(cast, petra):
    foreign = team(cast.elsewhere, "Foreign")
    group = NamedGroup.objects.create(organization=cast.elsewhere, name="Foreign")
    own = allow(cast.stranger, cast.elsewhere, Scope.TSS).role
    for values in (
        terms(Preset.VIEWER, team=str(foreign.public_id)),
        terms(Preset.VIEWER, email="mio@gasthaus.example", reaches="GROUP", group=str(group.public_id)),
        terms(Preset.VIEWER, email="mio@gasthaus.example") | {"role": str(own.public_id)},
    ):
        assert petra.post(url("grant_new", cast.maker), values).status_code == 422
        assert 'name="seen"' not in petra.get(url("grant_preview", cast.maker), values).content.decode()
    assert fresh() == []


def test_who_only_views_people_grants_nothing(cast):
    only(cast.viewer, cast.maker, Scope.USERS, Level.VIEW)
    client = signed_in(cast.viewer)
    values = terms(Preset.VIEWER, email="mio@gasthaus.example")
    assert client.post(url("grant_new", cast.maker), values).status_code == 403
    assert client.get(url("grant_preview", cast.maker), values).status_code == 403
    assert fresh() == []


def test_a_deactivated_person_is_not_known_any_more(cast, petra):
    gone = person("gone@kassenwerk.example", "Gone")
    grant(gone, cast.maker, Preset.VIEWER)
    User.objects.filter(pk=gone.pk).update(is_active=False)
    answer = petra.post(url("grant_new", cast.maker), terms(Preset.VIEWER, email="gone@kassenwerk.example"))
    assert answer.status_code == 422
