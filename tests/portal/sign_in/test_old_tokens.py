"""A form whose CSRF token is old: nothing typed is lost, and nothing that another site sent is offered again."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from organizations.models import ApiKey
from tests.cast import Cast

pytestmark = pytest.mark.django_db
TYPED = {"name": "till-9", "mode": "TEST"}
OWN = {"Sec-Fetch-Site": "same-origin"}


@pytest.fixture
def petra(cast) -> Client:
    client = Client(enforce_csrf_checks=True)
    client.force_login(cast.petra)
    return client


def new_key(cast: Cast) -> str:
    return f"/o/{cast.shop.public_id}/keys/new/"


def test_what_was_typed_comes_back_and_is_sent_again(cast, petra):
    held = petra.post(new_key(cast), TYPED, headers=OWN)
    again = dict(re.findall(r'name="(\w+)" value="([^"]*)"', held.content.decode()))

    assert held.status_code == 403
    assert not ApiKey.objects.filter(name="till-9").exists()
    assert petra.post(new_key(cast), again, headers=OWN).status_code == 303
    assert ApiKey.objects.filter(name="till-9").exists()


def test_in_a_dialog_it_comes_back_into_the_dialog(cast, petra):
    held = petra.post(new_key(cast), TYPED, headers={**OWN, "HX-Request": "true"})

    assert (held.status_code, held["HX-Retarget"]) == (422, "#dialog")
    assert 'value="till-9"' in held.content.decode()


@pytest.mark.parametrize("headers", [{}, {"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}])
def test_what_another_site_sent_is_not_offered(cast, petra, headers):
    held = petra.post(new_key(cast), TYPED, headers=headers)

    assert held.status_code == 403
    assert "till-9" not in held.content.decode()


def test_secrets_stay_out_of_it(cast, petra):
    typed = {"key": "test_abc_kontor", "secret": "a very secret secret"}
    held = petra.post(f"/o/{cast.maker.public_id}/credentials/new/", typed, headers=OWN)

    assert held.status_code == 403
    assert not any(value in held.content.decode() for value in typed.values())
