"""Whoever owns the database changes, removes, inserts, exchanges, cuts or restores: `verify_audit` says what and where."""

from __future__ import annotations

import json

import pytest
from django.db import connection
from django.utils import timezone

from organizations.models import AuditChain, AuditEntry, Organization
from organizations.services import write_checkpoints
from tests.organizations.touched import company, cut, owning_the_database, row, verify, write


@pytest.fixture
def firm(db) -> Organization:
    """Twelve entries, of which a checkpoint attests ten."""
    firm = company()
    write(firm, 10, by="Petra")
    write_checkpoints(now=timezone.now())
    write(firm, 2)
    return firm


def found(firm: Organization) -> list[str]:
    """The findings, without the organization that stands before each."""
    code, said = verify()
    lines = said.splitlines()[:-1]
    assert code == (1 if lines else 0)
    assert all(line.startswith(f"{firm.public_id}: ") for line in lines), said
    return [line.removeprefix(f"{firm.public_id}: ") for line in lines]


def test_an_untouched_record_is_found_whole(firm):
    code, said = verify()
    assert code == 0
    assert "12 entries of 1 records" in said and "nothing was changed, removed, inserted or exchanged" in said
    end = AuditChain.objects.get(organization=firm)
    assert (end.verified_number, end.broken_number) == (12, None) and end.verified_at


CHANGES = {
    "actor_name": "Somebody else",
    "actor_id": 4711,
    "road": "PARENT",
    "verb": "KEY_ISSUED",
    "result": "REFUSED",
    "subject_name": "another",
    "subject_id": "00000000-0000-0000-0000-000000000001",
    "after": {"name": "Größe 7"},
    "before": {},
    "reason": "a better one",
    "request_id": "another",
    "run_id": "00000000-0000-0000-0000-000000000001",
    "ip_address": "10.0.0.9",
    "user_agent": "curl",
    "acting_from_name": "Konzern AG",
    "salt": "0" * 32,
}


@pytest.mark.parametrize("column", [*CHANGES, "at", "acting_from"])
def test_a_changed_entry_is_found_whatever_was_changed(firm, column):
    value = CHANGES.get(column) if column in CHANGES else {"at": timezone.now(), "acting_from": firm}[column]
    with owning_the_database():
        assert row(firm, 5).update(**{column: value}) == 1
    (finding,) = found(firm)
    assert finding.startswith("entry 5 does not fit its own digest")


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL refuses such text")
@pytest.mark.parametrize("value", ['"\\ud800"', "[" * 999 + "]" * 999], ids=["no text", "too deep"])
def test_a_changed_entry_that_cannot_be_read_any_more_is_found(firm, value):
    with owning_the_database(), connection.cursor() as cursor:
        cursor.execute("UPDATE organizations_auditentry SET after = %s WHERE number = 5", [value])
    (finding,) = found(firm)
    assert finding.startswith("entry 5 does not fit its own digest")


def test_a_changed_entry_whose_digest_was_made_to_fit_is_found(firm):
    with owning_the_database():
        row(firm, 5).update(reason="a better one", digest="ab" * 32)
    assert found(firm)[0].startswith("entry 5 was not written by Kontor")


def test_a_changed_seal_is_found(firm):
    with owning_the_database():
        row(firm, 5).update(mac="ab" * 32)
    (finding,) = found(firm)
    assert finding.startswith("entry 5 was not written by Kontor")


def test_an_entry_sealed_with_an_unknown_key_is_found(firm):
    with owning_the_database():
        row(firm, 5).update(key_id="mine")
    (finding,) = found(firm)
    assert finding.startswith("entry 5 was sealed with a key that is not configured")


def test_a_removed_entry_is_found(firm):
    with owning_the_database():
        row(firm, 5).delete()
    assert found(firm) == ["entry 5 is missing: it was removed"]


def test_a_removed_beginning_is_found(firm):
    with owning_the_database():
        AuditEntry.objects.filter(organization=firm, number__lte=3).delete()
    (finding,) = found(firm)
    assert finding.startswith("entry 4 is the first one, and nothing says that those before it were removed rightly")


def test_an_inserted_entry_is_found(firm):
    with owning_the_database():
        entry = row(firm, 12).get()
        entry.pk, entry.number, entry.reason = None, 13, "invented"
        entry.save(force_insert=True)
        AuditChain.objects.filter(organization=firm).update(number=13, digest=entry.digest)
    assert found(firm) == ["entry 13 does not fit its own digest: it was changed, or exchanged with another entry"]


