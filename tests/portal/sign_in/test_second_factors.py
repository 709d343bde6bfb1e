"""Authenticator apps and recovery codes."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.sessions.models import Session
from django.test import Client

from fiscal.services import open_factor
from organizations.models import SecurityEvent
from tests.portal.sign_in.hand import FIREFOX, add_app, at_once, code_of, is_in, typed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def petra(cast, clock) -> Client:
    return typed_in(cast.petra)


def codes_on(page: str) -> list[str]:
    return re.findall(r"\b\d{10}\b", page)


def test_with_an_app_the_password_alone_is_not_enough(cast, clock, petra):
    secret = add_app(petra)
    clock.shift(timedelta(seconds=60))
    other = typed_in(cast.petra)

    assert not is_in(other)
    other.post("/accounts/2fa/authenticate/", {"code": code_of(secret)})
    assert is_in(other)


def test_a_code_is_good_once(cast, clock, petra):
    secret = add_app(petra)
    clock.shift(timedelta(seconds=60))
    first, second = typed_in(cast.petra), typed_in(cast.petra)
    for client in (first, second):
        client.post("/accounts/2fa/authenticate/", {"code": code_of(secret)})

    assert is_in(first)
    assert not is_in(second)


def test_the_code_that_added_the_app_signs_nobody_in(cast, petra):
    secret = add_app(petra)
    other = typed_in(cast.petra)
    other.post("/accounts/2fa/authenticate/", {"code": code_of(secret)})

    assert not is_in(other)


def test_a_code_is_over_with_its_thirty_seconds(cast, clock, petra):
    secret = add_app(petra)
    clock.shift(timedelta(seconds=60))
    code, other = code_of(secret), typed_in(cast.petra)
    clock.shift(timedelta(seconds=31))
    other.post("/accounts/2fa/authenticate/", {"code": code})

    assert not is_in(other)


def test_secrets_lie_sealed_in_the_table_and_in_the_session(petra, cast):
    page = petra.get("/accounts/2fa/app/add/").content.decode()
    secret = re.search(r'id="app-secret" value="([A-Z2-7]+)"', page)[1]
    assert all(secret not in str(row.get_decoded()) for row in Session.objects.all())
    add_app(petra)

    for row in Authenticator.objects.filter(user=cast.petra):
        sealed = row.data.get("secret") or row.data["seed"]
        assert sealed.startswith("v1:embedded:")
        assert len(open_factor(sealed)) >= 32


def test_recovery_codes_are_shown_once_and_each_signs_in_once(cast, clock, petra):
    add_app(petra)
    shown = codes_on(petra.get("/accounts/2fa/codes/").content.decode())
    again = codes_on(petra.get("/accounts/2fa/codes/").content.decode())
    results = []
    for _ in range(2):
        client = typed_in(cast.petra)
        client.post("/accounts/2fa/authenticate/", {"code": shown[0]})
        results.append(is_in(client))

    assert len(set(shown)) == 10
    assert again == []
    assert results == [True, False]
    assert SecurityEvent.objects.filter(user=cast.petra, verb="CODE_SPENT").count() == 1


def test_new_recovery_codes_put_the_old_ones_out_of_use(cast, petra):
    add_app(petra)
    old = codes_on(petra.get("/accounts/2fa/codes/").content.decode())
    with at_once():
        petra.post("/accounts/2fa/codes/new/")
    new = codes_on(petra.get("/accounts/2fa/codes/").content.decode())
    client = typed_in(cast.petra)
    client.post("/accounts/2fa/authenticate/", {"code": old[0]})

    assert len(new) == 10 and not set(new) & set(old)
    assert not is_in(client)


def test_adding_a_factor_gives_the_session_another_key(petra):
    before = petra.cookies["sessionid"].value
    add_app(petra)

    assert petra.cookies["sessionid"].value != before
    assert is_in(petra)


def test_removing_the_last_factor_ends_the_other_sessions_and_the_recovery_codes(cast, clock, petra):
    secret = add_app(petra)
    clock.shift(timedelta(seconds=60))
    other = typed_in(cast.petra)
    other.post("/accounts/2fa/authenticate/", {"code": code_of(secret)})
    assert is_in(other)
    petra.post("/accounts/2fa/app/remove/")

    assert is_in(petra)
    assert not is_in(other)
    assert not Authenticator.objects.filter(user=cast.petra).exists()


def test_codes_cannot_be_guessed(cast, petra):
    add_app(petra)
    other = typed_in(cast.petra)
    pages = [other.post("/accounts/2fa/authenticate/", {"code": f"{n:06}"}).content.decode() for n in range(15)]

    assert "Too many" in pages[-1]


def test_a_reset_password_does_not_take_the_second_factor_away(cast, clock, petra, mailoutbox):
    add_app(petra)
    clock.shift(timedelta(seconds=60))
    visitor = Client(headers={"User-Agent": FIREFOX})
    visitor.post("/accounts/password/reset/", {"email": cast.petra.email})
    link = re.search(r"http://testserver(/accounts/password/reset/key/\S+)", mailoutbox[-1].body)[1]
    form = visitor.get(link, follow=True).redirect_chain[-1][0]
    new = "another invented pass phrase"
    visitor.post(form, {"password1": new, "password2": new})
    other = typed_in(cast.petra, password=new)

    assert not is_in(other)
    assert other.get("/accounts/2fa/authenticate/").status_code == 200
    assert not is_in(petra)
