"""Findings become sentences, and every finding has its words."""

from __future__ import annotations

import datetime as dt

import pytest
from django.conf import settings

from fiscal.statistics.rksv.advice import ADVICE
from fiscal.statistics.rksv.findings import Finding, FindingCode, Severity
from fiscal.statistics.rksv.report import COUNTED, Report


def found(code, day=4, count=1):
    at = dt.datetime.fromisoformat(f"2026-05-{day:02d}T10:00:00") if day else None
    return Finding(code, "1", at, count=count)


def test_what_happened_on_one_day_names_the_day():
    assert Report([found(FindingCode.CHAIN_BROKEN)] * 3).sentences() == ["3 links broken on 4 May 2026"]
    assert Report([found(FindingCode.CHAIN_BROKEN)]).sentences() == ["1 link broken on 4 May 2026"]


def test_what_happened_on_several_days_names_the_first_and_the_last():
    report = Report(found(FindingCode.COUNTER_WRONG, day) for day in (9, 4, 4))
    assert report.sentences() == ["3 turnover counters wrong on 2 days from 4 May 2026 to 9 May 2026"]


def test_what_has_no_day_has_none_and_defects_come_first():
    report = Report([found(FindingCode.UNIT_FAILED, count=5), found(FindingCode.MALFORMED_PAYLOAD, 0)])
    assert report.sentences() == ["1 malformed payload", "5 receipts while the unit had failed on 4 May 2026"]
    assert report.defects == 1


@pytest.mark.parametrize("code", FindingCode)
def test_every_finding_has_a_sentence_a_count_and_advice_and_stands_in_the_docs(code):
    assert str(code.label).endswith(".")
    assert COUNTED[code] % 2 != COUNTED[code] % 1
    assert str(ADVICE[code]).endswith(".")
    page = (settings.BASE_DIR / "docs" / "rksv.md").read_text()
    assert f"| `{code.value}` | {code.label} | {ADVICE[code]} |" in page


def test_what_is_not_checked_is_neither_a_defect_nor_good():
    assert {one for one in FindingCode if one.severity == Severity.NOT_CHECKED} == {
        FindingCode.START_NOT_CHECKED, FindingCode.COUNTER_NOT_CHECKED, FindingCode.SIGNATURE_NOT_CHECKED,
    }  # fmt: skip
