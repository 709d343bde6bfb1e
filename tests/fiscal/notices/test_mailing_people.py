"""Mails of notifications: at once or as a digest, to who may read them, and twice at most when a worker dies."""

from __future__ import annotations

import smtplib
from datetime import UTC, datetime, timedelta

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.utils import timezone

from fiscal.services.notices import change_digest, mailings, mark_read, route_topic, snooze
from fiscal.services.notices.settings import settings_of
from fiscal.services.reports import following
from organizations.choices import Covers, Scope, Verb
from organizations.models import Mailing, NoticeSettings, Notification
from organizations.rules import RulesBroken
from organizations.topics import Channel, MailOutcome, Topic
from tests.cast import withdraw


@pytest.fixture
def wants(cast):
    def want(channel, who=None, where=None, topic=Topic.KEYS):
        who, where = who or cast.mio, where or cast.shop
        route_topic(who, reach=cast.reach(who, where), topic=topic, covers=Covers.BELOW, channel=channel)

    return want


def test_a_mail_at_once_tells_who_did_what_where_and_leads_there(cast, happened, tell, post, wants, settings, client):
    settings.PUBLIC_URL = "https://kontor.example"
    wants(Channel.AT_ONCE)
    happened(cast.petra, cast.shop, road="PARENT")
    tell()
    assert post() == 1

    (message,) = mail.outbox
    html, _kind = message.alternatives[0]
    assert message.to == ["mio@gasthaus.example"]
    assert message.subject == "Gasthaus Mio: somebody above this organization issued an API key"
    entry = f"/o/{cast.shop.public_id}/activity/{cast.shop.audit_chain.number}/"
    for text in (message.body, html):
        assert f"https://kontor.example{entry}" in text
        assert "https://kontor.example/notifications/settings/" in text
        assert "Petra" not in text and "Kassenwerk" not in text
    client.force_login(cast.mio)
    assert client.get(entry).status_code == 200
    assert (post(), len(mail.outbox)) == (0, 1)


def test_a_storm_is_one_mail_and_the_next_comes_five_minutes_later(cast, happened, tell, post, wants, clock):
    wants(Channel.AT_ONCE)
    for _ in range(3):
        happened(cast.petra, cast.shop, road="PARENT")
        tell()
        post()
    assert len(mail.outbox) == 1
    clock.shift(300)
    post()

    assert [message.subject for message in mail.outbox][1] == "2 events"


def test_and_212_more(cast, happened, tell, post, wants):
    wants(Channel.AT_ONCE)
    for _ in range(50 + 212):
        happened(cast.petra, cast.shop, road="PARENT")
    tell()
    post()

    assert mail.outbox[0].subject == "262 events"
    assert "and 212 more" in mail.outbox[0].body


def test_a_digest_comes_at_the_recipients_hour_grouped_by_organization(cast, happened, tell, post, wants, clock):
    change_digest(cast.petra, rhythm="DAILY", hour=9, time_zone="America/New_York")
    wants(Channel.DIGEST, cast.petra, cast.maker)
    happened(cast.mio, cast.shop)
    happened(cast.viewer, cast.sibling)
    happened(cast.mio, cast.shop)
    tell()
    clock.move_to(datetime(2026, 11, 2, 13, 59, tzinfo=UTC))
    assert post() == 0
    clock.move_to(datetime(2026, 11, 2, 14, 0, tzinfo=UTC))
    assert post() == 1

    (message,) = mail.outbox
    assert message.subject == "Digest: 3 events"
    assert message.body.index("Café Nebenan\n") < message.body.index("Gasthaus Mio\n")
    assert message.body.count("\nGasthaus Mio\n") == 1
    assert "2 Nov 2026, 03:00 EST" in message.body
    assert post() == 0


@pytest.mark.parametrize(
    ("after", "due"),
    [
        (datetime(2027, 3, 27, 12, tzinfo=UTC), datetime(2027, 3, 28, 1, tzinfo=UTC)),  # 02:30 does not exist that day
        (datetime(2026, 10, 24, 12, tzinfo=UTC), datetime(2026, 10, 25, 0, tzinfo=UTC)),  # 02:00 is there twice
        (datetime(2026, 10, 25, 0, tzinfo=UTC), datetime(2026, 10, 26, 1, tzinfo=UTC)),
    ],
)
def test_a_day_without_the_hour_or_with_two_of_them_has_one_digest(after, due):
    mine = NoticeSettings(rhythm="DAILY", hour=2, time_zone="Europe/Vienna")
    assert following(mine, after).astimezone(UTC) == due  # Python calls no hour that is there twice equal to another


def test_the_hour_stays_the_recipients_when_clocks_change():
    mine = NoticeSettings(rhythm="WEEKLY", hour=7, time_zone="Europe/Vienna")
    first = following(mine, datetime(2026, 10, 18, tzinfo=UTC))
    assert first == datetime(2026, 10, 19, 5, tzinfo=UTC)
    assert following(mine, first) == datetime(2026, 10, 26, 6, tzinfo=UTC)


def test_who_was_away_gets_one_digest_and_not_all_that_were_missed(cast, happened, tell, post, wants, clock):
    wants(Channel.DIGEST)
    happened(cast.petra, cast.shop, road="PARENT")
    tell()
    clock.shift(10 * 86_400)

    assert (post(), post()) == (1, 0)


