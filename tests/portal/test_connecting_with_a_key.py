"""The keys that Kontor works with: connecting, storing, replacing and removing them, and that none is ever shown."""

from __future__ import annotations

import logging

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse

from fiscal.models import Credential, Mirror, MirrorAttempt
from fiscal.sandbox.loopback import LoopbackAdapter
from fiscal.services import remove_credential, replace_credential
from organizations.choices import Mode
from organizations.models import AuditEntry, Organization
from organizations.services import issue_key
from tests.cast import person

CONNECT = "/connect/"


@pytest.fixture
def petra(cast, client: Client) -> Client:
    client.force_login(cast.petra)
    return client


@pytest.fixture
def newcomer(db, sandbox, client: Client) -> Client:
    client.force_login(person("neu@tafel.example", "Neu"))
    return client


@pytest.fixture
def remote(sandbox) -> dict:
    return sandbox.make_organization("Tafelwerk GmbH", envs=["TEST"])


def url(name: str, organization, *more: object) -> str:
    return reverse(f"portal:{name}", args=[organization.public_id, *more])


def typed(key: str, secret: str) -> dict[str, str]:
    return {"key": key, "secret": secret}


def stored(organization, mode: Mode = Mode.TEST) -> Credential:
    return Credential.objects.get(organization=organization, mode=mode)


def test_connecting_leads_to_the_organization_and_makes_its_owner(newcomer, sandbox, remote):
    answer = newcomer.post(CONNECT, typed(*sandbox.make_api_key(remote["_id"], "TEST", "kontor")))
    organization = Organization.objects.get()
    assert answer.status_code == 303
    assert answer["Location"] == f"/o/{organization.public_id}/"
    assert str(organization) == "Tafelwerk GmbH"
    assert newcomer.get(url("credentials", organization)).status_code == 200


def test_while_the_sandbox_is_asked_the_form_leads_to_where_its_keys_are_made(newcomer, settings):
    settings.SANDBOX_URL, settings.MANAGEMENT_URL = "http://127.0.0.1:8010", "http://127.0.0.1:8010/management/api/v0"
    assert 'href="http://127.0.0.1:8010/management/"' in newcomer.get(CONNECT).content.decode()
    settings.SANDBOX_URL = ""
    assert "sandbox" not in newcomer.get(CONNECT).content.decode()


def test_a_wrong_secret_is_told_at_its_field_the_key_stays_and_the_secret_does_not(newcomer, sandbox, remote):
    key, _secret = sandbox.make_api_key(remote["_id"], "TEST", "kontor")
    answer = newcomer.post(CONNECT, typed(key, "mistyped-secret"))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "fiskaly does not accept this key and secret" in page
    assert "type or paste it again" in page
    assert f'value="{key}"' in page
    assert "mistyped-secret" not in page
    assert answer["Cache-Control"] == "no-store"
    assert not Organization.objects.exists()


def test_the_key_of_a_managed_organization_is_refused_in_words(newcomer, sandbox, remote):
    managed = sandbox.make_organization("Filiale Nord", envs=["TEST"], managed_by_organization_id=remote["_id"])
    answer = newcomer.post(CONNECT, typed(*sandbox.make_api_key(managed["_id"], "TEST", "kontor")))
    assert answer.status_code == 422
    assert "belongs to a managed organization" in answer.content.decode()


def test_what_is_connected_already_is_not_connected_twice(newcomer, sandbox, remote):
    pair = sandbox.make_api_key(remote["_id"], "TEST", "kontor")
    newcomer.post(CONNECT, typed(*pair))
    answer = newcomer.post(CONNECT, typed(*pair))
    assert answer.status_code == 422
    assert "is connected already" in answer.content.decode()
    assert Organization.objects.count() == 1


