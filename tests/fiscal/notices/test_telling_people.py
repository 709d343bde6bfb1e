"""Telling people what is new: those who want to know and may, each thing once, and nobody else."""

from __future__ import annotations

import pytest
from django.db import IntegrityError
from django.utils import timezone

from fiscal.queries.activity.visible import BILLING_VERBS
from fiscal.queries.notices import notices, unread_count
from fiscal.services.notices import follow_object, route_topic, telling, tidy_notices
from organizations.access import NotAuthorized
from organizations.choices import Covers, Scope, Verb
from organizations.models import FoldedNotice, NamedGroup, NamedGroupMember, NoticeCursor, Notification, Subscription
from organizations.topics import FOR_OWNERS, Channel, Topic
from tests.cast import allow, person, withdraw


def told(user) -> list[str]:
    return [row.event.verb for row in notices(user).rows]


def route(cast, who, where, topic, channel=Channel.PORTAL, covers=Covers.BELOW):
    return route_topic(who, reach=cast.reach(who, where), topic=topic, covers=covers, channel=channel)


def test_every_verb_has_a_topic_and_billing_is_the_records_billing():
    assert [verb for verb in Verb if Topic.of(verb) == Topic.OTHER] == []
    assert {verb for verb in Verb if Topic.of(verb) == Topic.BILLING} == set(BILLING_VERBS)
    assert Topic.BILLING.scope == Scope.BILLING


def test_owners_are_told_of_access_credentials_and_keys_by_itself(cast, happened, tell):
    for verb in (Verb.KEY_ISSUED, Verb.ACCESS_GRANTED, Verb.CREDENTIAL_REPLACED, Verb.ARRANGEMENT_CHANGED):
        happened(cast.petra, cast.shop, verb, road="PARENT")
    tell()

    assert sorted(told(cast.mio)) == ["ACCESS_GRANTED", "CREDENTIAL_REPLACED", "KEY_ISSUED"]
    assert {Topic.of(verb) for verb in told(cast.mio)} == set(FOR_OWNERS)
    assert told(cast.viewer) == []


def test_owners_of_what_stands_above_are_told_by_itself_of_their_own_organization_only(cast, happened, tell):
    happened(cast.mio, cast.shop)
    happened(cast.hanna, cast.branch)
    tell()

    assert told(cast.petra) == []


def test_owners_can_say_no(cast, happened, tell):
    route(cast, cast.mio, cast.shop, Topic.KEYS, Channel.OFF, Covers.HERE)
    happened(cast.petra, cast.shop, road="PARENT")
    tell()

    assert told(cast.mio) == []


def test_nobody_is_told_of_what_they_did(cast, happened, tell):
    happened(cast.mio, cast.shop)
    tell()

    assert Notification.objects.filter(user=cast.mio).count() == 0


def test_a_route_below_leads_to_managed_and_provisioned_organizations_and_one_here_does_not(cast, happened, tell):
    allow(cast.viewer, cast.maker, Scope.ORGANIZATIONS, Scope.USERS)
    route(cast, cast.viewer, cast.maker, Topic.KEYS, covers=Covers.HERE)
    happened(cast.petra, cast.shop)
    tell()
    assert told(cast.viewer) == []

    route(cast, cast.viewer, cast.maker, Topic.KEYS)
    happened(cast.petra, cast.shop)
    happened(cast.hanna, cast.branch)
    tell()
    assert told(cast.viewer) == ["KEY_ISSUED"]
    assert Subscription.objects.filter(user=cast.viewer).count() == 1


def test_a_route_of_a_named_group_leads_to_its_members_only(cast, happened, tell):
    group = NamedGroup.objects.create(organization=cast.maker, name="South")
    NamedGroupMember.objects.create(group=group, organization=cast.shop)
    Subscription.objects.create(
        user=cast.viewer,
        organization=cast.maker,
        covers=Covers.GROUP,
        group=group,
        topic=Topic.KEYS,
        channel=Channel.PORTAL,
    )
    happened(cast.petra, cast.shop)
    happened(cast.petra, cast.sibling)
    tell()

    assert [row.event.organization for row in notices(cast.viewer).rows] == ["Gasthaus Mio"]


def test_followers_of_an_object_are_told_of_it_and_of_nothing_else(cast, happened, tell):
    follow_object(
        cast.viewer,
        reach=cast.reach(cast.viewer, cast.maker),
        subject_id=cast.shop.public_id,
        name="Gasthaus Mio",
        channel=Channel.PORTAL,
    )
    happened(cast.petra, cast.shop, Verb.LOGO_CHANGED)
    happened(cast.petra, cast.sibling, Verb.LOGO_CHANGED)
    tell()

    assert [row.event.subject for row in notices(cast.viewer).rows] == ["Gasthaus Mio"]


def test_only_who_may_view_the_area_at_this_moment_is_told(cast, happened, tell):
    route(cast, cast.viewer, cast.maker, Topic.BILLING)
    happened(cast.petra, cast.shop, Verb.ARRANGEMENT_CHANGED)
    withdraw(cast.viewer, Scope.BILLING)
    tell()

    assert Notification.objects.filter(user=cast.viewer).count() == 0


