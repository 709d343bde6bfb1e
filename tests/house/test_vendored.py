"""What was copied from others is byte for byte what was copied."""

from __future__ import annotations

import hashlib

import pytest

from tests.house.tree import ROOT

SUMS = ROOT / "static" / "SHA256SUMS"


def listed() -> list:
    found = []
    for line in SUMS.read_text().splitlines():
        if line.strip():
            wanted, name = line.split(maxsplit=1)
            found.append(pytest.param(name.lstrip("*"), wanted, id=name))
    return found


@pytest.mark.parametrize(("name", "wanted"), listed())
def test_a_vendored_file_is_unchanged(name, wanted):
    assert hashlib.sha256((ROOT / "static" / name).read_bytes()).hexdigest() == wanted


def test_every_file_of_others_is_listed():
    """A name with a version in it is somebody else's file."""
    there = {str(path.relative_to(SUMS.parent)) for path in SUMS.parent.rglob("*-[0-9]*.[0-9]*.*") if path.is_file()}
    assert there <= {param.values[0] for param in listed()}
