"""What every page loads stays small, unchanged and clean under the content security policy."""

from __future__ import annotations

import gzip
import hashlib
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
STATIC = ROOT / "static"
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
BUDGET = {"kontor.css": 25_000, "htmx-2.0.11.min.js": 17_000, "kontor.js": 6_000, "icons.svg": 4_000}


def _zipped(name: str) -> int:
    return len(gzip.compress((STATIC / name).read_bytes(), mtime=0))


@pytest.mark.parametrize(("name", "limit"), BUDGET.items())
def test_each_file_stays_within_its_budget(name: str, limit: int) -> None:
    assert _zipped(name) <= limit


def test_a_first_visit_loads_at_most_60_kb_without_the_font() -> None:
    assert sum(map(_zipped, BUDGET)) <= 60_000


def test_vendored_files_are_what_their_makers_published() -> None:
    for line in (STATIC / "SHA256SUMS").read_text().splitlines():
        expected, name = line.split()
        assert hashlib.sha256((STATIC / name).read_bytes()).hexdigest() == expected


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT / "templates")))
def test_no_template_carries_inline_style_or_script(path: Path) -> None:
    text = path.read_text()
    assert not re.search(r"<[^>]*\s(style|on[a-z]+|hx-on[^=\s]*)\s*=", text)
    assert not re.search(r"<script(?![^>]*\ssrc=)", text)
    assert not re.search(r"<style|javascript:", text)


def test_every_icon_that_a_template_names_is_in_the_sprite() -> None:
    known = set(re.findall(r'<symbol id="([^"]+)"', (STATIC / "icons.svg").read_text()))
    named = set()
    for path in TEMPLATES:
        text = path.read_text()
        named |= set(re.findall(r"""{%\s*icon "([^"]+)\"""", text))
        named |= set(re.findall(r"""<c-[a-z-]+ [^>]*?\bicon="([a-z0-9-]+)\"""", text))
    assert named
    assert named <= known
