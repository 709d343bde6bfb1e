"""A key's secret: waited for in words, shown once in one answer, and nowhere else before or after."""

from __future__ import annotations

import logging
import re
from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from fiscal import services
from fiscal.models import IssuedKey, Mirror, MirrorAttempt
from fiscal.services import NothingToReveal, reveal
from organizations.choices import Mode
from organizations.models import AuditEntry
from organizations.services import issue_key, retire_key


@pytest.fixture
def petra(cast, client: Client) -> Client:
    client.force_login(cast.petra)
    return client


@pytest.fixture
def key(cast, settle):
    issued = issue_key(cast.reach(cast.petra, cast.shop), name="till-3", mode=Mode.TEST)
    settle()
    return issued


def page_of(cast, key, name: str = "portal:key_reveal") -> str:
    return reverse(name, args=[cast.shop.public_id, key.public_id])


def secret_of(page: str) -> str:
    return re.search(r'id="api-secret" value="([^"]+)"', page)[1]


def test_issuing_leads_to_a_page_that_waits_in_words(cast, petra, settle):
    url = reverse("portal:key_new", args=[cast.shop.public_id])
    answer = petra.post(url, {"name": "till-3", "mode": "TEST"})
    assert answer.status_code == 303
    waiting = petra.get(answer["Location"]).content.decode()
    assert "being issued" in waiting
    assert 'hx-trigger="every 2s"' in waiting
    settle()
    ready = petra.get(answer["Location"], headers={"HX-Request": "true"}).content.decode()
    assert "Show now" in ready
    assert "every 2s" not in ready


def test_a_name_that_the_provider_refuses_is_explained_at_its_field_and_kept(cast, petra):
    url = reverse("portal:key_new", args=[cast.shop.public_id])
    answer = petra.post(url, {"name": "Till 3", "mode": "TEST"})
    assert answer.status_code == 422
    assert 'value="Till 3"' in answer.content.decode()
    assert "lower-case letters" in answer.content.decode()


def test_only_modes_of_the_organization_can_be_chosen(cast, petra):
    url = reverse("portal:key_new", args=[cast.shop.public_id])
    assert "LIVE" not in re.sub(r"<nav.*?</nav>", "", petra.get(url).content.decode(), flags=re.DOTALL)
    assert petra.post(url, {"name": "till-3", "mode": "LIVE"}).status_code == 422


def test_the_secret_is_in_the_answer_to_the_first_post_and_in_no_other(cast, petra, key):
    url = page_of(cast, key)
    before = petra.get(url)
    shown = petra.post(url)
    page = shown.content.decode()
    secret = secret_of(page)
    assert shown.status_code == 200
    assert shown["Cache-Control"] == "no-store"
    assert 'hx-history="false"' in page
    assert "<nav" not in page
    assert f"FISKALY_API_SECRET={secret}" in page
    assert "http://sandbox.test/management/api/v0/auth" in page
    assert secret not in re.search(r"<title>.*?</title>", page, re.DOTALL)[0]
    again, reloaded = petra.post(url), petra.get(url)
    assert (again.status_code, reloaded.status_code) == (410, 410)
    assert "Petra" in again.content.decode()
    assert "Replace the key" in reloaded.content.decode()
    others = [before, again, reloaded, petra.get(page_of(cast, key, "portal:key")), petra.get(reverse("portal:keys"))]
    for answer in others:
        assert secret not in answer.content.decode()
        assert secret not in str(answer.headers)


def test_the_key_shown_works(cast, petra, key, sandbox):
    page = petra.post(page_of(cast, key)).content.decode()
    made = next(one for one in sandbox.objects("api_key") if one["name"] == "till-3")
    assert made["key"] in page
    assert services.credentials.try_credential(made["key"], secret_of(page)).env == "TEST"


