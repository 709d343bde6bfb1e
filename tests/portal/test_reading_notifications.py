"""Reading what one was told: the list, the bell, marking, filtering; nobody else's."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import transaction
from django.utils import timezone

from fiscal.services.notices import tell_everybody
from organizations.access import EVERYTHING, Reach
from organizations.audit import record
from organizations.choices import Verb
from organizations.models import AuditChain, NoticeCursor, Notification


@pytest.fixture
def told(cast) -> Callable[..., None]:
    """Petra does something at Mio's shop, and Mio is told."""
    NoticeCursor.objects.all().delete()
    for chain in AuditChain.objects.all():
        NoticeCursor.objects.create(organization_id=chain.organization_id, number=chain.number)

    def happen(*verbs: Verb) -> None:
        for verb in verbs:
            with transaction.atomic():
                record(Reach(cast.petra, cast.shop, EVERYTHING, "PARENT"), verb, cast.shop)
        tell_everybody(now=timezone.now())

    return happen


@pytest.fixture
def mio(client, cast):
    client.force_login(cast.mio)
    return client


def test_the_list_says_what_happened_and_leads_to_the_entry(cast, told, mio):
    told(Verb.KEY_ISSUED)
    page = mio.get("/notifications/").content.decode()

    assert "somebody above this organization issued an API key: Gasthaus Mio" in page
    entry = f"/o/{cast.shop.public_id}/activity/{cast.shop.audit_chain.number}/"
    assert entry in page
    assert mio.get(entry).status_code == 200
    assert "Petra" not in page


def test_the_bell_counts_in_one_query_beside_the_session(told, mio, django_assert_num_queries):
    told(Verb.KEY_ISSUED, Verb.ACCESS_GRANTED)
    assert 'hx-get="/notifications/bell/"' in mio.get("/").content.decode()
    # Session, person, whether a second factor is demanded, where their roads start (two), the count.
    with django_assert_num_queries(6):
        bell = mio.get("/notifications/bell/").content.decode()

    assert "Notifications, 2 unread" in bell
    assert "hx-get" not in bell


def test_the_list_costs_the_same_however_long_it_is(told, mio, django_assert_num_queries):
    told(Verb.KEY_ISSUED)
    headers = {"HX-Request": "true"}
    with django_assert_num_queries(11):
        mio.get("/notifications/", headers=headers)
    told(*[Verb.KEY_ROTATED] * 30)
    with django_assert_num_queries(11):
        mio.get("/notifications/", headers=headers)


def test_unread_stands_first(told, mio, cast):
    told(Verb.KEY_ISSUED, Verb.KEY_ROTATED)
    newest = Notification.objects.filter(user=cast.mio).order_by("-pk").first()
    answer = mio.post(f"/notifications/{newest.pk}/read/", {"next": "/notifications/?topic=KEYS"})
    page = mio.get("/notifications/").content.decode()

    assert (answer.status_code, answer["Location"]) == (303, "/notifications/?topic=KEYS")
    assert page.index("issued an API key") < page.index("rotated an API key")
    assert "rotated" not in mio.get("/notifications/?unread=1").content.decode()


def test_a_mark_leads_back_to_the_list_and_never_elsewhere(told, mio, cast):
    told(Verb.KEY_ISSUED)
    pk = Notification.objects.get(user=cast.mio).pk
    answer = mio.post(f"/notifications/{pk}/read/", {"next": "https://evil.example/"})

    assert answer["Location"] == "/notifications/"


def test_read_and_unread_again(told, mio, cast):
    told(Verb.KEY_ISSUED)
    own = Notification.objects.filter(user=cast.mio)
    mio.post(f"/notifications/{own.get().pk}/read/")
    assert own.get().read_at
    mio.post(f"/notifications/{own.get().pk}/read/", {"unread": "1"})
    assert own.get().read_at is None


def test_mark_all_read_leaves_what_came_after_the_page_was_shown(told, mio, cast):
    told(Verb.KEY_ISSUED, Verb.KEY_ROTATED)
    shown = Notification.objects.filter(user=cast.mio).order_by("-pk").first().pk
    told(Verb.KEY_DISABLED)
    mio.post("/notifications/read/", {"newest": shown})

    (left,) = Notification.objects.filter(user=cast.mio, read_at=None).select_related("entry")
    assert left.entry.verb == "KEY_DISABLED"


def test_a_filter_shows_one_kind(told, mio):
    told(Verb.KEY_ISSUED, Verb.ACCESS_GRANTED)
    page = mio.get("/notifications/?topic=ACCESS").content.decode()

    assert "granted access to" in page
    assert "issued an API key" not in page


@pytest.mark.parametrize("method", ["get", "post"])
def test_nobody_elses_can_be_read_marked_or_snoozed(told, client, cast, method):
    told(Verb.KEY_ISSUED)
    pk = Notification.objects.get(user=cast.mio).pk
    client.force_login(cast.stranger)
    assert "issued an API key" not in client.get("/notifications/").content.decode()
    answers = [client.post(f"/notifications/{pk}/read/"), getattr(client, method)(f"/notifications/{pk}/snooze/")]
    client.post("/notifications/read/", {"newest": 999_999})

    assert [answer.status_code for answer in answers] == [404, 404]
    assert Notification.objects.get(pk=pk).read_at is None
