"""Several threads and several processes at once: nothing is lost, nothing is done twice."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from fiscal.sandbox.app import Sandbox

ROOT = Path(__file__).resolve().parents[3]
WRITER = """
import sys
from fiscal.sandbox.app import Sandbox
sandbox = Sandbox(sys.argv[1])
for number in range(40):
    sandbox.make_organization(f"Haus {number}", managed_by_organization_id=sys.argv[2])
"""


def test_threads_share_a_building(world):
    world.test.log_in()
    world.sandbox.faults.add("status", method="POST", path="/organizations$", times=10)
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: world.test("POST", "/organizations", world.company()).status_code, range(80)))

    assert (answers.count(503), answers.count(200)) == (10, 70)
    assert len(world.sandbox.objects()) == 71
    assert len(set(world.sandbox.ledger.effects("organization created"))) == 70


def test_processes_share_a_file(tmp_path):
    path = str(tmp_path / "s.sqlite3")
    parent = Sandbox(path).make_organization("Kassen Nord GmbH")["_id"]
    writers = [subprocess.Popen([sys.executable, "-c", WRITER, path, parent], cwd=ROOT) for _ in range(3)]
    assert [writer.wait(timeout=60) for writer in writers] == [0, 0, 0]
    assert len(Sandbox(path).objects()) == 121
