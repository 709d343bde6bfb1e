"""`manage.py verify_dep FILE`: verify the DEP export of any Austrian register. Needs no database."""

from __future__ import annotations

import json
import os
import sys
from argparse import ArgumentParser
from datetime import datetime
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import ngettext

from fiscal.statistics.rksv.advice import ADVICE
from fiscal.statistics.rksv.aes_key import UnusableKey
from fiscal.statistics.rksv.counter import TurnoverCounter
from fiscal.statistics.rksv.dep7 import read_dep
from fiscal.statistics.rksv.findings import Finding, FindingCode
from fiscal.statistics.rksv.journal import Journal, RegisterCheck
from fiscal.statistics.rksv.material import Material, read_material
from fiscal.statistics.rksv.report import coverage_sentences
from fiscal.statistics.rksv.rules.clock import VIENNA
from fiscal.statistics.rksv.unreadable import Unreadable

KEY_VARIABLE = "KONTOR_DEP_AES_KEY"


class Command(BaseCommand):
    """Exit code 0: no defect; 1: defects; 2: the file or a key cannot be read."""

    help = "Verify a DEP export: chain, turnover counter, signatures, order of kinds. See docs/rksv.md."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="the export, JSON with “Belege-Gruppe”")
        parser.add_argument("--crypto", type=Path, help="cryptographicMaterialContainer.json: AES key and certificates")
        parser.add_argument(
            "--aes-key-file", type=Path, help=f"a file with the AES key in Base64 (or set {KEY_VARIABLE})"
        )
        parser.add_argument("--partial", action="store_true", help="the export does not begin with the start receipt")
        parser.add_argument("--json", action="store_true", help="print one JSON object a line")

    def handle(self, *args: Any, file: Path, partial: bool, **options: Any) -> None:
        """Raises CommandError with code 2 where nothing can be verified; leaves with code 1 if there are defects."""
        try:
            material = _material(options["crypto"], options["aes_key_file"])
            with read_dep(file) as groups:
                now = datetime.now(tz=VIENNA).replace(tzinfo=None)
                journal = Journal(groups, material, now=now, from_start=not partial)
                self._tell(journal, as_json=options["json"])
        except (Unreadable, UnusableKey) as error:
            raise CommandError(str(error), returncode=2) from error
        except OSError as error:
            raise CommandError(f"{error.filename}: {error.strerror}. Check path and rights.", returncode=2) from error
        except UnicodeDecodeError as error:
            raise CommandError(
                "The key file is not text. Give the file that the register made.", returncode=2
            ) from error
        if journal.defects:
            sys.exit(1)

    def _tell(self, journal: Journal, *, as_json: bool) -> None:
        for check, finding in journal.findings():
            self.stdout.write(json.dumps(_as_json(check, finding)) if as_json else _line(finding))
        if not journal.registers:
            raise Unreadable("The export holds no receipt. Choose a longer span and export again.")
        for check in journal.registers:
            self.stdout.write(json.dumps(_summary(check)) if as_json else "\n".join(_summary_lines(check)))


def _material(crypto: Path | None, key_file: Path | None) -> Material:
    """The container's keys; an AES key from a file or the environment wins over the container's."""
    material = read_material(crypto.read_text(encoding="utf-8-sig")) if crypto else Material()
    key = key_file.read_text(encoding="utf-8-sig") if key_file else os.environ.get(KEY_VARIABLE, "")
    return Material(TurnoverCounter.from_base64(key), material.keys) if key.strip() else material


def _line(finding: Finding) -> str:
    at = f"{finding.at:%Y-%m-%d %H:%M:%S}" if finding.at else "-"
    number = finding.receipt_number or f"#{finding.position}"
    return f"{number}  {at}  {finding.code.value}  {finding.code.label} {finding.detail}".rstrip()


def _summary_lines(check: RegisterCheck) -> list[str]:
    defects = check.report.defects
    lines = [
        "",
        f"Register {check.verifier.register_id or 'unknown'}: {ngettext('%d defect', '%d defects', defects) % defects if defects else 'no defect'}",
    ]
    lines += [f"  {sentence}" for sentence in coverage_sentences(check.verifier.coverage)]
    lines += [f"  {sentence}" for sentence in check.report.sentences()]
    found = [FindingCode(code) for code in check.report.by_day()]
    return lines + [f"  {code.value}: {ADVICE[code]}" for code in FindingCode if code in found]


def _as_json(check: RegisterCheck, finding: Finding) -> dict[str, Any]:
    return {
        "type": "finding",
        "register": check.verifier.register_id,
        "code": finding.code.value,
        "severity": finding.code.severity.value,
        "receipt_number": finding.receipt_number,
        "position": finding.position,
        "at": finding.at.isoformat() if finding.at else None,
        "count": finding.count,
        "message": str(finding.code.label),
        "detail": finding.detail,
    }


def _summary(check: RegisterCheck) -> dict[str, Any]:
    return {
        "type": "register",
        "register": check.verifier.register_id,
        "defects": check.report.defects,
        "coverage": check.verifier.coverage._asdict(),
        "by_day": check.report.by_day(),
        "summary": check.report.sentences(),
    }
