"""What a production install refuses to start with."""

from __future__ import annotations

import pytest
from django.core.checks import run_checks


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("MANAGEMENT_URL", "https://127.0.0.1/api/v0", "fiscal.E001"),
        ("MANAGEMENT_URL", "http://dashboard.example/api/v0", "fiscal.E002"),
        ("VAULT_KEYS", {"embedded": b"k" * 32}, "fiscal.E003"),
        ("AUDIT_KEYS", {"embedded": b"k" * 32}, "fiscal.E006"),
        ("CRASH_AT", "claimed", "fiscal.E004"),
        ("DEBUG", True, "fiscal.E005"),
        ("PUBLIC_URL", "http://kontor.example", "fiscal.E006"),
    ],
)
def test_production_refuses_what_is_for_trying_out(settings, name, value, code):
    settings.PRODUCTION, settings.MANAGEMENT_URL = True, "https://dashboard.example/api/v0"
    settings.AUDIT_KEYS = {"own": b"a" * 32}
    settings.VAULT_KEYS, settings.CRASH_AT, settings.DEBUG = {"own": b"k" * 32}, "", False
    settings.PUBLIC_URL = "https://kontor.example"
    assert not [found for found in run_checks() if found.id.startswith("fiscal.")]
    setattr(settings, name, value)
    assert [found.id for found in run_checks() if found.id.startswith("fiscal.")] == [code]
