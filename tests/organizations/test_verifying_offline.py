"""The exported record is verified by a script that knows nothing of Kontor, and each attack is found there as well."""

from __future__ import annotations

import subprocess
import sys
from itertools import pairwise

import pytest
from django.utils import timezone

from organizations.audit.canonical import digest_of, written
from organizations.audit.export import Shown, export_lines
from organizations.models import Organization
from organizations.services import write_checkpoints
from tests.house.tree import ROOT
from tests.organizations.touched import (
    company,
    cut,
    export,
    lines_in,
    owning_the_database,
    put_lines,
    row,
    verify_offline,
    write,
)


@pytest.fixture
def firm(db) -> Organization:
    firm = company()
    write(firm, 10, by="Petra")
    write_checkpoints(now=timezone.now())
    write(firm, 2)
    return firm


@pytest.fixture
def exported(firm, tmp_path):
    return export(firm, tmp_path / "record.jsonl")


def findings(path, **options) -> list[str]:
    code, said = verify_offline(path, **options)
    lines = said.splitlines()[:-1]
    assert code == (1 if lines else 0)
    return lines


def test_an_export_is_found_whole_without_and_with_the_secret_key(firm, exported, settings):
    code, said = verify_offline(exported, checkpoints=settings.CHECKPOINT_FILE)
    assert code == 0
    assert f"12 entries (1 to 12) of {firm.public_id}; 0 withheld, 0 seals checked, 1 checkpoints compared" in said
    code, said = verify_offline(exported, seals=True)
    assert code == 0 and "12 seals checked" in said


def test_the_script_needs_nothing_of_ours(exported, tmp_path):
    verify_offline(exported)
    arguments = [str(exported), "--public-keys", str(exported.with_name("public-keys.txt"))]
    command = [sys.executable, "-I", str(ROOT / "docs" / "verify_record.py"), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")
    assert "nothing was touched" in done.stdout
    done = subprocess.run([*command, "--checkpoints", "nowhere"], capture_output=True, check=False, timeout=60)
    assert done.returncode == 2


def test_a_changed_entry_is_found(exported):
    lines = lines_in(exported)
    for change in (
        {"reason": "better"},
        {"after": {}},
        {"verb": "KEY_ISSUED"},
        {"who": lines[4]["who"] | {"actor": 9}},
    ):
        put_lines(exported, [*lines[:4], lines[4] | change, *lines[5:]])
        (finding,) = findings(exported)
        assert finding.startswith("entry 5 does not fit its own digest")


def test_a_removed_entry_is_found(exported):
    lines = lines_in(exported)
    put_lines(exported, lines[:4] + lines[5:])
    assert findings(exported) == ["entry 5 is missing: it was removed"]


def test_an_inserted_entry_is_found(exported):
    lines = lines_in(exported)
    put_lines(exported, [*lines[:5], lines[4] | {"reason": "invented"}, *lines[5:]])
    assert findings(exported)[0].startswith("entry 5 stands after entry 5: entries were exchanged or inserted")


def test_exchanged_entries_are_found(exported):
    lines = lines_in(exported)
    put_lines(exported, [*lines[:4], lines[5], lines[4], *lines[6:]])
    assert any(finding.startswith("entry 5 stands after entry 6") for finding in findings(exported))


def test_a_cut_end_is_found(exported):
    lines = lines_in(exported)
    put_lines(exported, [*lines[:9], lines[-1]])
    assert findings(exported) == ["entry 12 should be the last one: the end was cut off after entry 9"]
    put_lines(exported, lines[:9])
    assert findings(exported) == ["the closing line is missing: the end was cut off after entry 9"]


def test_a_cut_beginning_is_found(exported):
    lines = lines_in(exported)
    put_lines(exported, lines[3:])
    assert findings(exported) == ["entry 1 should be the first one: the beginning was cut off"]


def test_a_restored_old_database_is_found_by_the_checkpoint(firm, tmp_path, settings):
    cut(firm, 8)
    exported = export(firm, tmp_path / "record.jsonl")
    assert findings(exported) == []
    (finding,) = findings(exported, checkpoints=settings.CHECKPOINT_FILE)
    assert finding.startswith("entry 10 was attested on") and "an old database restored" in finding


def test_an_export_that_is_older_than_a_checkpoint_is_no_attack(firm, exported, settings):
    write(firm, 5)
    write_checkpoints(now=timezone.now())
    assert findings(exported, checkpoints=settings.CHECKPOINT_FILE) == []


def test_a_record_written_anew_is_found_by_the_checkpoint(firm, tmp_path, settings):
    cut(firm, 8)
    write(firm, 4)
    exported = export(firm, tmp_path / "record.jsonl")
    (finding,) = findings(exported, checkpoints=settings.CHECKPOINT_FILE)
    assert finding.startswith("entry 10 is not the one that the checkpoint")


def test_what_was_changed_in_the_database_is_found_in_the_export(firm, tmp_path):
    with owning_the_database():
        row(firm, 5).update(reason="a better one")
    (finding,) = findings(export(firm, tmp_path / "record.jsonl"))
    assert finding.startswith("entry 5 does not fit its own digest")


def test_a_chain_made_to_fit_without_the_key_is_found_by_closing_line_and_seal(exported):
    """Whoever has the file but no key can compute every digest anew; what is signed and sealed gives them away."""
    lines = lines_in(exported)
    lines[4]["reason"] = "a better one"
    for before, line in pairwise(lines[3:12]):
        facts = {name: value for name, value in line.items() if name not in {"previous", "digest", "mac"}}
        facts["who"] = digest_of(written(facts["who"]))
        line["previous"] = before["digest"]
        line["digest"] = digest_of((before["digest"] + digest_of(written(facts))).encode())
    put_lines(exported, lines)
    (finding,) = findings(exported)
    assert finding.startswith("entry 12 is not the one that the closing line names")
    assert findings(exported, seals=True)[0].startswith("entry 5 was not written by Kontor")


def test_a_forged_closing_line_is_found(exported):
    lines = lines_in(exported)
    lines[-1]["closing"]["last"] = 9
    put_lines(exported, [*lines[:9], lines[-1]])
    assert findings(exported) == ["the closing line was not signed by Kontor, or its key was not given"]


def test_part_of_a_record_is_verified_alone(firm, tmp_path, settings):
    exported = tmp_path / "part.jsonl"
    exported.write_text("".join(export_lines(firm, first=4, last=9, at="2026-11-02T08:00:00.000000Z")))
    code, said = verify_offline(exported, seals=True, checkpoints=settings.CHECKPOINT_FILE)
    assert code == 0 and "6 entries (4 to 9)" in said


def test_names_and_entries_that_are_withheld_leave_the_chain_whole(firm, tmp_path):
    kinds = {2: Shown.NAMELESS, 5: Shown.LINK}
    exported = tmp_path / "part.jsonl"
    at = "2026-11-02T08:00:00.000000Z"
    shown = lambda line: kinds.get(line.number, Shown.ALL)
    exported.write_text("".join(export_lines(firm, first=1, last=6, at=at, shown=shown)))
    lines = lines_in(exported)
    assert "Petra" not in str(lines[1]) and "reason 1" in str(lines[1])
    assert set(lines[4]) == {"number", "key_id", "previous", "digest", "mac", "withheld"}
    code, said = verify_offline(exported, seals=True)
    assert code == 0 and "1 withheld" in said
    put_lines(exported, [*lines[:4], lines[4] | {"withheld": "ab" * 32}, *lines[5:]])
    assert findings(exported)[0].startswith("entry 5 does not fit")
