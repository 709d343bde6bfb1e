"""What an entry is bound to: the same on both databases, for ever, and with keys that can be changed."""

from __future__ import annotations

import base64
import io
import json
from datetime import UTC, datetime
from decimal import Decimal
from uuid import UUID

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connection, transaction
from django.utils.safestring import mark_safe
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from organizations.access import EVERYTHING, Reach, system_reach
from organizations.audit import record
from organizations.audit.canonical import START, canonical, link, moment, own_digest, plain, who_digest, written
from organizations.audit.lines import every_line, line_of
from organizations.choices import Area, Kind, Mode, Result, Road, Verb
from organizations.models import AuditChain, AuditEntry
from tests.cast import person
from tests.flushing import record_chain
from tests.organizations.touched import company, export, owning_the_database, row, verify, verify_offline, write

WHO = {
    "acting_from": None,
    "acting_from_name": "",
    "actor": 7,
    "actor_name": "Anna Kern",
    "ip_address": "192.0.2.7",
    "salt": "0" * 32,
    "user_agent": "",
}
WHAT = {
    "after": {"status": "DISABLED"},
    "at": "2026-11-02T08:00:00.000000Z",
    "before": {"status": "ENABLED"},
    "key_id": "k1",
    "number": 1,
    "organization": "00000000-0000-0000-0000-000000000001",
    "reason": "till sold – „größer“",
    "request_id": "",
    "result": "DONE",
    "road": "DIRECT",
    "run_id": None,
    "subject_id": "00000000-0000-0000-0000-000000000002",
    "subject_name": "shop-17",
    "verb": "KEY_DISABLED",
}


def test_the_form_that_is_digested_never_changes():
    """These values are the contract with every entry that was ever written: a change here breaks all records."""
    assert who_digest(WHO) == "ceb96854f092ed1e9c507f1a69b56b6cdd4cfdfbbf158c01ef2c2ee8d55afb02"
    assert own_digest(WHAT, who_digest(WHO)) == "45118a46d9e9d7409f35a937f024dec537bc99b8c2f5fa546ae877678306fdcf"
    assert (
        link(START, own_digest(WHAT, who_digest(WHO)))
        == "65af9dfaadd6e3a53c398b65881bdd7377f64951ec3cfad82a80149ceb304cc7"
    )


def test_times_are_digested_in_utc_with_microseconds():
    assert moment(datetime(2026, 11, 2, 8, 0, tzinfo=UTC)) == "2026-11-02T08:00:00.000000Z"


def test_values_are_kept_as_both_databases_give_them_back():
    values = {"a": Mode.TEST, 1: UUID(int=1), "c": (1, True, None), "d": Decimal("1.50"), "e": 1e22, "f": {"g": 0.1}}
    expected = {"a": "TEST", "1": str(UUID(int=1)), "c": [1, True, None], "d": "1.50", "e": "1e+22", "f": {"g": "0.1"}}
    assert plain(values) == expected
    with pytest.raises(TypeError):
        plain({"a": object()})


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**30), 10**30) | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("abcäö\"\\/ ", max_size=5), inner, max_size=3),
    max_leaves=8,
)  # fmt: skip


@hypothesis_settings(max_examples=200, deadline=None)
@given(JSON)
def test_the_form_is_that_of_the_standard_library(value):
    """Whoever verifies an export without Kontor has nothing else, and entries of years ago were written by it."""
    assert written(value) == json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def test_text_of_templates_and_of_choices_is_written_as_text():
    assert written({"a": plain(mark_safe("größer"))}) == '{"a":"größer"}'.encode()
    assert written({Mode.TEST: 1, mark_safe("a"): Mode.LIVE}) == b'{"TEST":1,"a":"LIVE"}'
    with pytest.raises(TypeError):
        written({"a": object()})


@pytest.mark.django_db
@hypothesis_settings(max_examples=40, deadline=None)
@given(st.dictionaries(st.sampled_from("abc"), JSON, max_size=3))
def test_what_was_digested_is_what_the_database_gives_back(values):
    with transaction.atomic():
        firm = company()
        entry = record(system_reach(firm, reason="a test"), Verb.TRIED_AGAIN, firm, after=values)
        (line,) = every_line(firm)
        assert canonical(line.what) == canonical(line_of(entry).what)
        assert line == line_of(entry) == line_of(AuditEntry.objects.get(pk=entry.pk))
        transaction.set_rollback(True)


