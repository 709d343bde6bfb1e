"""Secrets at rest: bound to their place, opened by the key that sealed them, moved to the newest by `reseal`."""

from __future__ import annotations

import os
from io import StringIO
from uuid import uuid4

import pytest
from allauth.mfa.models import Authenticator
from django.core.management import CommandError, call_command

from fiscal.clients.sign_on import secret_place
from fiscal.models import Credential, IssuedKey
from fiscal.services import open_factor, seal_factor
from fiscal.vault import CannotOpen, Place, seal, unseal
from organizations.choices import Mode
from organizations.models import IdentityProvider
from organizations.services import issue_key

HERE = Place("fiscal_credential", "secret", uuid4())
OLD, NEW = os.urandom(32), os.urandom(32)


@pytest.fixture
def old_key(settings) -> None:
    settings.VAULT_KEYS = {"old": OLD}


def test_what_was_sealed_opens_again_and_is_unreadable_in_between():
    sealed = seal("an invented secret", HERE)
    assert "invented" not in sealed
    assert unseal(sealed, HERE) == "an invented secret"
    assert seal("an invented secret", HERE) != sealed


@pytest.mark.parametrize(
    "elsewhere",
    [
        Place(HERE.table, "key", HERE.row),
        Place(HERE.table, HERE.column, uuid4()),
        Place("fiscal_issuedkey", HERE.column, HERE.row),
    ],
)
def test_a_cipher_text_copied_to_another_row_column_or_table_does_not_open(elsewhere):
    with pytest.raises(CannotOpen):
        unseal(seal("an invented secret", HERE), elsewhere)


def test_a_changed_cipher_text_does_not_open():
    sealed = seal("an invented secret", HERE)
    changed = sealed[:-8] + ("AAAAAAAA" if not sealed.endswith("AAAAAAAA") else "BBBBBBBB")
    with pytest.raises(CannotOpen):
        unseal(changed, HERE)


@pytest.mark.parametrize("keep", [-1, -9, 12, 20])
def test_a_cipher_text_cut_short_does_not_open(keep):
    with pytest.raises(CannotOpen):
        unseal(seal("an invented secret", HERE)[:keep], HERE)


def test_a_missing_key_is_named_and_the_secret_is_not(settings, old_key):
    sealed = seal("an invented secret", HERE)
    settings.VAULT_KEYS = {"new": NEW}
    with pytest.raises(CannotOpen, match=r"no key 'old' is configured for fiscal_credential\.secret") as missing:
        unseal(sealed, HERE)
    assert "invented" not in str(missing.value)


def test_an_old_key_still_opens_while_the_newest_seals(settings, old_key):
    sealed = seal("an invented secret", HERE)
    settings.VAULT_KEYS = {"new": NEW, "old": OLD}
    assert unseal(sealed, HERE) == "an invented secret"
    assert ":new:" not in sealed
    assert seal("an invented secret", HERE).startswith("v1:new:")


def test_a_key_of_the_same_name_with_other_bytes_opens_nothing(settings, old_key):
    sealed = seal("an invented secret", HERE)
    settings.VAULT_KEYS = {"old": NEW}
    with pytest.raises(CannotOpen):
        unseal(sealed, HERE)


@pytest.fixture
def sealed_world(old_key, cast, settle):
    """Credentials with their tokens, and an issued key, all sealed with the old key."""
    issue_key(cast.reach(cast.petra, cast.shop), name="till-3", mode=Mode.TEST)
    settle()
    provider = IdentityProvider(organization=cast.holding, name="Own", issuer="https://id.example", client_id="kontor")
    provider.secret_sealed = seal("a client secret", secret_place(provider.public_id))
    provider.save()
    for kind, name in (("totp", "secret"), ("recovery_codes", "seed")):
        Authenticator.objects.create(
            user=cast.petra, type=kind, data={name: seal_factor(f"the {name}"), "used_mask": 3}
        )
    return cast


def everything() -> list[str]:
    """What all the secrets are, opened with the keys configured now."""
    opened = [text for row in Credential.objects.order_by("pk") for text in (row.key(), row.secret())]
    tokens = [unseal(row.token_sealed, row.place("token")) for row in Credential.objects.exclude(token_sealed="")]
    provider = IdentityProvider.objects.get()
    client = unseal(provider.secret_sealed, secret_place(provider.public_id))
    factors = [
        open_factor(row.data.get("secret") or row.data["seed"]) for row in Authenticator.objects.order_by("type", "pk")
    ]
    return [*opened, *tokens, *IssuedKey.objects.get().unsealed(), client, *factors]


def test_resealing_moves_everything_to_the_newest_key_and_can_be_repeated(settings, sealed_world):
    before, told = everything(), StringIO()
    settings.VAULT_KEYS = {"new": NEW, "old": OLD}
    call_command("reseal", batch=1, stdout=told)
    settings.VAULT_KEYS = {"new": NEW}
    assert everything() == before
    assert f"{len(before)} moved in all" in told.getvalue()
    assert not [secret for secret in before if secret in told.getvalue()]
    again = StringIO()
    call_command("reseal", stdout=again)
    assert "0 moved in all" in again.getvalue()


def test_resealing_without_the_old_key_says_so_and_leaves_everything(settings, sealed_world):
    before = everything()
    settings.VAULT_KEYS = {"new": NEW}
    with pytest.raises(CommandError, match="cannot be opened: put their key back"):
        call_command("reseal", stdout=StringIO())
    settings.VAULT_KEYS = {"old": OLD}
    assert everything() == before


def test_an_emptied_column_stays_empty(settings, sealed_world):
    IssuedKey.objects.update(secret_sealed="", key_sealed="")
    settings.VAULT_KEYS = {"new": NEW, "old": OLD}
    call_command("reseal", stdout=StringIO())
    assert IssuedKey.objects.get().secret_sealed == ""