def test_no_record_holds_the_secret(cast, petra, key, caplog):
    caplog.set_level(logging.DEBUG)
    answer = petra.post(page_of(cast, key))
    secret = secret_of(answer.content.decode())
    held = [
        caplog.text,
        str(list(AuditEntry.objects.values())),
        str(list(Mirror.objects.values())),
        str(list(MirrorAttempt.objects.values())),
        str(list(IssuedKey.objects.values())),
        str([session.get_decoded() for session in Session.objects.all()]),
        str(answer.cookies),
    ]
    assert [secret in text for text in held] == [False] * len(held)
    assert AuditEntry.objects.filter(verb="KEY_REVEALED", actor=cast.petra).count() == 1


def test_of_two_who_look_at_once_one_sees_it(cast, key, monkeypatch):
    """The second reads the row before the first takes the secret, and takes it after: compare-and-set decides."""
    reach = cast.reach(cast.petra, cast.shop)
    unsealed = IssuedKey.unsealed
    seen = []

    def first_comes_in_between(self: IssuedKey) -> tuple[str, str]:
        monkeypatch.setattr(IssuedKey, "unsealed", unsealed)
        seen.append(reveal.__wrapped__(reach, key_id=key.public_id))
        return unsealed(self)

    monkeypatch.setattr(IssuedKey, "unsealed", first_comes_in_between)
    with pytest.raises(NothingToReveal):
        reveal.__wrapped__(reach, key_id=key.public_id)
    assert len(seen) == 1


def test_after_the_deadline_nobody_sees_it_and_the_page_says_so(cast, petra, key):
    IssuedKey.objects.update(reveal_until=timezone.now() - timedelta(seconds=1))
    page = petra.post(page_of(cast, key))
    assert page.status_code == 410
    assert "Nobody looked before" in page.content.decode()
    assert "Nobody looked" in petra.get(page_of(cast, key, "portal:key")).content.decode()


def test_a_refused_key_says_why_instead_of_waiting(cast, petra, sandbox, settle):
    sandbox.faults.add("status", path="/api-keys$", method="POST", status=400)
    key = issue_key(cast.reach(cast.petra, cast.shop), name="till-3", mode=Mode.TEST)
    settle()
    page = petra.get(page_of(cast, key)).content.decode()
    assert "The key was not issued" in page
    assert "every 2s" not in page
    assert "Show now" not in page


def test_who_polls_while_somebody_else_looks_is_led_to_the_page_that_says_so(cast, petra, key):
    reveal(cast.reach(cast.petra, cast.shop), key_id=key.public_id)
    answer = petra.get(page_of(cast, key), headers={"HX-Request": "true"})
    assert answer["HX-Redirect"] == page_of(cast, key)


def test_a_post_before_the_key_is_issued_spends_nothing(cast, petra, settle):
    key = issue_key(cast.reach(cast.petra, cast.shop), name="till-3", mode=Mode.TEST)
    assert petra.post(page_of(cast, key)).status_code == 303
    settle()
    assert petra.post(page_of(cast, key)).status_code == 200


def test_a_deleted_key_reveals_nothing(cast, petra, key):
    retire_key(cast.reach(cast.petra, cast.shop), key_id=key.public_id)
    assert petra.get(page_of(cast, key)).status_code == 410
    assert petra.post(page_of(cast, key)).status_code == 410


def test_who_may_not_manage_the_organization_never_comes_near_a_secret(cast, client, key):
    client.force_login(cast.viewer)
    assert client.post(page_of(cast, key)).status_code == 403
    client.force_login(cast.stranger)
    assert client.post(page_of(cast, key)).status_code == 404
    client.force_login(cast.petra)
    other = reverse("portal:key_reveal", args=[cast.sibling.public_id, key.public_id])
    assert client.post(other).status_code == 404
    assert IssuedKey.objects.get(api_key=key).revealed_at is None


def test_a_key_whose_answer_was_lost_is_destroyed_and_the_page_says_so(cast, petra, sandbox, converge):
    sandbox.faults.add("drop_after", path="/api-keys$", method="POST")
    key = issue_key(cast.reach(cast.petra, cast.shop), name="till-3", mode=Mode.TEST)
    converge(seconds=120)
    assert "A first key was destroyed" in petra.get(page_of(cast, key, "portal:key")).content.decode()
    assert petra.post(page_of(cast, key)).status_code == 200
