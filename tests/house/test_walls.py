"""Who may import whom is decided in pyproject.toml and checked by a machine."""

from __future__ import annotations

import subprocess
import sys

from tests.house.tree import ROOT

CHECK = "from importlinter.cli import lint_imports_command as check; check()"


def walls():
    return subprocess.run(
        [sys.executable, "-c", CHECK, "--no-logo", "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def test_every_wall_stands():
    done = walls()
    assert done.returncode == 0, done.stdout + done.stderr
