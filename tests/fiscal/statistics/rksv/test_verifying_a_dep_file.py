"""`manage.py verify_dep FILE`: one line for each finding, a summary for each register, an exit code."""

from __future__ import annotations

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from tests.fiscal.statistics.rksv.exports import container, group, write_export
from tests.fiscal.statistics.rksv.issuer import AES_KEY_TEXT, OTHER_UNIT, UNIT, Register, b64, good_register


@pytest.fixture
def path(tmp_path):
    return tmp_path / "dep.json"


@pytest.fixture
def crypto(tmp_path):
    keys = tmp_path / "cryptographicMaterialContainer.json"
    keys.write_text(container(UNIT, OTHER_UNIT))
    return keys


def run(*arguments) -> tuple[int, str]:
    """(exit code, what it printed). No test here may touch the database: none is marked for it."""
    out = StringIO()
    try:
        call_command("verify_dep", *map(str, arguments), stdout=out)
    except SystemExit as leaving:
        return int(leaving.code or 0), out.getvalue()
    except CommandError as error:
        return error.returncode, str(error)
    return 0, out.getvalue()


def broken_register() -> Register:
    register = good_register()
    for _ in range(3):
        register.sale(previous=b64(b"somewhat"))
    return register


def test_a_clean_export_is_said_to_be_clean_and_how_closely_it_was_looked_at(path, crypto):
    code, said = run(write_export(path, group(good_register().receipts)), "--crypto", crypto)
    assert code == 0
    assert "Register DEMO-1: no defect" in said
    assert "Signatures: 9 checked, 0 not checked" in said
    assert "Turnover counters: 8 checked, 0 not checked" in said
    assert "3 receipts while the unit had failed on 4 May 2026" in said


def test_defects_are_lines_and_a_sentence_and_end_with_1(path, crypto):
    code, said = run(write_export(path, group(broken_register().receipts)), "--crypto", crypto)
    assert code == 1
    assert "R-13  2026-05-04 09:13:00  CHAIN_BROKEN  The receipt does not continue the one before it." in said
    assert "Register DEMO-1: 3 defects" in said
    assert "3 links broken on 4 May 2026" in said
    assert "CHAIN_BROKEN: Look for" in said


def test_without_keys_nothing_is_called_good(path):
    code, said = run(write_export(path, group(good_register().receipts, None)))
    assert code == 0
    assert "Signatures: 0 checked, 9 not checked" in said
    assert "Turnover counters: 0 checked, 8 not checked" in said
    assert "8 turnover counters not checked" in said


def test_the_certificate_of_the_export_is_enough_for_signatures(path):
    register = good_register()
    register.sale(signature=register.receipts[1].split(".")[2])
    code, said = run(write_export(path, group(register.receipts)))
    assert code == 1
    assert "SIGNATURE_INVALID" in said
    assert "Signatures: 10 checked" in said


@pytest.mark.parametrize("where", ["file", "environment"])
def test_the_aes_key_comes_from_a_file_or_the_environment_never_from_the_command_line(
    path, tmp_path, monkeypatch, where
):
    register = good_register()
    register.sale(counted=1)
    arguments = [write_export(path, group(register.receipts))]
    if where == "file":
        (tmp_path / "key").write_text(AES_KEY_TEXT + "\n")
        arguments += ["--aes-key-file", tmp_path / "key"]
    else:
        monkeypatch.setenv("KONTOR_DEP_AES_KEY", AES_KEY_TEXT)
    code, said = run(*arguments)
    assert code == 1
    assert "COUNTER_WRONG" in said
    assert AES_KEY_TEXT not in said
    with pytest.raises(TypeError, match="aes_key"):
        call_command("verify_dep", str(path), aes_key=AES_KEY_TEXT)


