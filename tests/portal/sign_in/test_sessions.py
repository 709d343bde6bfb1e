"""How long sessions last, what their list shows, and how they end."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from organizations.models import SecurityEvent
from tests.portal.sign_in.hand import FIREFOX, IPHONE, is_in, typed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def petra(cast, clock) -> Client:
    return typed_in(cast.petra)


def test_an_idle_session_ends_after_three_hours(petra, clock):
    clock.shift(timedelta(hours=2, minutes=59))
    assert is_in(petra)
    clock.shift(timedelta(hours=3, minutes=2))

    assert not is_in(petra)


def test_a_busy_session_ends_after_twelve_hours(petra, clock):
    for _ in range(11):
        clock.shift(timedelta(hours=1))
        assert is_in(petra)
    clock.shift(timedelta(hours=1, minutes=1))

    assert not is_in(petra)


def test_a_page_that_fetches_by_itself_keeps_no_session_alive(petra, clock):
    for _ in range(8):
        clock.shift(timedelta(minutes=30))
        petra.get("/organizations/", headers={"HX-Request": "true", "X-Poll": "1"})

    assert not is_in(petra)


def test_both_limits_are_settings(cast, clock, settings):
    settings.IDLE_MINUTES, settings.SESSION_HOURS = 10, 1
    idle, busy = typed_in(cast.petra), typed_in(cast.petra)
    for _ in range(6):
        clock.shift(timedelta(minutes=9))
        is_in(busy)
    clock.shift(timedelta(minutes=7))

    assert not is_in(idle)
    assert not is_in(busy)


def test_not_every_request_writes(petra, clock):
    is_in(petra)
    clock.shift(timedelta(seconds=59))
    with CaptureQueriesContext(connection) as quiet:
        is_in(petra)
    clock.shift(timedelta(seconds=2))
    with CaptureQueriesContext(connection) as written:
        is_in(petra)

    assert writes(quiet) == []
    assert len(writes(written)) == 2


def writes(captured: CaptureQueriesContext) -> list[str]:
    return [query["sql"] for query in captured if query["sql"].startswith(("UPDATE", "INSERT", "DELETE"))]


def test_a_fragment_whose_session_ended_sends_the_whole_page_to_sign_in_and_back(petra, clock):
    clock.shift(timedelta(hours=4))
    headers = {"HX-Request": "true", "HX-Current-URL": "http://testserver/organizations/?q=mio"}
    answer = petra.get("/organizations/", headers=headers)

    assert answer.status_code == 200
    assert answer["HX-Redirect"] == "/accounts/login/?next=%2Forganizations%2F%3Fq%3Dmio"


def test_the_list_shows_device_address_and_when_it_was_seen(cast, petra):
    typed_in(cast.petra, client=Client(headers={"User-Agent": IPHONE}, REMOTE_ADDR="203.0.113.7"))
    page = petra.get("/account/").content.decode()

    assert "Firefox on Linux" in page
    assert "Safari on iPhone" in page
    assert "203.0.113.7" in page
    assert page.count("this one") == 1


def test_one_session_can_be_ended(cast, petra):
    other = typed_in(cast.petra)
    ids = [row.id for row in sessions(cast, petra) if not row.current]
    petra.post(f"/account/sessions/{ids[0]}/end/")

    assert not is_in(other)
    assert is_in(petra)
    assert SecurityEvent.objects.filter(user=cast.petra, verb="SESSION_ENDED").exists()


def sessions(cast, client: Client):
    return client.get("/account/").context["sessions"]


def test_nobody_ends_a_session_of_somebody_else(cast, petra):
    hanna = typed_in(cast.hanna)
    hers = sessions(cast, hanna)[0].id

    assert petra.post(f"/account/sessions/{hers}/end/").status_code == 404
    assert is_in(hanna)


def test_all_others_can_be_ended_at_once(cast, petra):
    others = [typed_in(cast.petra) for _ in range(2)]
    hanna = typed_in(cast.hanna)
    petra.post("/account/sessions/end/")

    assert [is_in(other) for other in others] == [False, False]
    assert is_in(petra)
    assert is_in(hanna)


def test_ended_and_idle_sessions_are_not_listed(cast, petra, clock):
    typed_in(cast.petra).post("/accounts/logout/")
    typed_in(cast.petra)
    clock.shift(timedelta(hours=2))
    is_in(petra)
    clock.shift(timedelta(hours=2))
    is_in(petra)

    assert [row.current for row in sessions(cast, petra)] == [True]


def test_a_changed_password_ends_all_other_sessions(cast, petra):
    other = typed_in(cast.petra)
    new = "another invented pass phrase"
    answer = petra.post(
        "/accounts/password/change/", {"oldpassword": "an invented password", "password1": new, "password2": new}
    )

    assert answer.status_code == 302
    assert is_in(petra)
    assert not is_in(other)
    assert len(sessions(cast, petra)) == 1


def test_a_deactivated_person_is_out_at_the_next_request(cast, petra):
    cast.petra.is_active = False
    cast.petra.save(update_fields=["is_active"])

    assert not is_in(petra)


def test_an_operator_ends_the_sessions_of_one_person_or_of_everybody(cast, petra, capsys):
    hanna = typed_in(cast.hanna)
    call_command("end_sessions", email=cast.petra.email)
    assert (is_in(petra), is_in(hanna)) == (False, True)
    call_command("end_sessions", everybody=True)

    assert not is_in(hanna)
    with pytest.raises(CommandError):
        call_command("end_sessions", email="nobody@nowhere.example")


def test_a_session_from_before_the_limits_gets_them_now(cast, clock):
    client = Client(headers={"User-Agent": FIREFOX})
    client.force_login(cast.petra)
    session = client.session
    del session["kontor_began"], session["kontor_seen"]
    session.save()
    assert is_in(client)
    clock.shift(timedelta(hours=4))

    assert not is_in(client)
