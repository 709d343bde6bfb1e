"""Findings of one register, summed up in sentences: “3 links broken on 4 May 2026”."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext_lazy

from fiscal.statistics.rksv.findings import Finding, FindingCode, Severity
from fiscal.statistics.rksv.state import Coverage

COUNTED = {
    FindingCode.CHAIN_BROKEN: ngettext_lazy("%d link broken", "%d links broken"),
    FindingCode.START_NOT_FIRST: ngettext_lazy("%d new start", "%d new starts"),
    FindingCode.NO_RESTORE_RECEIPT: ngettext_lazy("%d failure not restored", "%d failures not restored"),
    FindingCode.RESTORE_INVALID: ngettext_lazy("%d failure restored invalidly", "%d failures restored invalidly"),
    FindingCode.COUNTER_WRONG: ngettext_lazy("%d turnover counter wrong", "%d turnover counters wrong"),
    FindingCode.COUNTER_WIDTH_CHANGED: ngettext_lazy("%d change of counter width", "%d changes of counter width"),
    FindingCode.REGISTER_CHANGED: ngettext_lazy("%d receipt of another register", "%d receipts of another register"),
    FindingCode.DATE_DECREASING: ngettext_lazy("%d time going back", "%d times going back"),
    FindingCode.DATE_IN_FUTURE: ngettext_lazy("%d receipt in the future", "%d receipts in the future"),
    FindingCode.SYSTEM_CHANGED: ngettext_lazy("%d receipt of another system", "%d receipts of another system"),
    FindingCode.NUMBER_REPEATED: ngettext_lazy("%d receipt number repeated", "%d receipt numbers repeated"),
    FindingCode.FIRST_NOT_ZERO: ngettext_lazy("%d first receipt with amounts", "%d first receipts with amounts"),
    FindingCode.FIRST_WRONG_KIND: ngettext_lazy("%d first receipt of a wrong kind", "%d first receipts of a wrong kind"),
    FindingCode.FIRST_WRONG_CHAIN: ngettext_lazy("%d chain started wrongly", "%d chains started wrongly"),
    FindingCode.FIRST_UNSIGNED: ngettext_lazy("%d first receipt unsigned", "%d first receipts unsigned"),
    FindingCode.SERIAL_MISMATCH: ngettext_lazy("%d wrong certificate named", "%d wrong certificates named"),
    FindingCode.SIGNATURE_INVALID: ngettext_lazy("%d signature invalid", "%d signatures invalid"),
    FindingCode.MALFORMED_HEADER: ngettext_lazy("%d malformed header", "%d malformed headers"),
    FindingCode.MALFORMED_PAYLOAD: ngettext_lazy("%d malformed payload", "%d malformed payloads"),
    FindingCode.MALFORMED_PADDING: ngettext_lazy("%d malformed padding", "%d malformed paddings"),
    FindingCode.MALFORMED_BASE64: ngettext_lazy("%d malformed Base64 value", "%d malformed Base64 values"),
    FindingCode.MALFORMED_NUMBER: ngettext_lazy("%d malformed amount", "%d malformed amounts"),
    FindingCode.MALFORMED_TIME: ngettext_lazy("%d malformed time", "%d malformed times"),
    FindingCode.MALFORMED_SIGNATURE: ngettext_lazy("%d malformed signature", "%d malformed signatures"),
    FindingCode.UNSIGNED_NOT_ALLOWED: ngettext_lazy("%d receipt wrongly unsigned", "%d receipts wrongly unsigned"),
    FindingCode.KIND_CONTRADICTS: ngettext_lazy("%d contradicting kind", "%d contradicting kinds"),
    FindingCode.CERTIFICATE_UNREADABLE: ngettext_lazy("%d unusable certificate", "%d unusable certificates"),
    FindingCode.UNIT_FAILED: ngettext_lazy("%d receipt while the unit had failed", "%d receipts while the unit had failed"),
    FindingCode.UNIT_STILL_FAILED: ngettext_lazy("%d receipt in a failure that lasts", "%d receipts in a failure that lasts"),
    FindingCode.START_NOT_CHECKED: ngettext_lazy("%d start not checked", "%d starts not checked"),
    FindingCode.COUNTER_NOT_CHECKED: ngettext_lazy("%d turnover counter not checked", "%d turnover counters not checked"),
    FindingCode.SIGNATURE_NOT_CHECKED: ngettext_lazy("%d signature not checked", "%d signatures not checked"),
}  # fmt: skip


class Report:
    """The findings of one register, counted by code and day; the findings themselves are not kept."""

    def __init__(self, findings: Iterable[Finding] = ()) -> None:
        self._counts: Counter[tuple[FindingCode, date | None]] = Counter()
        for finding in findings:
            self.add(finding)

    def add(self, finding: Finding) -> None:
        self._counts[finding.code, finding.at.date() if finding.at else None] += finding.count

    @property
    def defects(self) -> int:
        """How many things are wrong; warnings and what was not checked are not among them."""
        return sum(n for (code, _day), n in self._counts.items() if code.severity == Severity.DEFECT)

    def sentences(self) -> list[str]:
        """One for each code, in the order of the vocabulary: defects, warnings, what was not checked."""
        return [self._sentence(code) for code in FindingCode if any(code == one for one, _day in self._counts)]

    def by_day(self) -> dict[str, dict[str, int]]:
        """{code: {ISO date: how many}}; an empty text stands for a day that could not be read."""
        days: dict[str, dict[str, int]] = {}
        for (code, day), n in self._counts.items():
            days.setdefault(code.value, {})[day.isoformat() if day else ""] = n
        return days

    def _sentence(self, code: FindingCode) -> str:
        days = {day: n for (one, day), n in self._counts.items() if one == code}
        words = COUNTED[code] % sum(days.values())
        known = sorted(day for day in days if day)
        if not known or code.severity == Severity.NOT_CHECKED:
            return words
        if len(known) == 1:
            return _("%(what)s on %(day)s") % {"what": words, "day": _day(known[0])}
        facts = {"what": words, "n": len(known), "first": _day(known[0]), "last": _day(known[-1])}
        return _("%(what)s on %(n)d days from %(first)s to %(last)s") % facts


def coverage_sentences(seen: Coverage) -> list[str]:
    """How closely the receipts were looked at."""
    return [
        _("Receipts: %(receipts)d, of them %(unsigned)d unsigned, %(unreadable)d unreadable") % seen._asdict(),
        _("Signatures: %(signatures)d checked, %(signatures_not_checked)d not checked") % seen._asdict(),
        _("Turnover counters: %(counters)d checked, %(counters_not_checked)d not checked") % seen._asdict(),
    ]


def _day(day: date) -> str:
    return date_format(day, "j F Y")