def test_who_lost_the_reach_between_telling_and_sending_gets_no_mail(cast, happened, tell, post, wants):
    wants(Channel.AT_ONCE)
    happened(cast.petra, cast.shop, road="PARENT")
    tell()
    withdraw(cast.mio)
    post()

    assert mail.outbox == []
    assert Mailing.objects.get().outcome == MailOutcome.NOTHING


def test_the_area_is_asked_for_at_sending_too(cast, happened, tell, post, wants):
    wants(Channel.AT_ONCE, topic=Topic.ACCESS)
    happened(cast.petra, cast.shop, Verb.ACCESS_GRANTED, road="PARENT")
    tell()
    withdraw(cast.mio, Scope.USERS)
    post()

    assert mail.outbox == []


def test_what_was_read_or_snoozed_meanwhile_is_not_mailed(cast, happened, tell, post, wants, clock):
    wants(Channel.DIGEST)
    happened(cast.petra, cast.shop, road="PARENT")
    tell()
    mark_read(cast.mio, Notification.objects.get(user=cast.mio).pk)
    clock.shift(86_400)
    post()
    happened(cast.petra, cast.shop, road="PARENT")
    tell()
    snooze(cast.mio, topic=Topic.KEYS, until=timezone.now() + timedelta(days=3))
    clock.shift(86_400)
    post()

    assert mail.outbox == []


def _dying(monkeypatch, *, after: bool):
    real = EmailBackend.send_messages

    def die(self, messages):
        if after:
            real(self, messages)
        raise SystemExit(137)

    monkeypatch.setattr(EmailBackend, "send_messages", die)


def test_a_worker_that_dies_between_sending_and_closing_doubles_one_mail_at_most(
    cast, happened, tell, post, wants, clock, monkeypatch
):
    wants(Channel.AT_ONCE)
    happened(cast.petra, cast.shop, road="PARENT")
    tell()
    with monkeypatch.context() as patched:
        _dying(patched, after=True)
        for _ in range(2):
            with pytest.raises(SystemExit):
                post()
            assert post() == 0  # leased: nobody else takes it
            clock.shift(301)
    post()
    clock.shift(301)
    post()

    assert len(mail.outbox) == 2
    closed = Mailing.objects.get()
    assert closed.outcome == MailOutcome.FAILED
    assert "nobody knows" in closed.error_text


def test_a_worker_that_dies_before_sending_leaves_a_mail_that_is_sent(
    cast, happened, tell, post, wants, clock, monkeypatch
):
    wants(Channel.AT_ONCE)
    happened(cast.petra, cast.shop, road="PARENT")
    tell()
    with monkeypatch.context() as patched:
        _dying(patched, after=False)
        with pytest.raises(SystemExit):
            post()
    clock.shift(301)

    assert post() == 1
    assert len(mail.outbox) == 1


def test_a_mail_server_that_is_down_is_asked_again_and_in_the_end_the_page_says_so(
    cast, happened, tell, post, wants, clock, monkeypatch, client
):
    wants(Channel.AT_ONCE)
    happened(cast.petra, cast.shop, road="PARENT")
    tell()

    def down(self, messages):
        raise smtplib.SMTPServerDisconnected("secret words of a server")

    monkeypatch.setattr(EmailBackend, "send_messages", down)
    for _ in range(8):
        post()
        clock.shift(3600)

    closed = Mailing.objects.get()
    assert (closed.outcome, closed.tries) == (MailOutcome.FAILED, mailings.MOST_TRIES)
    client.force_login(cast.mio)
    page = client.get("/notifications/settings/").content.decode()
    assert "The mail server did not take it (SMTPServerDisconnected)." in page
    assert "secret words" not in page


def test_an_address_that_is_refused_is_not_tried_again(cast, happened, tell, post, wants, clock, monkeypatch):
    wants(Channel.AT_ONCE)
    happened(cast.petra, cast.shop, road="PARENT")
    tell()

    def refuse(self, messages):
        raise smtplib.SMTPRecipientsRefused({"mio@gasthaus.example": (550, b"no such user")})

    monkeypatch.setattr(EmailBackend, "send_messages", refuse)
    post()

    assert (Mailing.objects.get().outcome, Mailing.objects.get().tries) == (MailOutcome.FAILED, 1)


def test_two_workers_that_saw_the_same_mail_send_it_once(cast, happened, tell, post, wants):
    wants(Channel.AT_ONCE)
    happened(cast.petra, cast.shop, road="PARENT")
    tell()
    mailings.gather_mails(now=timezone.now())
    one, other = Mailing.objects.get(), Mailing.objects.get()

    assert mailings._lease(one, timezone.now())
    assert mailings._lease(other, timezone.now()) is None


@pytest.mark.parametrize("wrong", [{"hour": 24}, {"time_zone": "Mars/Olympus"}, {"rhythm": "HOURLY"}])
def test_a_digest_without_an_hour_of_this_world_is_refused(cast, wrong):
    with pytest.raises(RulesBroken):
        change_digest(cast.mio, **{"rhythm": "DAILY", "hour": 7, "time_zone": "Europe/Vienna", **wrong})
    assert settings_of(cast.mio).hour == 7
