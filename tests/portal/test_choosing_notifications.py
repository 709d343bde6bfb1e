"""Choosing what one is told: the routing table, following, snoozing, the digest."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from fiscal.services.notices import tell_everybody
from organizations.access import EVERYTHING, Reach
from organizations.audit import record
from organizations.choices import Scope, Verb
from organizations.models import AuditEntry, NoticeSettings, Notification, Snooze, Subscription
from tests.cast import withdraw
from tests.fiscal.statistics.books import make_connection, make_register, make_shop

SETTINGS = "/notifications/settings/"


@pytest.fixture
def mio(client, cast):
    client.force_login(cast.mio)
    return client


def notify(cast, *verbs: Verb) -> None:
    for verb in verbs:
        with transaction.atomic():
            record(Reach(cast.petra, cast.shop, EVERYTHING, "PARENT"), verb, cast.shop)
    tell_everybody(now=timezone.now())


def route(client, cast, **changes):
    facts = {"topic": "BILLING", "where": f"HERE:{cast.shop.public_id}", "channel": "DIGEST"}
    return client.post(f"{SETTINGS}routes/", facts | changes)


def test_a_line_is_added_changed_and_removed(mio, cast):
    assert route(mio, cast).status_code == 303
    assert route(mio, cast, channel="AT_ONCE").status_code == 303
    line = Subscription.objects.get(user=cast.mio)
    assert (line.channel, line.organization) == ("AT_ONCE", cast.shop)
    page = mio.get(SETTINGS).content.decode()
    assert "in the portal and by mail at once" in page
    assert "as owner" in page

    mio.post(f"{SETTINGS}{line.public_id}/remove/")
    assert not Subscription.objects.exists()


@pytest.mark.parametrize(
    "wrong", [{"topic": "GOSSIP"}, {"channel": "PIGEON"}, {"where": "HERE:none"}, {"where": ""}, {"topic": ""}]
)
def test_what_is_not_offered_is_refused_with_values_kept(mio, cast, wrong):
    answer = route(mio, cast, **wrong)

    assert answer.status_code == 422
    assert not Subscription.objects.exists()


def test_organizations_out_of_reach_are_neither_offered_nor_taken(mio, cast):
    page = mio.get(SETTINGS).content.decode()

    assert str(cast.maker.public_id) not in page
    assert "Kassenwerk" not in page
    for where in (cast.maker, cast.sibling, cast.elsewhere):
        assert route(mio, cast, where=f"HERE:{where.public_id}").status_code == 422
    assert not Subscription.objects.exists()


def test_an_area_that_may_not_be_read_cannot_be_routed(client, cast):
    client.force_login(cast.viewer)
    answer = route(client, cast, topic="ACCESS", where=f"BELOW:{cast.maker.public_id}")

    assert answer.status_code == 422
    assert "User administration" in answer.content.decode()
    assert not Subscription.objects.exists()


def test_a_line_says_when_its_place_is_no_longer_in_reach_and_nobody_elses_can_be_removed(client, cast):
    client.force_login(cast.viewer)
    route(client, cast, where=f"BELOW:{cast.maker.public_id}")
    withdraw(cast.viewer)
    page = client.get(SETTINGS).content.decode()
    assert "You may no longer read it" in page
    assert "Kassenwerk" not in page

    line = Subscription.objects.get()
    client.force_login(cast.stranger)
    assert client.post(f"{SETTINGS}{line.public_id}/remove/").status_code == 404
    assert Subscription.objects.count() == 1


def test_each_kind_of_object_is_followed_from_its_page(mio, cast):
    source = make_connection(cast.shop)
    objects = {
        "organization": cast.shop,
        "connection": source,
        "register": make_register(cast.shop, connection=source),
        "shop": make_shop(cast.shop),
    }
    pages = {
        "organization": "",
        "connection": f"connections/{source.public_id}/",
        "register": f"registers/{objects['register'].public_id}/",
        "shop": "shops/",
    }
    for what, found in objects.items():
        address = f"/o/{cast.shop.public_id}/follow/{what}/{found.public_id}/"
        assert address in mio.get(f"/o/{cast.shop.public_id}/{pages[what]}").content.decode()
        assert mio.get(address).status_code == 200
        assert mio.post(address, {"channel": "PORTAL"}).status_code == 303
    assert Subscription.objects.filter(user=cast.mio).count() == len(objects)

    mio.post(address, {"channel": "OFF"})
    assert Subscription.objects.filter(user=cast.mio).count() == len(objects) - 1


def test_an_object_of_another_organization_cannot_be_followed(mio, cast):
    foreign = make_shop(cast.elsewhere)
    address = f"/o/{cast.shop.public_id}/follow/shop/{foreign.public_id}/"

    assert mio.post(address, {"channel": "PORTAL"}).status_code == 404
    assert mio.get(f"/o/{cast.shop.public_id}/follow/gossip/{foreign.public_id}/").status_code == 404
    withdraw(cast.mio, Scope.CLIENTS)
    own = make_shop(cast.shop)
    assert mio.post(f"/o/{cast.shop.public_id}/follow/shop/{own.public_id}/", {}).status_code == 403
    assert not Subscription.objects.exists()


def test_a_snoozed_topic_is_not_told_until_its_end_and_stands_in_the_record(mio, cast, clock):
    notify(cast, Verb.KEY_ISSUED)
    pk = Notification.objects.get(user=cast.mio).pk
    until = timezone.localdate() + timedelta(days=7)
    assert mio.post(f"/notifications/{pk}/snooze/", {"what": "topic", "until": until}).status_code == 303
    assert Notification.objects.get(pk=pk).read_at

    notify(cast, Verb.KEY_ROTATED, Verb.ACCESS_GRANTED)
    assert {row.topic for row in Notification.objects.filter(user=cast.mio, read_at=None)} == {"ACCESS"}
    assert AuditEntry.objects.filter(organization=cast.shop, verb="KEY_ROTATED").exists()
    clock.shift(8 * 86_400)
    notify(cast, Verb.KEY_DISABLED)
    assert Notification.objects.filter(user=cast.mio, topic="KEYS").count() == 2


def test_a_snoozed_object_can_be_told_of_again(mio, cast):
    notify(cast, Verb.KEY_ISSUED)
    pk = Notification.objects.get(user=cast.mio).pk
    assert "Gasthaus Mio" in mio.get(f"/notifications/{pk}/snooze/").content.decode()
    mio.post(f"/notifications/{pk}/snooze/", {"what": "object", "until": timezone.localdate() + timedelta(days=2)})
    notify(cast, Verb.KEY_ROTATED)
    assert Notification.objects.filter(user=cast.mio).count() == 1

    mio.post(f"/notifications/snoozes/{Snooze.objects.get().public_id}/end/")
    notify(cast, Verb.KEY_ROTATED)
    assert Notification.objects.filter(user=cast.mio).count() == 2


@pytest.mark.parametrize("days", [-1, 0, 92, 5000])
def test_there_is_no_silence_without_a_near_end(mio, cast, days):
    notify(cast, Verb.KEY_ISSUED)
    pk = Notification.objects.get(user=cast.mio).pk
    until = timezone.localdate() + timedelta(days=days)

    assert mio.post(f"/notifications/{pk}/snooze/", {"what": "topic", "until": until}).status_code == 422
    assert not Snooze.objects.exists()


def test_hour_and_zone_of_the_digest_are_the_recipients(mio, cast):
    facts = {"rhythm": "WEEKLY", "hour": "18", "time_zone": "Europe/Rome"}
    assert mio.post(SETTINGS, facts).status_code == 303
    mine = NoticeSettings.objects.get(user=cast.mio)
    assert (mine.rhythm, mine.hour, mine.time_zone) == ("WEEKLY", 18, "Europe/Rome")
    assert mio.post(SETTINGS, facts | {"time_zone": "Moon"}).status_code == 422