def test_while_the_provider_is_down_nothing_is_stored_and_only_the_secret_is_lost(newcomer, sandbox, remote):
    pair = sandbox.make_api_key(remote["_id"], "TEST", "kontor")
    sandbox.faults.add("connect_refused")
    answer = newcomer.post(CONNECT, typed(*pair))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Nothing was stored" in page
    assert f'value="{pair[0]}"' in page
    assert pair[1] not in page
    sandbox.faults.clear()
    assert newcomer.post(CONNECT, typed(*pair)).status_code == 303


def test_no_page_log_or_record_holds_the_secret(newcomer, sandbox, remote, caplog):
    caplog.set_level(logging.DEBUG)
    key, secret = sandbox.make_api_key(remote["_id"], "TEST", "kontor")
    answer = newcomer.post(CONNECT, typed(key, secret))
    organization = Organization.objects.get()
    pages = [newcomer.get(url(name, organization)) for name in ("credentials", "credential_new", "organization_keys")]
    held = [
        caplog.text,
        *[page.content.decode() for page in (answer, *pages)],
        str(list(AuditEntry.objects.values())),
        str(list(Mirror.objects.values())),
        str(list(MirrorAttempt.objects.values())),
        str(list(Credential.objects.values())),
        str([session.get_decoded() for session in Session.objects.all()]),
    ]
    assert [secret in text or key in text for text in held] == [False] * len(held)


def test_the_page_shows_per_mode_what_is_stored_and_since_when(cast, petra):
    page = petra.get(url("credentials", cast.maker)).content.decode()
    for mode in (Mode.TEST, Mode.LIVE):
        assert stored(cast.maker, mode).key_hint in page
    assert "by Petra" in page
    assert "no limit met so far" in page


def test_a_learnt_pace_and_the_reason_of_a_pause_are_told(cast, petra):
    Credential.objects.filter(pk=stored(cast.maker).pk).update(
        interval=0.5, status="PAUSED", status_reason="Rejected twice."
    )
    page = petra.get(url("credentials", cast.maker)).content.decode()
    assert "at most 2.0 requests a second" in page
    assert "Rejected twice." in page


def test_a_managed_organization_needs_no_key_of_its_own(cast, petra):
    page = petra.get(url("credentials", cast.shop)).content.decode()
    assert "needs none of its own" in page
    assert url("credential_new", cast.shop) not in page
    answer = petra.post(url("credential_new", cast.shop), typed("test_invented_key", "an invented secret"))
    assert answer.status_code == 422
    assert "needs none of its own" in answer.content.decode()


def test_a_key_removed_while_its_successor_is_being_tried_stays_removed(cast, sandbox, monkeypatch):
    credential = stored(cast.maker)
    remote = next(one for one in sandbox.objects("organization") if one["name"] == "Kassenwerk GmbH")
    key, secret = sandbox.make_api_key(remote["_id"], "TEST", "another")
    sandbox_auth = LoopbackAdapter.send

    def removed_meanwhile(adapter, request, **options):
        Credential.objects.filter(pk=credential.pk).update(status="REVOKED", secret_sealed="")
        return sandbox_auth(adapter, request, **options)

    monkeypatch.setattr(LoopbackAdapter, "send", removed_meanwhile)
    reach = cast.reach(cast.petra, cast.maker)
    with pytest.raises(Credential.DoesNotExist):
        replace_credential(reach, credential_id=credential.public_id, key=key, secret=secret)
    assert stored(cast.maker).secret_sealed == ""


def test_storing_a_key_lets_waiting_work_go_on(cast, petra, sandbox, settle):
    remove_credential(cast.reach(cast.petra, cast.maker), credential_id=stored(cast.maker).public_id)
    key = issue_key(cast.reach(cast.petra, cast.shop), name="till-3", mode=Mode.TEST)
    settle()
    parked = Mirror.objects.get(kind="API_KEY", subject_id=key.public_id)
    assert parked.error_code == "NO_CREDENTIAL"
    remote = next(one for one in sandbox.objects("organization") if one["name"] == "Kassenwerk GmbH")
    answer = petra.post(
        url("credential_new", cast.maker), typed(*sandbox.make_api_key(remote["_id"], "TEST", "another"))
    )
    assert answer.status_code == 303
    settle()
    parked.refresh_from_db()
    assert parked.applied_generation == key.generation


