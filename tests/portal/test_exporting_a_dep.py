"""Somebody exports the signed receipts of a register as DEP7."""

from __future__ import annotations

import io
import json
from datetime import date, timedelta

import pytest
from django.core.management import call_command

from fiscal.models import Chain, Receipt
from organizations.choices import Level, Scope, Verb
from organizations.models import AuditEntry
from tests.fiscal.statistics.books import make_register
from tests.fiscal.statistics.rksv.issuer import OTHER_UNIT, UNIT, b64
from tests.fiscal.statistics.signed import issuer, sync
from tests.portal.sales import only, signed_in, url

DAY = date(2026, 5, 4)
ONE = timedelta(days=1)
SPAN = {"first": "2026-05-01", "last": "2026-05-31"}


@pytest.fixture
def register(cast):
    """Two days; the second signature unit takes turns with the first."""
    register = make_register(cast.shop, name="Theke", serial="KASSE-A")
    unit = issuer(register, DAY)
    unit.start()
    unit.sale(100)
    unit.sale(200, unit=OTHER_UNIT)
    issuer(register, DAY + ONE, before=unit)
    unit.sale(300)
    unit.sale(400, unit=OTHER_UNIT)
    sync(register, DAY, unit.receipts[:3], start=True)
    sync(register, DAY + ONE, unit.receipts[3:])
    return register


def exported(client, organization, register, **days) -> dict:
    answer = client.post(url("chain_export", organization, register.public_id), {**SPAN, **days})
    assert answer.status_code == 200
    assert answer["Content-Disposition"].startswith('attachment; filename="dep7-KASSE-A-2026-05-')
    return json.loads(b"".join(answer))


def test_the_export_holds_the_receipts_by_certificate_and_verifies_without_a_defect(cast, register, tmp_path):
    certificates = [b64(UNIT.certificate), b64(OTHER_UNIT.certificate)]
    Chain.objects.create(register=register, certificates=certificates)

    dep = exported(signed_in(cast.petra), cast.shop, register)

    assert [group["Signaturzertifikat"] for group in dep["Belege-Gruppe"]] == certificates
    assert [len(group["Belege-kompakt"]) for group in dep["Belege-Gruppe"]] == [3, 2]
    file = tmp_path / "dep.json"
    file.write_text(json.dumps(dep))
    said = io.StringIO()
    call_command("verify_dep", str(file), stdout=said)
    assert "no defect" in said.getvalue()
    assert "Signatures: 5 checked" in said.getvalue()


def test_without_certificates_all_receipts_stand_in_one_group(cast, register):
    dep = exported(signed_in(cast.petra), cast.shop, register)

    (group,) = dep["Belege-Gruppe"]
    assert group["Signaturzertifikat"] == ""
    assert len(group["Belege-kompakt"]) == 5


def test_only_the_days_asked_for_are_exported(cast, register):
    dep = exported(signed_in(cast.petra), cast.shop, register, first="2026-05-05")

    assert len(dep["Belege-Gruppe"][0]["Belege-kompakt"]) == 2


def test_the_record_says_who_exported_what(cast, register):
    exported(signed_in(cast.petra), cast.shop, register)

    entry = AuditEntry.objects.get(verb=Verb.CHAIN_EXPORTED)

    assert (entry.actor, entry.after) == (cast.petra, {"first_day": "2026-05-01", "last_day": "2026-05-31"})


@pytest.mark.parametrize(
    ("days", "words"),
    [
        ({"first": "2026-06-01", "last": "2026-05-01"}, "before the first"),
        ({"first": "2025-01-01", "last": "2025-02-01"}, "no signed receipts on these days"),
        ({"first": "", "last": "2026-05-01"}, "required"),
    ],
)
def test_days_without_receipts_are_refused_in_words_and_not_recorded(cast, register, days, words):
    answer = signed_in(cast.petra).post(url("chain_export", cast.shop, register.public_id), {**SPAN, **days})

    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not AuditEntry.objects.filter(verb=Verb.CHAIN_EXPORTED).exists()


def test_receipts_of_days_on_which_the_register_stood_elsewhere_stay_there(cast, register):
    Receipt.objects.filter(day=DAY).update(organization=cast.sibling)

    dep = exported(signed_in(cast.mio), cast.shop, register)

    assert sum(len(group["Belege-kompakt"]) for group in dep["Belege-Gruppe"]) == 2


def test_removed_receipts_are_left_out(cast, register):
    Receipt.objects.filter(number="R-2").update(removed_at="2026-06-01T00:00Z")

    assert len(exported(signed_in(cast.petra), cast.shop, register)["Belege-Gruppe"][0]["Belege-kompakt"]) == 4


def test_looking_at_the_form_exports_nothing(cast, register):
    only(cast.mio, cast.shop, Scope.EXPORTS, Level.VIEW)
    answer = signed_in(cast.mio).get(url("chain_export", cast.shop, register.public_id))

    assert answer.status_code == 200
    assert "Belege" not in answer.content.decode()
    assert not AuditEntry.objects.filter(verb=Verb.CHAIN_EXPORTED).exists()
