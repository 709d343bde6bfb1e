"""The provider refuses a key, or it is the wrong one: one pause and one intervention, whatever hangs on it."""

from __future__ import annotations

import pytest
from django.utils import timezone

from fiscal import services
from fiscal.choices import CredentialStatus, ErrorCode
from fiscal.clients import gate
from fiscal.models import Credential, Mirror
from fiscal.providers.errors import Unauthorized
from organizations.choices import Mode
from organizations.services import enable_live, issue_key
from tests.cast import below
from tests.fiscal.faults.world import check, mirror_of

AUTH = "/auth$"


def credential_of(organization, mode=Mode.TEST):
    return Credential.objects.get(organization=organization, mode=mode)


def switch_off(world, credential):
    """As somebody would in the dashboard."""
    for doc in world.sandbox.objects("api_key"):
        if doc["key"] == credential.key():
            world.sandbox.edit_api_key(doc["_id"], status="disabled")


def test_a_revoked_secret_pauses_its_credential_alone(world, converge):
    """F49: eight changes wait; three logins in an hour; others work; a new key sets everything going again."""
    credential = credential_of(world.cast.maker)
    switch_off(world, credential)
    world.rename_all(world.standing(8))
    world.wanting(3)
    below(world.cast.stranger, world.cast.elsewhere, "Fremde Filiale")

    converge(seconds=3600, step=300)

    credential.refresh_from_db()
    assert (credential.status, credential.auth_failures) == (CredentialStatus.PAUSED, 2)
    assert "Invalid credentials" in credential.status_reason
    asked = [entry for entry in world.asked() if credential.key().startswith(entry.credential or "-")]
    assert len([entry for entry in asked if entry.path.endswith("/auth")]) <= 3
    assert not Mirror.objects.exclude(human_action="").exists()
    assert world.named("Fremde Filiale")

    remote = mirror_of(world.cast.maker).remote_id
    key, secret = world.sandbox.make_api_key(remote, "TEST", "kontor-2")
    world.sandbox.set_rule("edits_by", "organization")
    reach = world.cast.reach(world.cast.petra, world.cast.maker)
    services.replace_credential(reach, credential_id=credential.public_id, key=key, secret=secret)
    converge(seconds=30)

    check(world.sandbox)


@pytest.mark.parametrize("path", [None, "/organizations"], ids=["everything", "all but the login"])
def test_calls_that_are_never_accepted_end_in_three_logins(world, converge, path):
    """F49: whether the login itself is refused, or only what is asked with its token."""
    world.sandbox.faults.add("unauthorized", path=path)
    world.rename_all(world.standing(8))

    converge(seconds=3600, step=300)

    assert len(world.asked("POST", AUTH)) <= 3
    assert credential_of(world.cast.maker).status == CredentialStatus.PAUSED


def test_a_call_prepared_before_the_pause_is_not_made(world):
    """F49: workers that hold a client when the credential is paused stop, too."""
    credential = credential_of(world.cast.maker)
    prepared = gate.DatabaseGate(credential)
    Credential.objects.filter(pk=credential.pk).update(status=CredentialStatus.PAUSED)

    with pytest.raises(Unauthorized) as refused:
        prepared.enter()
    assert refused.value.sent is False


def test_a_refusal_of_the_old_key_does_not_count_against_the_new_one(world):
    """F49: a slow worker hears 401 after somebody replaced the key."""
    old = credential_of(world.cast.maker)
    slow = gate.DatabaseGate(old)
    slow.enter()
    renewed = Credential.objects.get(pk=old.pk)
    renewed.hold("test_new", "an invented secret")
    renewed.token_sealed = "a new token"
    renewed.save()

    slow.failed(Unauthorized("no", status=401))
    slow.failed(Unauthorized("no", status=401))

    renewed.refresh_from_db()
    assert (renewed.status, renewed.auth_failures) == (CredentialStatus.ACTIVE, 0)
    assert renewed.token_sealed == "a new token"


def test_a_refusal_for_one_organization_parks_that_one_alone(world, converge):
    """F50."""
    world.sandbox.faults.add("forbidden", organization=mirror_of(world.cast.shop).remote_id)
    world.rename(world.cast.shop, "Gasthaus Verboten")
    world.rename(world.cast.sibling, "Café Erlaubt")

    converge(seconds=600, step=60)

    parked = mirror_of(world.cast.shop)
    assert (parked.error_code, parked.human_action) == (ErrorCode.FORBIDDEN, "forbidden")
    assert len(world.asked("PATCH", parked.remote_id)) == 1
    assert world.named("Café Erlaubt")
    assert credential_of(world.cast.maker).status == CredentialStatus.ACTIVE
    check(world.sandbox, except_for=[parked])


def test_a_live_object_without_a_live_credential_is_refused_before_any_request(world, settle):
    """F52."""
    live = below(world.cast.petra, world.cast.maker, "Gasthaus Live", mode=Mode.LIVE)
    services.remove_credential(
        world.cast.reach(world.cast.petra, world.cast.maker),
        credential_id=credential_of(world.cast.maker, Mode.LIVE).public_id,
    )

    settle()

    mirror = mirror_of(live)
    assert (mirror.error_code, mirror.human_action) == (ErrorCode.NO_CREDENTIAL, "store_credential")
    assert world.asked() == []


def test_a_test_credential_never_makes_a_live_key(world, settle):
    """F52: the organization has both modes and is in step; its LIVE key waits for a LIVE credential."""
    world.sandbox.set_rule("edits_by", "organization")
    enable_live(world.cast.reach(world.cast.petra, world.cast.shop))
    settle()
    world.forget()
    services.remove_credential(
        world.cast.reach(world.cast.petra, world.cast.maker),
        credential_id=credential_of(world.cast.maker, Mode.LIVE).public_id,
    )
    reach = world.cast.reach(world.cast.petra, world.cast.shop)
    reach.organization.refresh_from_db()
    key = issue_key(reach, name="till-live", mode=Mode.LIVE)

    settle()

    assert mirror_of(key).error_code == ErrorCode.NO_CREDENTIAL
    assert world.asked() == []


def test_an_object_bound_to_a_test_credential_is_not_changed_in_live(world, settle):
    """F52: whatever made it, a credential of the other mode is refused here, with words."""
    live = below(world.cast.petra, world.cast.maker, "Gasthaus Live", mode=Mode.LIVE)
    settle()
    world.forget()
    Mirror.objects.filter(subject_id=live.public_id).update(credential=credential_of(world.cast.maker))
    world.rename(live, "Gasthaus Live neu")

    settle()

    mirror = mirror_of(live)
    assert (mirror.error_code, mirror.human_action) == (ErrorCode.WRONG_MODE, "store_credential")
    assert world.asked() == []
    assert mirror.due_at <= timezone.now()