def test_nobody_can_route_what_they_may_not_read(cast):
    allow(cast.stranger, cast.maker, Scope.ORGANIZATIONS)
    narrow = cast.reach(cast.stranger, cast.maker)
    object.__setattr__(narrow, "grants", frozenset({(Scope.ORGANIZATIONS, "VIEW")}))

    with pytest.raises(NotAuthorized):
        route_topic(cast.stranger, reach=narrow, topic=Topic.ACCESS, covers=Covers.HERE, channel=Channel.PORTAL)
    assert Subscription.objects.count() == 0


def test_who_lost_the_reach_no_longer_sees_what_they_were_told(cast, happened, tell):
    happened(cast.petra, cast.shop, road="PARENT")
    happened(cast.petra, cast.shop, Verb.ACCESS_GRANTED, road="PARENT")
    tell()
    assert unread_count(cast.mio) == 2

    withdraw(cast.mio, Scope.USERS)
    assert told(cast.mio) == ["KEY_ISSUED"]
    withdraw(cast.mio)
    assert (told(cast.mio), unread_count(cast.mio)) == ([], 0)


def test_nobody_reads_the_name_of_somebody_above(cast, happened, tell):
    happened(cast.petra, cast.shop, road="PARENT")
    tell()

    (row,) = notices(cast.mio).rows
    assert row.event.actor == "somebody above this organization"
    assert "Petra" not in repr(row)
    assert "Kassenwerk" not in repr(row)


def test_a_tenants_events_never_reach_another_tenant(cast, happened, tell):
    """A canary: everybody asks for everything where they may, everything happens at all of them."""
    owners = {cast.petra: cast.maker, cast.hanna: cast.holding, cast.wanda: cast.label, cast.stranger: cast.elsewhere}
    for who, where in owners.items():
        for topic in Topic:
            route(cast, who, where, topic)
    mate = person("mate@elsewhere.example", "Mate")
    for where in (cast.maker, cast.holding, cast.label, cast.elsewhere, cast.branch, cast.shop):
        for verb in (Verb.KEY_ISSUED, Verb.ARRANGEMENT_CHANGED, Verb.RECEIPT_CREATED, Verb.REGISTER_ADDED):
            happened(mate, where, verb)
    tell()

    seen = {who.name: {row.event.organization for row in notices(who).rows} for who in owners}
    assert seen == {
        "Petra": {"Kassenwerk GmbH", "Gasthaus Mio"},
        "Hanna": {"Modehaus Ostermann AG", "Ostermann Graz"},
        "Wanda": {"Wanda White Label KG"},
        "Stranger": {"Fremde Kassen GmbH"},
    }
    assert Notification.objects.filter(user=cast.stranger).exclude(organization=cast.elsewhere).count() == 0


def test_more_than_fifty_in_an_hour_only_count(cast, happened, tell, clock):
    for _ in range(telling.MOST_AN_HOUR + 12):
        happened(cast.petra, cast.shop, road="PARENT")
    tell()

    found = notices(cast.mio)
    assert (found.total, [more for _hour, more in found.folded]) == (50, [12])
    clock.shift(3600)
    happened(cast.petra, cast.shop, road="PARENT")
    tell()
    assert notices(cast.mio).total == 51
    withdraw(cast.mio)
    assert notices(cast.mio).folded == []
    assert FoldedNotice.objects.count() == 1


def test_telling_twice_tells_once(cast, happened, tell):
    happened(cast.petra, cast.shop, road="PARENT")
    assert (tell(), tell()) == (1, 0)
    assert Notification.objects.filter(user=cast.mio).count() == 1


def test_a_worker_that_dies_before_its_end_has_told_nobody_and_the_next_one_tells_all(
    cast, happened, tell, monkeypatch
):
    for _ in range(3):
        happened(cast.petra, cast.shop, road="PARENT")

    def die(*_args, **_more):
        raise SystemExit(137)

    monkeypatch.setattr("fiscal.services.notices.telling._write", die)
    with pytest.raises(SystemExit):
        tell()
    monkeypatch.undo()
    assert Notification.objects.count() == 0
    tell()

    assert Notification.objects.filter(user=cast.mio).count() == 3
    assert NoticeCursor.objects.get(organization=cast.shop).number == cast.shop.audit_chain.number


def test_trouble_at_one_organization_does_not_keep_others_waiting(cast, happened, tell, monkeypatch):
    happened(cast.petra, cast.maker)
    happened(cast.petra, cast.shop, road="PARENT")
    real = telling.recipients

    def fail(organization, *more):
        if organization == cast.maker:
            raise IntegrityError
        return real(organization, *more)

    monkeypatch.setattr(telling, "recipients", fail)
    tell()

    assert told(cast.mio) == ["KEY_ISSUED"]
    assert NoticeCursor.objects.get(organization=cast.maker).number < cast.maker.audit_chain.number


def test_old_notifications_go(cast, happened, tell, clock):
    happened(cast.petra, cast.shop, road="PARENT")
    tell()
    clock.shift(181 * 86_400)

    assert tidy_notices(now=timezone.now()) == Notification.objects.count() + 1
