"""The mails of invitations: the database says what is due, and nothing else has to arrive for it to be sent."""

from __future__ import annotations

import smtplib
from datetime import timedelta

import pytest
from celery.app.task import Task
from django.core import mail
from django.test import Client
from django.utils import timezone

from fiscal import tasks
from organizations.models import Invitation
from organizations.services import expire_invitations, resend_invitation, send_due_invitations
from organizations.services.invitation_mail import MOST_TRIES, digest_of
from portal.logs import WithoutSecretAddresses
from tests.cast import Cast
from tests.organizations.letters import invited, link_of, offer, sent

SENDING = "organizations.services.invitation_mail.EmailMultiAlternatives.send"


def die(*_arguments: object, **_more: object) -> None:
    raise SystemExit(137)


def refuse(*_arguments: object, **_more: object) -> None:
    raise smtplib.SMTPServerDisconnected("gone")


def test_a_worker_that_died_after_the_token_was_stored_sends_a_new_one(cast: Cast, clock, monkeypatch) -> None:
    invited(cast.petra, cast.shop)
    monkeypatch.setattr(SENDING, die)
    with pytest.raises(SystemExit):
        send_due_invitations()
    monkeypatch.undo()
    first = Invitation.objects.get().digest
    assert first
    assert send_due_invitations() == 0, "its turn is not over yet"

    clock.shift(timedelta(minutes=2))

    assert send_due_invitations() == 1
    invitation = Invitation.objects.get()
    assert invitation.digest not in {"", first}
    assert len(mail.outbox) == 1
    assert Client().get(link_of(mail.outbox[0]), follow=True).status_code == 200


def test_a_worker_that_died_before_it_could_say_so_sends_twice_and_the_last_link_works(
    cast: Cast, clock, monkeypatch
) -> None:
    """The mail went out, and nobody knows: the person gets another, whose link replaced the first."""
    invited(cast.petra, cast.shop)
    real = mail.EmailMultiAlternatives.send

    def send_and_die(self: mail.EmailMultiAlternatives, **more: object) -> None:
        real(self, **more)
        raise SystemExit(137)

    monkeypatch.setattr(SENDING, send_and_die)
    with pytest.raises(SystemExit):
        send_due_invitations()
    monkeypatch.undo()
    clock.shift(timedelta(minutes=2))
    send_due_invitations()

    old, new = (link_of(message) for message in mail.outbox)
    assert Client().get(old, follow=True).status_code == 404
    assert Client().get(new, follow=True).status_code == 200


def test_a_lost_doorbell_loses_nothing(cast: Cast, clock) -> None:
    """No message reaches a broker in these tests: beat's slot, or the sweep a minute later, finds what is due."""
    invited(cast.petra, cast.shop)

    assert tasks.run_periodic("send_invitations", now=timezone.now())

    assert len(mail.outbox) == 1
    assert not tasks.run_periodic("send_invitations", now=timezone.now()), "two beats are one"


def test_what_is_rung_for_carries_nothing(cast: Cast, monkeypatch) -> None:
    rung = []
    monkeypatch.setattr(Task, "delay", lambda self, **told: rung.append((self.name, told)))
    assert tasks.ring_post()

    assert rung == [("fiscal.tasks.post_invitations", {})]
    invited(cast.petra, cast.shop)
    tasks.post_invitations()
    assert len(mail.outbox) == 1


def test_a_mail_server_that_refuses_is_tried_with_growing_pauses_and_given_up(
    cast: Cast, clock, monkeypatch, caplog
) -> None:
    invitation = invited(cast.petra, cast.shop)
    monkeypatch.setattr(SENDING, refuse)
    began = timezone.now()
    for _ in range(200):
        send_due_invitations()
        clock.shift(timedelta(minutes=1))
    invitation.refresh_from_db()
    assert (invitation.mail_tries, invitation.mail_due_at, invitation.sent_at) == (MOST_TRIES, None, None)
    assert caplog.text.count("was not sent") == MOST_TRIES
    assert timezone.now() - began > timedelta(minutes=62)

    monkeypatch.undo()
    resend_invitation(offer(cast.petra, cast.shop).reach, invitation_id=invitation.public_id)
    assert send_due_invitations() == 1


def test_the_hours_of_a_link_count_from_its_mail(cast: Cast, clock) -> None:
    invited(cast.petra, cast.shop)
    clock.shift(timedelta(hours=40))
    link = sent()
    clock.shift(timedelta(hours=47))

    assert Client().get(link, follow=True).status_code == 200


def test_what_could_not_be_sent_in_two_days_is_not_sent_any_more(cast: Cast, clock) -> None:
    invited(cast.petra, cast.shop)
    clock.shift(timedelta(hours=49))

    assert send_due_invitations() == 0
    assert expire_invitations() == 1
    assert mail.outbox == []


def test_a_claim_is_made_once(cast: Cast, monkeypatch) -> None:
    """Two workers read the same row as due: the second finds it claimed."""
    invited(cast.petra, cast.shop)
    real = mail.EmailMultiAlternatives.send
    others = []

    def send(self: mail.EmailMultiAlternatives, **more: object) -> int:
        others.append(send_due_invitations())
        return real(self, **more)

    monkeypatch.setattr(SENDING, send)

    assert send_due_invitations() == 1
    assert others == [0]
    assert len(mail.outbox) == 1


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("Not Found: /invitations/abc-_9/", "Not Found: /invitations/…/"),
        ("GET /o/1/people/invitations/77/ 404", "GET /o/1/people/invitations/77/ 404"),
        ("GET /invitations/open/ 500", "GET /invitations/open/ 500"),
    ],
)
def test_logs_leave_out_the_token(said: str, told: str) -> None:
    import logging

    record = logging.LogRecord("django.request", logging.WARNING, "x", 1, said, (), None)

    assert WithoutSecretAddresses().filter(record)
    assert record.getMessage() == told


def test_only_a_digest_is_stored(cast: Cast) -> None:
    invited(cast.petra, cast.shop)
    token = sent().strip("/").split("/")[-1]

    assert Invitation.objects.get().digest == digest_of(token)
    assert token not in str(Invitation.objects.values())
