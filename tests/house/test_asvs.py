"""The table of OWASP ASVS is complete, and true about its tests."""

from __future__ import annotations

import re

from tests.house.asvs import BY_DESIGN, NOT_APPLICABLE, REQUIRED, TESTED
from tests.house.tree import ROOT


def test_every_requirement_of_both_chapters_is_answered():
    answered = [*TESTED, *BY_DESIGN, *NOT_APPLICABLE]

    assert len(REQUIRED) == 35 + 18
    assert sorted(set(REQUIRED) - set(answered)) == []
    assert len(answered) == len(set(answered))


def test_every_test_that_is_named_exists():
    missing = []
    for test_id in {test_id for ids in TESTED.values() for test_id in ids}:
        path, _, name = test_id.partition("::")
        text = (ROOT / path).read_text() if (ROOT / path).exists() else ""
        if not re.search(rf"^def {name}\(", text, re.MULTILINE):
            missing.append(test_id)

    assert missing == []


def test_every_page_that_is_named_exists():
    named = {path for words in BY_DESIGN.values() for path in re.findall(r"\b[\w/.]+/[\w.]+\.(?:py|md|html)\b", words)}
    headings = {
        heading for words in BY_DESIGN.values() for heading in re.findall(r"docs/operating\.md, '([^']+)'", words)
    }
    operating = (ROOT / "docs/operating.md").read_text()

    assert [path for path in named if not (ROOT / path).exists()] == []
    assert [heading for heading in headings if f"## {heading}\n" not in operating] == []