def test_an_entry_inserted_beyond_the_end_is_found(firm):
    with owning_the_database():
        entry = row(firm, 12).get()
        entry.pk, entry.number = None, 13
        entry.save(force_insert=True)
    (finding,) = found(firm)
    assert finding.startswith("entry 13 lies beyond the end of the record")


def test_an_entry_of_another_record_is_found_where_it_was_inserted(firm):
    other = company("Andere GmbH")
    write(other, 13)
    with owning_the_database():
        entry = row(other, 13).get()
        entry.pk, entry.organization = None, firm
        entry.save(force_insert=True)
        AuditChain.objects.filter(organization=firm).update(number=13, digest=entry.digest)
    (finding,) = found(firm)
    assert finding.startswith("entry 13 does not fit")


def test_exchanged_entries_are_found(firm):
    with owning_the_database():
        row(firm, 4).update(number=999)
        row(firm, 7).update(number=4)
        row(firm, 999).update(number=7)
    findings = found(firm)
    assert [finding.split()[1] for finding in findings] == ["4", "5", "7", "8"]
    assert all("exchanged with another entry" in finding for finding in findings)


def test_a_cut_end_is_found(firm):
    with owning_the_database():
        AuditEntry.objects.filter(organization=firm, number__gt=11).delete()
    (finding,) = found(firm)
    assert finding.startswith("entry 12 and what follows is missing: the end of the record was cut off (up to 12)")


def test_a_restored_old_database_is_found_by_the_checkpoint(firm):
    cut(firm, 8)
    (finding,) = found(firm)
    assert finding.startswith("entry 10 was attested by a checkpoint and is missing")
    assert "the record ends at 8" in finding


def test_a_record_written_anew_after_an_old_database_was_restored_is_found(firm):
    cut(firm, 8)
    write(firm, 4)
    (finding,) = found(firm)
    assert finding.startswith("entry 10 is not the one that a checkpoint attested")


def test_a_removed_record_is_found_by_the_checkpoint(firm):
    with owning_the_database():
        AuditEntry.objects.filter(organization=firm).delete()
        AuditChain.objects.filter(organization=firm).delete()
    (finding,) = found(firm)
    assert finding.startswith("entry 10 was attested by a checkpoint and is missing")


def test_a_removed_end_is_found(firm):
    with owning_the_database():
        AuditChain.objects.filter(organization=firm).delete()
    (finding,) = found(firm)
    assert finding.startswith("entry 12 and all others have no end")


def test_a_forged_checkpoint_is_found(firm, settings):
    line = json.loads(settings.CHECKPOINT_FILE.read_text())
    settings.CHECKPOINT_FILE.write_text(json.dumps(line | {"number": 9}) + "\n")
    code, said = verify()
    assert code == 1
    assert "checkpoints.jsonl:1: no key of ours signed this line" in said


def test_a_removed_checkpoint_is_found(firm, settings):
    for _ in range(2):
        write_checkpoints(now=timezone.now())
        write(firm, 1)
    lines = settings.CHECKPOINT_FILE.read_text().splitlines(keepends=True)
    settings.CHECKPOINT_FILE.write_text(lines[0] + lines[2])
    code, said = verify()
    assert code == 1
    assert "checkpoints.jsonl:2: no key of ours signed this line of a checkpoint file, or a line before it" in said


def test_checkpoints_that_know_nothing_of_an_attested_record_are_noticed(firm, settings):
    settings.CHECKPOINT_FILE.write_text("")
    (finding,) = found(firm)
    assert finding.startswith("entry 12 should be attested")


def test_one_record_is_verified_alone_and_a_missing_one_is_an_error(firm):
    other = company("Andere GmbH")
    write(other, 3)
    with owning_the_database():
        row(firm, 5).update(reason="a better one")
    assert verify("--organization", str(other.public_id))[0] == 0
    assert verify("--organization", str(firm.public_id))[0] == 1
    with pytest.raises(Exception, match="There is no record of"):
        verify("--organization", "00000000-0000-0000-0000-000000000001")


def test_a_checkpoint_file_that_cannot_be_read_is_an_error(firm, tmp_path):
    with pytest.raises(Exception, match="No such file"):
        verify("--checkpoints", str(tmp_path / "nowhere.jsonl"))