def test_json_is_one_object_a_line(path, crypto):
    code, said = run(write_export(path, group(broken_register().receipts)), "--crypto", crypto, "--json")
    lines = [json.loads(line) for line in said.splitlines()]
    assert code == 1
    assert [one["code"] for one in lines if one["type"] == "finding"] == ["UNIT_FAILED", *["CHAIN_BROKEN"] * 3]
    summary = lines[-1]
    assert (summary["register"], summary["defects"]) == ("DEMO-1", 3)
    assert summary["by_day"]["CHAIN_BROKEN"] == {"2026-05-04": 3}
    assert summary["coverage"]["signatures"] == 12


def test_two_registers_in_one_file_are_a_defect_and_each_is_verified_by_itself(path, crypto):
    second = good_register(register_id="DEMO-2")
    second.sale(at="2026-05-04T08:00:00")
    write_export(path, group(good_register().receipts), group(second.receipts))
    code, said = run(path, "--crypto", crypto)
    assert code == 1
    assert "Register DEMO-1: no defect" in said
    assert "Register DEMO-2: 2 defects" in said
    assert "REGISTER_CHANGED" in said
    assert "DATE_DECREASING" in said


def test_a_receipt_of_another_register_that_starts_no_chain_stays_where_it_is(path, crypto):
    register = good_register()
    register.sale(register_id="DEMO-9", previous=b64(b"somewhat"))
    code, said = run(write_export(path, group(register.receipts)), "--crypto", crypto)
    assert code == 1
    assert "Register DEMO-1: 2 defects\n" in said
    assert "Register DEMO-9" not in said


def test_a_receipt_may_stand_in_the_group_of_another_certificate_of_the_export(path):
    register = good_register()
    register.sale(unit=OTHER_UNIT)
    code, said = run(write_export(path, group(register.receipts), group([], OTHER_UNIT)))
    assert code == 0
    assert "Signatures: 10 checked, 0 not checked" in said


def test_a_later_part_of_a_journal_is_verified_as_a_part(path, crypto):
    write_export(path, group(good_register().receipts[5:]))
    assert run(path, "--crypto", crypto)[0] == 1
    code, said = run(path, "--crypto", crypto, "--partial")
    assert code == 0
    assert "start not checked" in said


def test_an_unusable_certificate_is_a_defect_and_the_rest_is_verified(path):
    bad = {**group(good_register().receipts), "Signaturzertifikat": "QUJD"}
    code, said = run(write_export(path, bad))
    assert code == 1
    assert "CERTIFICATE_UNREADABLE" in said
    assert "Signatures: 0 checked, 9 not checked" in said


def test_a_closed_system_is_verified_with_the_containers_public_key(path, tmp_path):
    name = "U:ATU99000017-K1"
    register = Register(suite="R1-AT0")
    for _ in range(3):
        register.issue(serial=name)
    (tmp_path / "keys").write_text(container(**{name: UNIT}))
    code, said = run(write_export(path, group(register.receipts, None)), "--crypto", tmp_path / "keys")
    assert code == 0
    assert "Signatures: 3 checked, 0 not checked" in said


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("no json", "not JSON"),
        ('{"Belege-gruppiert": []}', "draft of 2015"),
        ('{"Belege-Gruppe": []}', "no receipt"),
        ("{}", "Ask the register for"),
    ],
)
def test_a_file_that_cannot_be_read_ends_with_2_and_says_what_to_do(path, text, word):
    path.write_text(text)
    code, said = run(path)
    assert code == 2
    assert word in said


@pytest.mark.parametrize(
    "keys",
    [
        "no json",
        "[]",
        '{"base64AESKey": "tooshort"}',
        '{"certificateOrPublicKeyMap": {"1": {}}}',
        container(UNIT).replace(f'"{UNIT.serial}": {{', '"abc": {'),
        container(UNIT).replace("CERTIFICATE", "PUBLIC_KEY"),
    ],
)
def test_keys_that_cannot_be_used_end_with_2_and_are_not_repeated(path, crypto, keys):
    crypto.write_text(keys)
    code, said = run(write_export(path, group(good_register().receipts)), "--crypto", crypto)
    assert code == 2
    assert "tooshort" not in said
    assert AES_KEY_TEXT not in said


def test_a_missing_file_ends_with_2(path):
    code, said = run(path)
    assert code == 2
    assert "dep.json" in said
