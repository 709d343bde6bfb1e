"""Answers that are not what the contract says: never taken for success, never stored as if they were."""

from __future__ import annotations

import logging

import requests
from django.utils import timezone

from fiscal import services
from fiscal.choices import ErrorCode, Phase
from fiscal.models import Mirror
from fiscal.phases import phase_of
from fiscal.providers.http import Door
from tests.fiscal.faults.world import check, mirror_of

CREATE = {"method": "POST", "path": "/organizations$"}
STRANGE = (
    ("html", {}),
    ("html", {"after": True}),
    ("empty_body", {}),
    ("empty_body", {"after": False}),
    ("half_body", {"bytes": 40}),
    ("missing_field", {"field": "_id"}),
    ("wrong_type", {"field": "_id"}),
)


def test_a_create_with_an_unreadable_answer_is_looked_into(world, settle, converge):
    """F33, F34, F36."""
    for number, (fault, options) in enumerate(STRANGE):
        world.sandbox.faults.add(fault, **CREATE, **options)
        (new,) = world.wanting(1, f"Seltsam {number}")

        settle()

        mirror = mirror_of(new)
        assert (mirror.error_code, mirror.remote_id, mirror.observed) == (ErrorCode.GARBLED, "", {}), fault
        assert mirror.unknown_since is not None
        converge(seconds=100, step=20)
        assert len(world.named(f"Seltsam {number} 0")) == 1
    check(world.sandbox)


def test_a_change_with_an_unreadable_answer_is_repeated(world, converge):
    """F33, F34, F36."""
    for number, (fault, options) in enumerate(STRANGE):
        world.sandbox.faults.add(fault, method="PATCH", **options)
        before = mirror_of(world.cast.shop).observed
        world.rename(world.cast.shop, f"Gasthaus Danach {number}")
        services.sweep(now=timezone.now())
        assert mirror_of(world.cast.shop).observed == before, fault

        converge(seconds=20, step=5)

        check(world.sandbox)


def test_unknown_words_and_further_fields_are_taken_as_they_are(world, settle):
    """F35."""
    world.sandbox.faults.add("unknown_enum", field="_type", value="BRANCH_OF_BRANCH", **CREATE)
    world.sandbox.faults.add("extra_fields", fields={"x_new": {"deep": [1]}}, **CREATE)
    (new,) = world.shops(1)

    settle()

    mirror = mirror_of(new)
    assert (mirror.error_code, mirror.observed["_type"]) == ("", "BRANCH_OF_BRANCH")
    check(world.sandbox)


def test_an_item_that_cannot_be_read_may_be_the_one_looked_for(world, converge):
    """F36: such a list proves nothing, so nothing is created a second time."""
    world.sandbox.faults.add("drop_after", **CREATE)
    world.sandbox.faults.add("missing_field", field="_id", method="GET", path="/organizations$", times=None, lasts=150)
    (new,) = world.wanting(1, "Unlesbar")

    converge(seconds=140, step=10)
    assert mirror_of(new).error_code == ErrorCode.GARBLED
    converge(seconds=300, step=30)

    assert len(world.asked("POST", "/organizations$")) == 1
    check(world.sandbox)


def test_a_redirect_is_not_followed_and_shown(world, settle, converge, monkeypatch):
    """F42: the token never goes to another host."""
    hosts = []
    world.sandbox.faults.add("redirect", method="PATCH", location="https://elsewhere.invalid/", times=1)
    send = requests.Session.send

    def watched(session, request, **options):
        hosts.append(request.url.split("/")[2])
        return send(session, request, **options)

    monkeypatch.setattr(requests.Session, "send", watched)
    world.rename(world.cast.shop, "Gasthaus Umgeleitet")

    settle()

    mirror = mirror_of(world.cast.shop)
    assert mirror.error_code == ErrorCode.GARBLED
    assert "307" in mirror.error_text
    converge(seconds=30)
    assert set(hosts) == {"sandbox.test"}
    check(world.sandbox)


def test_a_certificate_nobody_vouches_for_needs_a_person(world, converge, monkeypatch, make_server, self_signed):
    """F43."""
    server = make_server(self_signed)
    world.rename(world.cast.shop, "Gasthaus Unsicher")
    with monkeypatch.context() as patch:
        patch.setattr("fiscal.clients.management_door", lambda: Door(server.url))
        converge(seconds=7200, step=1800)

    mirror = mirror_of(world.cast.shop)
    world.cast.shop.refresh_from_db()
    assert (mirror.error_code, mirror.human_action) == (ErrorCode.UNTRUSTED, "untrusted")
    phase = phase_of(mirror, generation=world.cast.shop.generation, retired=False, now=timezone.now())
    assert phase == Phase.NEEDS_PERSON
    assert (server.requests, server.connections) == ([], 1)

    services.try_again(world.cast.reach(world.cast.petra, world.cast.shop), mirror_id=mirror.pk)
    converge(seconds=60)
    check(world.sandbox)


def test_a_list_with_strange_items_says_so_in_the_log(world, caplog, clock):
    """F35, F36: comparing goes on with what can be read, and nothing is believed to be gone."""
    clock.shift(8 * 3600)
    world.sandbox.faults.add("wrong_type", field="_id", item=0, method="GET", path="/organizations$")
    with caplog.at_level(logging.DEBUG):
        services.compare_due(now=timezone.now())

    assert not Mirror.objects.exclude(error_code="").exists()