def test_the_key_of_another_organization_is_not_stored(cast, petra, sandbox):
    remote = next(one for one in sandbox.objects("organization") if one["name"] == "Fremde Kassen GmbH")
    pair = sandbox.make_api_key(remote["_id"], "TEST", "another")
    replace = url("credential_replace", cast.maker, stored(cast.maker).public_id)
    answer = petra.post(replace, typed(*pair))
    assert answer.status_code == 422
    assert "This key belongs to another organization." in answer.content.decode()


def test_replacing_a_paused_key_resumes_its_work(cast, petra, sandbox, settle):
    Credential.objects.filter(pk=stored(cast.maker).pk).update(status="PAUSED", status_reason="Rejected twice.")
    key = issue_key(cast.reach(cast.petra, cast.shop), name="till-3", mode=Mode.TEST)
    settle()
    page = petra.get(reverse("portal:key", args=[cast.shop.public_id, key.public_id])).content.decode()
    assert "fiskaly does not accept the credential" in page
    remote = next(one for one in sandbox.objects("organization") if one["name"] == "Kassenwerk GmbH")
    pair = sandbox.make_api_key(remote["_id"], "TEST", "another")
    answer = petra.post(url("credential_replace", cast.maker, stored(cast.maker).public_id), typed(*pair))
    assert answer.status_code == 303
    settle()
    mirror = Mirror.objects.get(kind="API_KEY", subject_id=key.public_id)
    assert mirror.applied_generation == key.generation
    assert stored(cast.maker).status == "ACTIVE"


@pytest.mark.parametrize("proof", [{}, {"typed_name": "Kassenwerk"}, {"typed_name": "Kassenwerk GmbH"}])
def test_a_key_is_not_removed_without_name_and_reason(cast, petra, proof):
    assert petra.post(url("credential_remove", cast.maker, stored(cast.maker).public_id), proof).status_code == 422
    assert stored(cast.maker).status == "ACTIVE"


def test_a_removed_key_is_wiped_and_the_reason_is_on_record(cast, petra):
    credential = stored(cast.maker)
    proof = {"typed_name": "Kassenwerk GmbH", "reason": "key rolled"}
    assert petra.post(url("credential_remove", cast.maker, credential.public_id), proof).status_code == 303
    credential.refresh_from_db()
    assert (credential.key_sealed, credential.secret_sealed, credential.token_sealed) == ("", "", "")
    assert AuditEntry.objects.get(verb="CREDENTIAL_REVOKED").reason == "key rolled"
    assert petra.get(url("credential_replace", cast.maker, credential.public_id)).status_code == 404


def test_who_may_only_look_sees_no_credentials(cast, client):
    client.force_login(cast.viewer)
    assert client.get(url("credentials", cast.maker)).status_code == 403
    assert url("credentials", cast.maker) not in client.get(url("organization", cast.maker)).content.decode()
    Credential.objects.update(status="PAUSED")
    assert url("credentials", cast.maker) not in client.get("/").content.decode()
    client.force_login(cast.stranger)
    assert client.get(url("credentials", cast.maker)).status_code == 404


def test_nobody_tries_keys_without_end(newcomer, sandbox, remote):
    for n in range(10):
        answer = newcomer.post("/connect/", {"key": f"test_guess_{n}", "secret": "an invented secret"})
        assert "Too many keys" not in answer.content.decode()
    asked = len(sandbox.ledger.requests("POST", "/auth"))

    answer = newcomer.post("/connect/", {"key": "test_guess_11", "secret": "an invented secret"})

    assert answer.status_code == 422
    assert "Too many keys were tried" in answer.content.decode()
    assert len(sandbox.ledger.requests("POST", "/auth")) == asked
