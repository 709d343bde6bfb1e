"""Two strangers meet: what the sandbox signs is read by `manage.py verify_dep`, and each negative case gets its name.

They share no code: both were written from the contract.
"""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

from fiscal.sandbox.app import Sandbox
from fiscal.sandbox.kassandro.rksv_negative import CASES, export
from fiscal.sandbox.kassandro.rksv_scenario import issue_scenario

SCENARIOS = Path(__file__).resolve().parents[5] / "shared" / "contracts" / "rksv-scenarios"
NOW = datetime(2026, 9, 10, 15, 0, tzinfo=UTC).timestamp()
NAMED = {
    "chaining broken": "CHAIN_BROKEN",
    "no restore receipt": "NO_RESTORE_RECEIPT",
    "restore on an invalid receipt": "RESTORE_INVALID",
    "invalid counter": "COUNTER_WRONG",
    "counter width changes": "COUNTER_WIDTH_CHANGED",
    "register id changes": "REGISTER_CHANGED",
    "date decreasing": "DATE_DECREASING",
    "system type changes": "SYSTEM_CHANGED",
    "duplicate number": "NUMBER_REPEATED",
    "first receipt not zero": "FIRST_NOT_ZERO",
    "first receipt of the wrong kind": "FIRST_WRONG_KIND",
    "first receipt with a wrong chain value": "FIRST_WRONG_CHAIN",
    "first receipt unsigned": "FIRST_UNSIGNED",
    "certificate serial mismatch": "SERIAL_MISMATCH",
    "malformed header": "MALFORMED_HEADER",
    "malformed payload": "MALFORMED_PAYLOAD",
    "malformed padding": "MALFORMED_PADDING",
    "malformed Base64": "MALFORMED_BASE64",
    "malformed number": "MALFORMED_NUMBER",
    "malformed time": "MALFORMED_TIME",
    "line feed inside the payload": "MALFORMED_PAYLOAD",
    "turnover a cent short": "COUNTER_WRONG",
}


@pytest.fixture
def verify(tmp_path):
    """Gives the defects that the command finds in an export: (code, position) of each."""

    def run(dep, material):
        file, crypto = tmp_path / "dep.json", tmp_path / "crypto.json"
        file.write_text(json.dumps(dep))
        crypto.write_text(json.dumps(material))
        out = StringIO()
        with suppress(SystemExit):  # how it leaves when there are defects
            call_command("verify_dep", str(file), "--crypto", str(crypto), "--json", stdout=out)
        lines = [json.loads(line) for line in out.getvalue().splitlines()]
        assert [line for line in lines if line["type"] == "register"]
        return [(each["code"], each["position"]) for each in lines if each.get("severity") == "DEFECT"]

    return run


@pytest.mark.parametrize("profile", ["bakery", "restaurant", "shop", "market"])
def test_a_register_of_the_sandbox_has_no_defect(verify, profile):
    sandbox = Sandbox(clock=lambda: NOW)
    account = sandbox.kassandro.make_account("Prüfling")["id"]
    register = sandbox.kassandro.make_register(
        account,
        "Kassa",
        profile=profile,
        opened_on="2025-10-20",
        daily=8,
        region="border",
        failures=[["2026-03-03T12:00", "2026-03-05T13:00"], ["2026-05-02T12:00", "2026-05-03T13:00"]],
        closed_on="2026-08-31" if profile == "market" else None,
    )["id"]
    sandbox.kassandro.add_receipt(register, 990)
    dep, material = sandbox.kassandro.dep7(register), sandbox.kassandro.crypto_material(register)
    sandbox.close()
    assert verify(dep, material) == []


@pytest.mark.skipif(not SCENARIOS.is_dir(), reason="the ministry's scenario files lie in ../shared, which is not here")
@pytest.mark.parametrize("closed", [False, True], ids=["open", "closed system"])
@pytest.mark.parametrize("number", range(1, 9))
def test_a_scenario_issued_by_the_sandbox_has_no_defect(verify, number, closed):
    scenario = json.loads((SCENARIOS / f"TESTSUITE_TEST_SZENARIO_{number}.json").read_text())
    _, material, dep = issue_scenario(scenario, closed=closed)
    assert verify(dep, material) == []


@pytest.mark.parametrize("name", CASES)
def test_a_negative_case_of_the_sandbox_is_named_at_its_place(verify, name):
    dep, material, place = export(name)
    found = verify(dep, material)
    assert NAMED[name] in [code for code, _ in found]
    if name not in ("no restore receipt", "restore on an invalid receipt"):  # noticed one receipt later
        assert found[0] == (NAMED[name], place + 1)
