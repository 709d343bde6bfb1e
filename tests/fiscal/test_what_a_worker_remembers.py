"""What one process keeps in mind between calls: the tokens of a credential, and for a quarter of a second that all is calm."""

from __future__ import annotations

from datetime import timedelta
from functools import lru_cache

import pytest

from fiscal import clients
from fiscal.clients import gate
from fiscal.clients.gate import DatabaseGate
from fiscal.models import Credential
from fiscal.providers.errors import Throttled, Unreachable


@pytest.fixture
def credential(cast, clock, monkeypatch) -> Credential:
    monkeypatch.setattr(gate, "CALM_FOR", timedelta(seconds=0.25))
    gate._calm.clear()
    return Credential.objects.get(organization=cast.maker, mode="TEST")


def call(credential: Credential) -> None:
    one = DatabaseGate(credential)
    one.enter()
    one.passed()


def test_in_calm_times_the_next_calls_of_a_process_ask_nothing(credential, django_assert_num_queries):
    call(credential)
    call(credential)

    with django_assert_num_queries(0):
        call(credential)


def test_the_calm_is_believed_for_a_quarter_of_a_second(credential, clock):
    call(credential)
    Credential.objects.filter(pk=credential.pk).update(not_before=gate.timezone.now() + timedelta(seconds=60))
    call(credential)

    clock.shift(timedelta(seconds=0.3))

    with pytest.raises(Throttled):
        call(credential)


@pytest.mark.parametrize("error", [Throttled("slower", retry_after=60), Unreachable("nobody there")])
def test_any_trouble_ends_the_calm_at_once(credential, error):
    call(credential)
    one = DatabaseGate(credential)
    one.enter()

    one.failed(error)

    assert gate._calm == {}


def test_a_credential_with_another_secret_gets_other_tokens(credential, monkeypatch):
    monkeypatch.setattr(clients, "_tokens", lru_cache(clients._tokens))
    first = clients.management(credential)._tokens

    assert clients.management(Credential.objects.get(pk=credential.pk))._tokens is first
    credential.hold("test_another", "secret")
    assert clients.management(credential)._tokens is not first
