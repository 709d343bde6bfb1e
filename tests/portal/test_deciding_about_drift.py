"""Drift: comparing three ways, adopting the provider's values, restoring ours."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from fiscal.models import Mirror
from organizations.models import AuditEntry, User
from tests.cast import Cast


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def drifted(cast: Cast, sandbox) -> str:
    """Somebody renamed the shop in fiskaly's dashboard. Gives the page's address."""
    mirror = Mirror.objects.get(kind="ORGANIZATION", organization=cast.shop)
    mirror.observed = {**mirror.observed, "name": "Gasthaus Neu", "town": "Graz"}
    mirror.drifted_at = timezone.now()
    mirror.save()
    return f"/o/{cast.shop.public_id}/drift/"


def test_only_the_fields_that_differ_are_compared_three_ways(cast, drifted):
    html = signed_in(cast.petra).get(drifted).content.decode()

    assert html.count('<th scope="row">') == 2
    for value in ("Gasthaus Mio", "Gasthaus Neu", "Graz", "Wien"):
        assert f'<td class="k-wrap">{value}</td>' in html


def test_without_drift_the_page_says_that_nothing_differs(cast):
    html = signed_in(cast.petra).get(f"/o/{cast.shop.public_id}/drift/").content.decode()

    assert "Nothing differs" in html
    assert "Adopt theirs" not in html


def test_adopting_takes_their_values_after_a_page_that_names_them(cast, drifted):
    petra = signed_in(cast.petra)

    asked = petra.get(f"{drifted}adopt/").content.decode()
    response = petra.post(f"{drifted}adopt/", {"reason": "agreed by phone"})

    assert "values for Gasthaus Mio" in asked
    assert "<ins>Gasthaus Neu</ins>" in asked
    assert response.status_code == 303
    cast.shop.refresh_from_db()
    assert (cast.shop.name, cast.shop.town) == ("Gasthaus Neu", "Graz")
    entry = AuditEntry.objects.get(verb="DRIFT_ADOPTED")
    assert (entry.reason, entry.actor) == ("agreed by phone", cast.petra)
    assert "Nothing differs" in petra.get(drifted).content.decode()


def test_restoring_sends_ours_again(cast, drifted):
    generation = cast.shop.generation

    signed_in(cast.petra).post(f"{drifted}restore/")

    cast.shop.refresh_from_db()
    assert (cast.shop.name, cast.shop.generation) == ("Gasthaus Mio", generation + 1)
    assert AuditEntry.objects.filter(verb="DRIFT_RESTORED").exists()


def test_asking_changes_nothing(cast, drifted):
    petra = signed_in(cast.petra)

    petra.get(f"{drifted}adopt/")
    petra.get(f"{drifted}restore/", headers={"HX-Request": "true"})

    cast.shop.refresh_from_db()
    assert cast.shop.name == "Gasthaus Mio"


def test_the_second_decision_changes_nothing_and_says_so(cast, drifted):
    petra = signed_in(cast.petra)
    petra.post(f"{drifted}adopt/")

    response = petra.post(f"{drifted}restore/", follow=True)

    assert "somebody decided before you" in response.content.decode()
    assert not AuditEntry.objects.filter(verb="DRIFT_RESTORED").exists()


def test_who_may_only_view_compares_but_does_not_decide(cast, drifted):
    viewer = signed_in(cast.viewer)

    assert "Adopt theirs" not in viewer.get(drifted).content.decode()
    assert viewer.post(f"{drifted}adopt/").status_code == 403


def test_there_are_only_two_decisions(cast, drifted):
    assert signed_in(cast.petra).post(f"{drifted}forget/").status_code == 404


def test_adopting_takes_another_contact_person_too(cast, drifted):
    someone = str(uuid4())
    mirror = Mirror.objects.get(kind="ORGANIZATION", organization=cast.shop)
    mirror.observed = {**mirror.observed, "contact_person_id": someone}
    mirror.save()

    signed_in(cast.petra).post(f"{drifted}adopt/", {"reason": "agreed by phone"})

    cast.shop.refresh_from_db()
    mirror.refresh_from_db()
    assert str(cast.shop.contact_person_id) == someone
    assert mirror.agreed["contact_person_id"] == someone


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("name", "ab", "less than 3 characters"),
        ("country_code", "AT", "three-letter country"),
        ("town", "x" * 101, "more than 100 characters"),
        ("contact_person_id", "nobody", "no id"),
    ],
)
def test_values_that_cannot_be_kept_here_are_refused_in_words(cast, drifted, field, value, words):
    mirror = Mirror.objects.get(kind="ORGANIZATION", organization=cast.shop)
    Mirror.objects.filter(pk=mirror.pk).update(observed={**mirror.observed, field: value})

    response = signed_in(cast.petra).post(f"{drifted}adopt/", follow=True)

    assert words in response.content.decode()
    cast.shop.refresh_from_db()
    assert cast.shop.name == "Gasthaus Mio"
    assert not AuditEntry.objects.filter(verb="DRIFT_ADOPTED").exists()
