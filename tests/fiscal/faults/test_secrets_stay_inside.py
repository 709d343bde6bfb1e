"""I7: secrets and tokens are in the vault and nowhere else, whatever goes wrong."""

from __future__ import annotations

import logging

import pytest
from django.apps import apps

from fiscal.clients import management, try_credential
from fiscal.models import Credential, IssuedKey
from fiscal.providers.errors import ProviderError
from fiscal.vault import unseal
from organizations.choices import Mode
from organizations.services import issue_key
from tests.fiscal.faults.world import mirror_of

FAULTS = (
    ("drop_after", {"path": "/api-keys$"}),
    ("half_body", {"path": "/api-keys$"}),
    ("missing_field", {"path": "/api-keys$", "field": "_id"}),
    ("wrong_type", {"path": "/api-keys$", "field": "secret", "value": 17}),
    ("wrong_type", {"path": "/auth$", "field": "access_token_expires_at", "value": "soon"}),
    ("half_body", {"path": "/auth$"}),
    ("html", {"path": "/auth$"}),
    ("status", {"status": 500}),
    ("throttled", {"retry_after": 3}),
    ("unauthorized", {"times": 1, "message": "could not parse jwt: '{token}'"}),
    ("connect_refused", {}),
    ("timeout_after", {}),
)


def everything_stored() -> str:
    """Every value of every column of every table, sealed ones as they lie there."""
    rows = (str(tuple(row)) for model in apps.get_models() for row in model.objects.values_list())
    return "\n".join(rows)


def secrets_of(sandbox) -> set[str]:
    """What nobody may ever read: stored keys and secrets, tokens in use, secrets that were issued."""
    found: set[str] = set()
    for credential in Credential.objects.exclude(secret_sealed=""):
        found |= {credential.key(), credential.secret()}
        if credential.token_sealed:
            found.add(unseal(credential.token_sealed, credential.place("token")).split('"')[3])
    for issued in IssuedKey.objects.exclude(secret_sealed=""):
        found |= set(issued.unsealed())
    return found


def test_no_secret_leaves_the_vault_whatever_goes_wrong(world, converge, caplog):
    """I7: one fault after the other, each with a new key and a change."""
    caplog.set_level(logging.DEBUG)
    canaries = secrets_of(world.sandbox)
    keys = []
    for number, (fault, options) in enumerate(FAULTS):
        Credential.objects.update(token_sealed="")
        reach = world.cast.reach(world.cast.petra, world.cast.shop)
        keys.append(issue_key(reach, name=f"till-{number}", mode=Mode.TEST))
        world.rename(world.cast.shop, f"Gasthaus Verschwiegen {number}")
        world.sandbox.faults.add(fault, **options)
        converge(seconds=120, step=40)
        canaries |= secrets_of(world.sandbox)

    assert IssuedKey.objects.filter(api_key__in=keys).exclude(secret_sealed="").count() == len(FAULTS)
    assert len(canaries) >= 8 + 2 * len(FAULTS)
    for place, text in {"log": caplog.text, "tables": everything_stored()}.items():
        assert not [canary for canary in canaries if canary in text], place


@pytest.mark.parametrize(
    ("fault", "options"),
    [
        ("wrong_type", {"field": "access_token", "value": 1}),
        ("half_body", {}),
        ("status", {"status": 400, "body": '{"message": "api_secret: SECRET"}'}),
    ],
)
def test_an_error_holds_no_secret_however_it_is_printed(world, fault, options):
    """I7: message, repr and everything hanging on it."""
    credential = Credential.objects.filter(mode=Mode.TEST).first()
    secret = credential.secret()
    options = {name: value.replace("SECRET", secret) if name == "body" else value for name, value in options.items()}
    world.sandbox.faults.add(fault, path="/auth$", times=None, **options)

    with pytest.raises(ProviderError) as caught:
        try_credential(credential.key(), secret)

    error = caught.value
    hanging = f"{error} {error!r} {vars(error)} {error.__cause__!r}"
    assert secret not in hanging


def test_neither_client_nor_token_tells_when_printed(world):
    """I7: what a debugger or a report of a crash would show."""
    credential = Credential.objects.filter(mode=Mode.TEST).first()
    client = management(credential)
    token = client.claims()

    shown = f"{client!r} {token!r} {credential!r} {client._tokens!r} {client._gate!r}"

    assert not [canary for canary in (credential.key(), credential.secret(), token.access_token) if canary in shown]
    assert mirror_of(world.cast.shop).remote_id
