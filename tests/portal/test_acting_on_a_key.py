"""Disabling, enabling, replacing and deleting keys: what each demands as proof, and that nothing happens without it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from fiscal.services import reveal, tidy
from organizations.choices import KeyStatus, Mode
from organizations.models import ApiKey, AuditEntry
from organizations.services import disable_key, issue_key, retire_key

PROOF = {"typed_name": "till-3", "reason": "till sold"}


@pytest.fixture
def petra(cast, client: Client) -> Client:
    client.force_login(cast.petra)
    return client


@pytest.fixture
def key(cast, settle):
    issued = issue_key(cast.reach(cast.petra, cast.shop), name="till-3", mode=Mode.TEST)
    settle()
    return issued


@pytest.fixture
def handed_over(cast, key):
    reveal(cast.reach(cast.petra, cast.shop), key_id=key.public_id)
    return key


def url_of(cast, key, action: str) -> str:
    return reverse(f"portal:key_{action}", args=[cast.shop.public_id, key.public_id])


def test_a_key_nobody_was_shown_is_disabled_by_one_button(cast, petra, key, sandbox, settle):
    assert "never shown to anybody" in petra.get(url_of(cast, key, "disable")).content.decode()
    assert petra.post(url_of(cast, key, "disable")).status_code == 303
    settle()
    assert [one["status"] for one in sandbox.objects("api_key") if one["name"] == "till-3"] == ["disabled"]


@pytest.mark.parametrize("proof", [{}, {"typed_name": "till-3"}, {"reason": "sold"}, {**PROOF, "typed_name": "till-4"}])
def test_a_handed_over_key_is_not_disabled_without_its_name_and_a_reason(cast, petra, handed_over, proof):
    answer = petra.post(url_of(cast, handed_over, "disable"), proof)
    assert answer.status_code == 422
    handed_over.refresh_from_db()
    assert handed_over.status == KeyStatus.ENABLED
    assert not AuditEntry.objects.filter(verb="KEY_DISABLED").exists()


def test_a_handed_over_key_is_disabled_with_its_name_and_the_reason_is_on_record(cast, petra, handed_over):
    assert petra.post(url_of(cast, handed_over, "disable"), PROOF).status_code == 303
    assert AuditEntry.objects.get(verb="KEY_DISABLED").reason == "till sold"


def test_a_disabled_key_is_enabled_again(cast, petra, key):
    disable_key(cast.reach(cast.petra, cast.shop), key_id=key.public_id)
    page = petra.get(reverse("portal:key", args=[cast.shop.public_id, key.public_id])).content.decode()
    assert url_of(cast, key, "enable") in page
    assert url_of(cast, key, "disable") not in page
    assert petra.post(url_of(cast, key, "enable")).status_code == 303
    key.refresh_from_db()
    assert key.status == KeyStatus.ENABLED


def test_an_unseen_test_key_is_deleted_with_a_tick(cast, petra, key):
    assert petra.post(url_of(cast, key, "delete")).status_code == 422
    assert petra.post(url_of(cast, key, "delete"), {"understood": "yes"}).status_code == 303
    key.refresh_from_db()
    assert key.retired_at is not None
    assert petra.get(url_of(cast, key, "delete")).status_code == 404


def test_a_handed_over_key_is_deleted_only_with_its_name_and_a_reason(cast, petra, handed_over):
    assert petra.post(url_of(cast, handed_over, "delete"), {"understood": "yes"}).status_code == 422
    assert petra.post(url_of(cast, handed_over, "delete"), PROOF).status_code == 303


def test_a_live_key_is_deleted_only_with_its_name_even_if_nobody_saw_it(cast, petra):
    key = issue_key(cast.reach(cast.petra, cast.maker), name="till-3", mode=Mode.LIVE)
    url = reverse("portal:key_delete", args=[cast.maker.public_id, key.public_id])
    assert petra.post(url, {"understood": "yes"}).status_code == 422
    assert petra.post(url, PROOF).status_code == 303


@pytest.mark.parametrize("hours", [1, 24, 168])
def test_a_replaced_key_works_on_for_as_long_as_was_chosen_and_then_ends(cast, petra, handed_over, hours, settle):
    answer = petra.post(url_of(cast, handed_over, "rotate"), {"keep_hours": hours, **PROOF})
    new = ApiKey.objects.get(replaces=handed_over)
    assert answer["Location"] == url_of(cast, new, "reveal")
    settle()
    now = timezone.now()
    tidy(now=now + timedelta(hours=hours) - timedelta(minutes=1))
    handed_over.refresh_from_db()
    assert handed_over.status == KeyStatus.ENABLED
    tidy(now=now + timedelta(hours=hours, minutes=1))
    handed_over.refresh_from_db()
    assert handed_over.status == KeyStatus.DISABLED


def test_a_replaced_key_works_on_while_the_new_one_was_never_issued(cast, petra, handed_over, settle):
    petra.post(url_of(cast, handed_over, "rotate"), {"keep_hours": 1, **PROOF})
    later = timezone.now() + timedelta(hours=2)
    tidy(now=later)
    handed_over.refresh_from_db()
    assert handed_over.status == KeyStatus.ENABLED
    settle()
    tidy(now=later)
    handed_over.refresh_from_db()
    assert handed_over.status == KeyStatus.DISABLED


def test_deleting_the_replacement_lets_the_old_key_live_and_be_replaced_again(cast, petra, handed_over, settle):
    petra.post(url_of(cast, handed_over, "rotate"), {"keep_hours": 1, **PROOF})
    settle()
    new = ApiKey.objects.get(replaces=handed_over)
    retire_key(cast.reach(cast.petra, cast.shop), key_id=new.public_id)
    tidy(now=timezone.now() + timedelta(hours=2))
    handed_over.refresh_from_db()
    assert handed_over.status == KeyStatus.ENABLED
    assert petra.post(url_of(cast, handed_over, "rotate"), {"keep_hours": 1, **PROOF}).status_code == 303


@pytest.mark.parametrize("proof", [{}, {"typed_name": "till-3"}, {"reason": "sold"}, {**PROOF, "typed_name": "till-4"}])
def test_a_handed_over_key_is_not_replaced_without_its_name_and_a_reason(cast, petra, handed_over, proof):
    answer = petra.post(url_of(cast, handed_over, "rotate"), {"keep_hours": 24, **proof})
    assert answer.status_code == 422
    assert not ApiKey.objects.filter(replaces=handed_over).exists()


def test_the_reason_for_replacing_a_handed_over_key_is_on_record(cast, petra, handed_over):
    assert "Type till-3" in petra.get(url_of(cast, handed_over, "rotate")).content.decode()
    petra.post(url_of(cast, handed_over, "rotate"), {"keep_hours": 24, **PROOF})
    assert AuditEntry.objects.get(verb="KEY_ROTATED").reason == "till sold"


def test_a_key_nobody_was_shown_is_replaced_by_the_button_alone(cast, petra, key):
    assert "Type till-3" not in petra.get(url_of(cast, key, "rotate")).content.decode()
    assert petra.post(url_of(cast, key, "rotate"), {"keep_hours": 24}).status_code == 303


def test_no_other_time_than_those_offered_can_be_chosen(cast, petra, handed_over):
    assert petra.post(url_of(cast, handed_over, "rotate"), {"keep_hours": 0, **PROOF}).status_code == 422
    assert not ApiKey.objects.filter(replaces=handed_over).exists()


def test_both_keys_of_a_replacement_name_each_other(cast, petra, handed_over):
    petra.post(url_of(cast, handed_over, "rotate"), {"keep_hours": 24, **PROOF})
    new = ApiKey.objects.get(replaces=handed_over)
    old_url, new_url = (reverse("portal:key", args=[cast.shop.public_id, one.public_id]) for one in (handed_over, new))
    assert new_url in petra.get(old_url).content.decode()
    assert old_url in petra.get(new_url).content.decode()
    assert petra.post(url_of(cast, handed_over, "rotate"), {"keep_hours": 24, **PROOF}).status_code == 422


def test_a_dialog_gets_the_question_alone_and_stays_open_without_proof(cast, petra, handed_over):
    headers = {"HX-Request": "true"}
    question = petra.get(url_of(cast, handed_over, "disable"), headers=headers).content.decode()
    assert question.lstrip().startswith('<form class="k-confirm"')
    assert 'hx-target="#dialog"' in question
    assert petra.post(url_of(cast, handed_over, "disable"), headers=headers).status_code == 422
    assert petra.post(url_of(cast, handed_over, "disable"), PROOF, headers=headers).status_code == 200


@pytest.mark.parametrize("action", ["disable", "enable", "rotate", "delete", "reveal"])
def test_who_may_only_look_can_do_nothing_to_a_key(cast, client, key, action):
    client.force_login(cast.viewer)
    url = url_of(cast, key, action)
    assert client.post(url, {**PROOF, "understood": "yes", "keep_hours": 24}).status_code == 403
    page = client.get(reverse("portal:key", args=[cast.shop.public_id, key.public_id])).content.decode()
    assert url not in page
    client.force_login(cast.stranger)
    assert client.post(url).status_code == 404


def test_what_never_changes_says_so_while_it_is_filled_in(cast, petra):
    """Feature 16 of the experience guide."""
    html = petra.get(reverse("portal:key_new", args=[cast.shop.public_id])).content.decode()
    assert html.count("cannot be changed later") == 2


def test_the_page_of_a_settled_key_asks_for_nothing_by_itself(cast, petra, key):
    url = reverse("portal:key", args=[cast.shop.public_id, key.public_id])
    assert "every 2s" not in petra.get(url).content.decode()
    disable_key(cast.reach(cast.petra, cast.shop), key_id=key.public_id)
    moving = petra.get(url, headers={"HX-Request": "true"}).content.decode()
    assert "every 2s" in moving
    assert moving.lstrip().startswith('<div id="key-standing"')