def test_a_line_holds_nothing_but_what_has_one_form_for_ever(db):
    """Whoever adds a column decides how it is written: fractions, times and ids have more than one form in JSON."""
    firm = company()
    entry = record(Reach(person("a@example.example", "Anna"), firm, EVERYTHING, Road.DIRECT), Verb.KEY_ISSUED, firm)
    for line in (*every_line(firm), line_of(entry)):
        assert {type(value) for value in (line.what | line.who).values()} <= {
            str,
            int,
            dict,
            type(None),
            Road,
            Verb,
            Result,
        }


def test_every_column_is_read_as_it_was_digested(db):
    above, user = company("Oben GmbH"), person("anna@example.example", "Anna Kern")
    firm = company(kind=Kind.MANAGED, parent=above)
    entry = record(Reach(user, firm, EVERYTHING, Road.PARENT), Verb.KEY_ISSUED, firm, reason="größer")
    (line,) = every_line(firm)
    assert line == line_of(entry)
    assert line.who["acting_from"] == str(above.public_id) and line.who["actor"] == user.pk


def test_a_time_without_a_fraction_is_read_as_it_was_digested(db):
    firm = company()
    write(firm, 1)
    entry = row(firm, 1).get()
    with owning_the_database():
        row(firm, 1).update(at=datetime(2026, 11, 2, 8, 0, tzinfo=UTC))
    (line,) = every_line(firm)
    assert line.what["at"] == "2026-11-02T08:00:00.000000Z" == line_of(row(firm, 1).get()).what["at"]
    assert line.what["run_id"] is None and line.what["subject_id"] == str(entry.subject_id)


def test_a_key_is_rotated_and_entries_of_the_old_one_stay_verified(db, settings, tmp_path):
    firm = company()
    old = settings.AUDIT_KEYS
    write(firm, 2)
    settings.AUDIT_KEYS = {"new": b"n" * 32, **old}
    write(firm, 2)
    assert (
        list(AuditEntry.objects.order_by("number").values_list("key_id", flat=True)) == ["embedded"] * 2 + ["new"] * 2
    )
    assert verify()[0] == 0
    assert verify_offline(export(firm, tmp_path / "record.jsonl"), seals=True)[0] == 0
    settings.AUDIT_KEYS = {"new": b"n" * 32}
    code, said = verify()
    assert code == 1 and "entry 1 was sealed with a key that is not configured" in said


def test_the_public_keys_are_printed_and_no_secret_is(settings):
    out = io.StringIO()
    call_command("audit_keys", stdout=out)
    key_id, _, public = out.getvalue().strip().partition(":")
    secret = settings.AUDIT_KEYS[key_id]
    assert len(base64.b64decode(public)) == 32
    assert base64.b64decode(public) != secret


def test_entries_from_before_the_chain_are_chained_by_the_migration(db):
    """As they stand, in the order in which they were written, on both databases."""
    one, other = company("Eine GmbH"), company("Andere GmbH")
    for firm in (one, other, one):
        write(firm, 2)
    with owning_the_database():
        AuditChain.objects.all().delete()
        AuditEntry.objects.all().update(digest="", mac="", salt="", key_id="", reason="from before")
        for entry in AuditEntry.objects.all():
            AuditEntry.objects.filter(pk=entry.pk).update(number=10**6 + entry.pk)
        refused = AuditEntry.objects.filter(organization=other).order_by("pk").last()
        AuditEntry.objects.filter(pk=refused.pk).update(verb=Verb.PROOF_REFUSED)
        record_chain.chain(apps, connection.SchemaEditorClass(connection))
    assert list(AuditEntry.objects.order_by("pk").values_list("number", flat=True)) == [1, 2, 1, 2, 3, 4]
    assert row(other, 2).get().result == "REFUSED"
    assert verify()[0] == 0
    write(one, 1)
    assert verify()[0] == 0


def test_every_verb_has_an_area():
    assert {verb for verb in Verb if Area.of(verb) == Area.OTHER} == set()
    assert sorted(verb for area in Area for verb in area.verbs) == sorted(Verb)
