"""A mistyped setting is an error that names it, never a silent default."""

from __future__ import annotations

import base64
import os
import re
import subprocess
import sys

import pytest
from django.core.exceptions import ImproperlyConfigured

from config import environment
from tests.house.tree import ROOT, python_files

KEY = base64.b64encode(b"k" * 32).decode()


def settings_with(tmp_path, shown="s.DATABASES['default']['ENGINE'], s.PORT", /, **values):
    """Load the settings in a process of their own and print `shown`; returns (exit code, what it said)."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("KONTOR_")}
    for name in ("DATABASE_URL", "REDIS_URL", "DJANGO_SETTINGS_MODULE"):
        inherited.pop(name, None)
    done = subprocess.run(
        [sys.executable, "-c", f"import config.settings as s; print({shown})"],
        env={**inherited, "KONTOR_DATA_DIR": str(tmp_path), **values},
        cwd=ROOT, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    return done.returncode, done.stdout + done.stderr


def test_the_embedded_default_needs_no_variable(tmp_path):
    assert settings_with(tmp_path) == (0, "django.db.backends.sqlite3 8000\n")


def test_an_unknown_name_is_refused_and_named(tmp_path):
    code, said = settings_with(tmp_path, KONTOR_PROT="8001")
    assert code != 0
    assert "KONTOR_PROT" in said
    assert "KONTOR_PORT" in said  # what may have been meant


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("KONTOR_PRODUCTION", "ja"),
        ("KONTOR_DEBUG", "2"),
        ("KONTOR_PORT", "eight thousand"),
        ("KONTOR_PORT", "0"),
        ("KONTOR_MANAGEMENT_RATE", "-1"),
        ("KONTOR_LOG_LEVEL", "LOUD"),
        ("KONTOR_VAULT_KEYS", "one:short"),
        ("KONTOR_PUBLIC_URL", "kontor.example"),
        ("KONTOR_PUBLIC_URL", "ftp://kontor.example"),
        ("KONTOR_PUBLIC_URL", "https://kontor.example/?from=mail"),
    ],
)
def test_a_value_that_is_not_understood_is_refused_and_named(tmp_path, name, value):
    code, said = settings_with(tmp_path, **{name: value})
    assert code != 0
    assert name in said


COMPLETE = {
    "KONTOR_PRODUCTION": "true",
    "KONTOR_SECRET_KEY": "s" * 64,
    "KONTOR_VAULT_KEYS": f"first:{KEY}",
    "KONTOR_AUDIT_KEYS": f"first:{KEY}",
    "DATABASE_URL": "postgres://kontor@127.0.0.1/kontor",
    "REDIS_URL": "redis://127.0.0.1:6379/0",
    "KONTOR_ALLOWED_HOSTS": "kontor.example",
    "KONTOR_PUBLIC_URL": "https://kontor.example",
}


def test_production_starts_with_what_is_its_own(tmp_path):
    assert settings_with(tmp_path, **COMPLETE) == (0, "django.db.backends.postgresql 8000\n")


def test_hosts_may_be_written_with_spaces(tmp_path):
    code, said = settings_with(
        tmp_path, "s.ALLOWED_HOSTS", **{**COMPLETE, "KONTOR_ALLOWED_HOSTS": "kontor.example, www.kontor.example,"}
    )
    assert (code, said) == (0, "['kontor.example', 'www.kontor.example']\n")


def test_links_in_mails_begin_with_the_public_address(tmp_path):
    shown = "s.PUBLIC_URL"
    assert settings_with(tmp_path, shown, KONTOR_PORT="8123") == (0, "http://127.0.0.1:8123\n")
    named = {**COMPLETE, "KONTOR_PUBLIC_URL": "https://kontor.example:8443/"}
    assert settings_with(tmp_path, shown, **named) == (0, "https://kontor.example:8443\n")


def test_production_counts_attempts_by_the_address_that_the_proxy_saw(tmp_path):
    assert settings_with(tmp_path, "s.ALLAUTH_TRUSTED_PROXY_COUNT", **COMPLETE) == (0, "1\n")
    assert settings_with(tmp_path, "s.ALLAUTH_TRUSTED_PROXY_COUNT") == (0, "0\n")


@pytest.mark.parametrize("missing", sorted(COMPLETE.keys() - {"KONTOR_PRODUCTION"}))
def test_production_has_no_defaults_for_what_must_be_its_own(tmp_path, missing):
    code, said = settings_with(tmp_path, **{name: value for name, value in COMPLETE.items() if name != missing})
    assert code != 0
    assert missing in said


def test_the_first_vault_key_comes_first(monkeypatch):
    monkeypatch.setenv("KONTOR_VAULT_KEYS", f"new:{KEY},old:{KEY}")
    assert list(environment.keys("KONTOR_VAULT_KEYS")) == ["new", "old"]


@pytest.mark.parametrize("value", [f"a:{KEY},a:{KEY}", f":{KEY}", "a:!!!", KEY])
def test_a_refused_vault_key_is_not_repeated_in_the_message(monkeypatch, value):
    monkeypatch.setenv("KONTOR_VAULT_KEYS", value)
    with pytest.raises(ImproperlyConfigured) as refused:
        environment.keys("KONTOR_VAULT_KEYS")
    assert KEY not in str(refused.value)


def test_every_known_name_is_read_somewhere():
    written = "\n".join(path.read_text() for path in python_files() if path.name != "environment.py")
    assert {name for name in environment.KNOWN if name not in written} == set()


def test_the_page_on_settings_has_every_variable_and_no_other():
    page = (ROOT / "docs" / "settings.md").read_text()
    assert set(re.findall(r"`(KONTOR_[A-Z_]+)`", page)) == environment.KNOWN
    assert {"`DATABASE_URL`", "`REDIS_URL`"} <= set(re.findall(r"`[A-Z_]+`", page))
