"""Dangerous pages ask again who somebody is: on the way there, and in the middle of a form."""

from __future__ import annotations

import re
from datetime import timedelta
from importlib import import_module

import pytest
from django import forms
from django.test import Client

from organizations.models import ApiKey
from portal.sign_in.asking import SECRETS
from portal.views import wizard
from tests.cast import PASSWORD
from tests.house.tree import ROOT
from tests.portal.sign_in.hand import add_app, code_of, typed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def petra(cast, clock) -> Client:
    return typed_in(cast.petra)


@pytest.fixture
def new_key(cast) -> str:
    return f"/o/{cast.shop.public_id}/keys/new/"


def test_right_after_signing_in_nothing_is_asked(petra, new_key):
    assert petra.get(new_key).status_code == 200


def test_after_five_minutes_a_page_opens_only_after_a_proof(petra, new_key, clock):
    clock.shift(timedelta(minutes=5, seconds=1))
    asked = petra.get(new_key)
    proved = petra.post(asked["Location"], {"password": PASSWORD, "next": new_key})

    assert asked["Location"].startswith("/accounts/reauthenticate/?next=")
    assert proved["Location"] == new_key
    assert petra.get(new_key).status_code == 200


def test_a_wrong_password_proves_nothing(petra, new_key, clock):
    clock.shift(timedelta(minutes=6))
    petra.post("/accounts/reauthenticate/", {"password": "not the password", "next": new_key})

    assert petra.get(new_key).status_code == 302


def test_a_code_proves_it_too(cast, petra, new_key, clock):
    secret = add_app(petra)
    clock.shift(timedelta(minutes=6))
    petra.post("/accounts/2fa/reauthenticate/", {"code": code_of(secret), "next": new_key})

    assert petra.get(new_key).status_code == 200


def test_a_proof_gives_the_session_another_key(petra, new_key, clock):
    clock.shift(timedelta(minutes=6))
    before = petra.cookies["sessionid"].value
    petra.post("/accounts/reauthenticate/", {"password": PASSWORD, "next": new_key})

    assert petra.cookies["sessionid"].value != before
    assert len(petra.get("/account/").context["sessions"]) == 1


def test_a_fragment_sends_the_whole_page_to_the_proof(petra, new_key, clock):
    clock.shift(timedelta(minutes=6))
    answer = petra.get(new_key, headers={"HX-Request": "true", "HX-Current-URL": "http://testserver/keys/"})

    assert answer.status_code == 200
    assert answer["HX-Redirect"].startswith("/accounts/reauthenticate/?next=")


def test_who_has_the_page_open_may_finish_within_fifteen_minutes(cast, petra, new_key, clock):
    clock.shift(timedelta(minutes=14))
    answer = petra.post(new_key, {"name": "till-2", "mode": "TEST"})

    assert answer.status_code == 303
    assert ApiKey.objects.filter(name="till-2").exists()


def test_later_nothing_typed_is_lost_and_the_proof_is_given_in_place(cast, petra, new_key, clock):
    clock.shift(timedelta(minutes=16))
    held = petra.post(new_key, {"name": "till-2", "mode": "TEST"})
    form = held.content.decode().partition('<form class="k-confirm"')[2].partition("</form>")[0]
    typed = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', form))
    del typed["csrfmiddlewaretoken"]

    assert held.status_code == 422
    assert not ApiKey.objects.filter(name="till-2").exists()
    assert typed == {"name": "till-2", "mode": "TEST"}
    refused = petra.post(new_key, {**typed, "confirm_password": "not the password"})
    assert refused.status_code == 422
    assert "This is not your password." in refused.content.decode()
    assert petra.post(new_key, {**typed, "confirm_password": PASSWORD}).status_code == 303
    assert ApiKey.objects.filter(name="till-2").exists()


def test_in_place_a_code_is_taken_as_well_and_once_only(cast, petra, new_key, clock):
    secret = add_app(petra)
    clock.shift(timedelta(minutes=16))
    code = code_of(secret)
    first = petra.post(new_key, {"name": "till-2", "mode": "TEST", "confirm_code": code})
    clock.shift(timedelta(minutes=16))
    second = petra.post(new_key, {"name": "till-3", "mode": "TEST", "confirm_code": code})

    assert first.status_code == 303
    assert second.status_code == 422


def test_in_a_dialog_the_form_comes_back_into_the_dialog(petra, new_key, clock):
    clock.shift(timedelta(minutes=16))
    answer = petra.post(new_key, {"name": "till-2", "mode": "TEST"}, headers={"HX-Request": "true"})

    assert (answer.status_code, answer["HX-Retarget"]) == (422, "#dialog")
    assert answer.content.decode().lstrip().startswith("<form")


def test_secrets_are_not_sent_back(cast, petra, clock):
    clock.shift(timedelta(minutes=16))
    typed = {"key": "test_abc_kontor", "secret": "a very secret secret"}
    held = petra.post(f"/o/{cast.maker.public_id}/credentials/new/", typed)

    assert held.status_code == 422
    assert not any(value in held.content.decode() for value in typed.values())
    assert "asked for again" in held.content.decode()
    assert "no-store" in held["Cache-Control"]


def test_every_secret_field_of_every_form_is_known_as_one():
    names = set()
    for path in (ROOT / "portal" / "forms").glob("*.py"):
        module = import_module(f"portal.forms.{path.stem}")
        for kind in vars(module).values():
            if isinstance(kind, type) and issubclass(kind, forms.BaseForm):
                names |= {n for n, field in kind.base_fields.items() if isinstance(field.widget, forms.PasswordInput)}

    ours = names - {"password1", "password2"}
    assert ours >= {"secret", "client_secret"}
    assert ours <= SECRETS


def test_the_last_step_of_the_wizard_asks_too():
    """It makes organizations, in LIVE too, with keys and who pays for them. Its earlier steps only ask."""
    assert wizard._carry_out.fresh


def test_nobody_is_let_through_by_trying_often(petra, new_key, clock):
    clock.shift(timedelta(minutes=16))
    answers = [
        petra.post(new_key, {"name": "till-2", "mode": "TEST", "confirm_password": f"wrong {n}"}).content.decode()
        for n in range(12)
    ]

    assert "Too many tries" in answers[-1]
