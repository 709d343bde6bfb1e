"""Checkpoints are written once, whole and by one at a time; old entries go only after they were written elsewhere."""

from __future__ import annotations

import json
import threading
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from organizations.access import system_reach
from organizations.audit.checkpoints import appending, read_checkpoints
from organizations.choices import Verb
from organizations.models import AuditChain, AuditEntry
from organizations.services import prune_record, prune_records, write_checkpoints
from tests.organizations.touched import company, lines_in, owning_the_database, row, verify, verify_offline, write


@pytest.fixture
def file(settings) -> Path:
    return settings.CHECKPOINT_FILE


def test_a_checkpoint_is_written_for_records_that_moved_and_for_no_others(db, file, caplog):
    one, other = company("Eine GmbH"), company("Andere GmbH")
    company("Stille GmbH")
    write(one, 2)
    write(other, 1)
    caplog.set_level("INFO")
    assert write_checkpoints(now=timezone.now()) == 2
    assert write_checkpoints(now=timezone.now()) == 0
    write(one, 3)
    assert write_checkpoints(now=timezone.now()) == 1
    found = [(line["organization"], line["number"]) for line in lines_in(file)]
    assert found == [(str(one.public_id), 2), (str(other.public_id), 1), (str(one.public_id), 5)]
    assert lines_in(file)[2]["digest"] == AuditChain.objects.get(organization=one).digest
    assert caplog.text.count("SHA-256 of these lines") == 2
    assert verify()[0] == 0


def test_a_checkpoint_file_is_nobody_elses_to_read(db, file):
    write(company(), 1)
    write_checkpoints(now=timezone.now())
    assert file.stat().st_mode & 0o077 == 0


def test_whoever_dies_after_writing_the_file_writes_the_same_once_more(db, file):
    """The file is on disk before the database hears of it."""
    firm = company()
    write(firm, 2)
    before = AuditChain.objects.filter(organization=firm).values("attested_number", "attested_line").get()
    write_checkpoints(now=timezone.now())
    AuditChain.objects.filter(organization=firm).update(**before)
    write(firm, 1)
    write_checkpoints(now=timezone.now())
    assert [line["number"] for line in lines_in(file)] == [2, 3]
    assert verify()[0] == 0


def test_a_line_that_was_torn_by_a_crash_does_no_harm(db, file):
    firm = company()
    write(firm, 1)
    write_checkpoints(now=timezone.now())
    with file.open("a") as torn:
        torn.write('{"at":"2026-11-02T08:0')
    write(firm, 1)
    write_checkpoints(now=timezone.now())
    shelf = read_checkpoints([file])
    assert [checkpoint.number for checkpoint in shelf.by_organization[str(firm.public_id)]] == [1, 2]
    assert (len(shelf.torn), shelf.forged) == (1, [])
    assert verify()[0] == 0


def test_writers_at_once_never_write_into_each_others_lines(tmp_path):
    path = tmp_path / "deep" / "checkpoints.jsonl"

    def add(writer: int) -> None:
        for n in range(20):
            with appending(path) as append:
                append([json.dumps({"writer": writer, "n": n, "padding": "x" * 5000}) for _ in range(3)])

    threads = [threading.Thread(target=add, args=(writer,)) for writer in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    lines = lines_in(path)
    assert len(lines) == 8 * 20 * 3
    assert all(len({(line["writer"], line["n"]) for line in lines[at : at + 3]}) == 1 for at in range(0, len(lines), 3))


def aged(firm, number: int, days: int) -> None:
    """Rewrite the record's beginning as if it were old, and seal it anew: only the clock is somebody else's here."""
    from organizations.audit import seal
    from organizations.audit.canonical import START

    with owning_the_database():
        previous = START
        for entry in AuditEntry.objects.filter(organization=firm).order_by("number"):
            if entry.number <= number:
                entry.at -= timedelta(days=days)
            seal(entry, previous)
            previous = entry.digest
            entry.save()
        AuditChain.objects.filter(organization=firm).update(digest=previous)


def test_nothing_is_removed_unless_the_operator_wants_it(db, settings):
    firm = company()
    write(firm, 5)
    aged(firm, 5, 10_000)
    assert settings.RECORD_MONTHS == 0
    assert prune_records(now=timezone.now()) == 0
    assert AuditEntry.objects.count() == 5


def test_old_entries_are_written_elsewhere_removed_and_the_gap_is_on_record(db, settings, file):
    firm = company()
    write(firm, 8, by="Petra")
    aged(firm, 5, 100)
    write_checkpoints(now=timezone.now())
    settings.RECORD_MONTHS = 3
    assert prune_records(now=timezone.now()) == 5
    assert list(AuditEntry.objects.order_by("number").values_list("number", flat=True)) == [6, 7, 8, 9]
    pruned = row(firm, 9).get()
    assert (pruned.verb, pruned.after["up_to"], pruned.actor_name) == (Verb.RECORD_PRUNED, 5, "Kontor")
    exported = file.parent / pruned.after["file"]
    code, said = verify_offline(exported, seals=True, checkpoints=file)
    assert code == 0 and f"5 entries (1 to 5) of {firm.public_id}; 0 withheld" in said
    assert lines_in(exported)[0]["who"]["actor_name"] == "Petra"
    assert verify()[0] == 0
    assert prune_records(now=timezone.now()) == 0


def test_a_record_is_pruned_again_and_again(db):
    firm = company()
    write(firm, 4)
    for _ in range(3):
        assert prune_record(system_reach(firm, reason="a test"), before=timezone.now() + timedelta(days=1)) > 0
        write(firm, 2)
    assert verify()[0] == 0


def test_the_trigger_lets_go_of_exactly_what_was_exported(db):
    firm = company()
    write(firm, 4)
    prune_record(system_reach(firm, reason="a test"), before=timezone.now() + timedelta(days=1))
    write(firm, 2)
    for number in (5, 6, 7):
        with pytest.raises(IntegrityError), transaction.atomic():
            row(firm, number).delete()


def test_entries_are_not_removed_if_they_cannot_be_written_elsewhere(db, settings, tmp_path):
    firm = company()
    write(firm, 4)
    (tmp_path / "a file").write_text("")
    settings.CHECKPOINT_FILE = tmp_path / "a file" / "checkpoints.jsonl"
    with pytest.raises(OSError, match="a file"):
        prune_record(system_reach(firm, reason="a test"), before=timezone.now() + timedelta(days=1))
    assert AuditEntry.objects.count() == 4


def test_a_forged_anchor_does_not_hide_a_removed_beginning(db):
    """Whoever removes the beginning can write that it was pruned, but cannot sign it."""
    firm = company()
    write(firm, 6)
    with owning_the_database():
        digest = row(firm, 3).get().digest
        last = row(firm, 6).get()
        last.verb, last.after = (
            Verb.RECORD_PRUNED,
            {"up_to": 3, "digest": digest, "key_id": "embedded", "signature": ""},
        )
        last.save()
        AuditEntry.objects.filter(organization=firm, number__lte=3).delete()
    code, said = verify()
    assert code == 1
    assert "entry 4 is the first one, and nothing says" in said
