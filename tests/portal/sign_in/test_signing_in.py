"""Signing in with address and password, and out again."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from organizations.models import SecurityEvent
from tests.portal.sign_in.hand import IPHONE, is_in, post_password, typed_in

pytestmark = pytest.mark.django_db


def test_first_the_address_is_asked_for_and_then_the_password(cast):
    client = Client()
    first = client.get("/accounts/login/").content.decode()
    second = client.post("/accounts/login/", {"login": cast.petra.email}).content.decode()

    assert 'type="password"' not in first
    assert 'autocomplete="username webauthn"' in first
    assert 'type="password"' in second
    assert f'value="{cast.petra.email}"' in second


def test_the_second_step_is_the_same_for_an_address_without_an_account(cast):
    pages = [
        Client().post("/accounts/login/", {"login": address}).content.decode().replace(address, "#")
        for address in (cast.petra.email, "nobody@kassenwerk.example")
    ]
    known, unknown = (re.sub(r'(token" (value|content)=")\w+', r"\1", page) for page in pages)

    assert known == unknown


def test_a_wrong_password_is_answered_as_an_unknown_address_is(cast):
    pages = [
        post_password(Client(), address, "not the password").content.decode().replace(address, "#")
        for address in (cast.petra.email, "nobody@kassenwerk.example")
    ]
    known, unknown = (re.sub(r'(token" (value|content)=")\w+', r"\1", page) for page in pages)

    assert known == unknown


@pytest.mark.parametrize("address", ["", "no address", "x@", "petra@kassenwerk.example\0"])
def test_what_is_no_address_is_asked_for_again(cast, address):
    answer = Client(raise_request_exception=False).post("/accounts/login/", {"login": address})

    assert answer.status_code in {400, 422}


def test_the_sign_in_page_is_small_and_has_no_sidebar(cast):
    page = Client().get("/accounts/login/").content

    assert len(page) < 10_000
    assert b"k-nav" not in page
    assert b'id="navigation"' not in page


def test_the_session_gets_another_key_when_somebody_signs_in(cast):
    client = Client()
    client.get("/accounts/2fa/passkeys/login/", headers={"Accept": "application/json"})
    before = client.cookies["sessionid"].value
    typed_in(cast.petra, client=client)

    assert client.cookies["sessionid"].value != before


def test_signing_out_ends_the_session_and_has_the_browser_forget(cast):
    client = typed_in(cast.petra)
    stolen = Client()
    stolen.cookies["sessionid"] = client.cookies["sessionid"].value
    answer = client.post("/accounts/logout/")

    assert answer["Clear-Site-Data"] == '"cache", "storage"'
    assert not is_in(client)
    assert not is_in(stolen)


def test_after_signing_in_one_is_where_one_wanted_to_be_and_never_elsewhere(cast):
    wanted = post_password(Client(), cast.petra.email, "an invented password", next="/keys/")
    elsewhere = [
        post_password(Client(), cast.petra.email, "an invented password", next=address)
        for address in (
            "//evil.example",
            "https://evil.example/",
            "\\\\evil.example",
            "/%09/evil.example",
            "javascript:alert(1)",
            "///evil.example",
            "https:evil.example",
            "/\\evil.example",
        )
    ]

    assert wanted["Location"] == "/keys/"
    assert {answer["Location"] for answer in elsewhere} <= {"/", "/%09/evil.example"}


def test_what_happened_to_the_account_is_on_record_with_address_and_browser(cast):
    post_password(Client(headers={"User-Agent": IPHONE}), cast.petra.email, "not the password")
    client = typed_in(cast.petra)
    client.post("/accounts/logout/")

    verbs = list(SecurityEvent.objects.filter(user=cast.petra).values_list("verb", flat=True).order_by("pk"))
    failed = SecurityEvent.objects.filter(user=cast.petra, verb="SIGN_IN_FAILED").get()
    assert verbs == ["SIGN_IN_FAILED", "SIGNED_IN", "SIGNED_OUT"]
    assert (failed.ip, failed.user_agent) == ("127.0.0.1", IPHONE)
