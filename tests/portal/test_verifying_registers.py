"""Somebody looks what the verification found, gives it keys, and has a register verified again."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from fiscal.models import Chain, Finding, Receipt
from fiscal.services import ChainRefused, store_chain_material, verify_due
from organizations.choices import Level, Scope, Verb
from organizations.models import AuditEntry
from tests.fiscal.statistics.books import make_register
from tests.fiscal.statistics.rksv.issuer import AES_KEY_TEXT, OTHER_UNIT, UNIT, b64
from tests.fiscal.statistics.signed import issuer, sync
from tests.portal.sales import only, signed_in, url

DAY = date(2026, 5, 4)
ONE = timedelta(days=1)
CHECKSUM = "kF8o"  # Base64(SHA-256(Base64 text of the key)[0:3]), contract "RKSV", heading 3


@pytest.fixture
def petra(cast):
    return signed_in(cast.petra)


@pytest.fixture
def register(cast):
    """Start, six sales on a day: three receipts are missing, so that three links are broken; a good day after it."""
    register = make_register(cast.shop, name="Theke", serial="KASSE-A")
    unit = issuer(register, DAY)
    unit.start()
    for _ in range(8):
        unit.sale(100)
    codes = list(unit.receipts)
    begun = len(unit.receipts)
    issuer(register, DAY + ONE, before=unit)
    unit.sale(200)
    for place in (7, 4, 2):
        del codes[place]
    sync(register, DAY, codes, start=True)
    sync(register, DAY + ONE, unit.receipts[begun:])
    return register


def verify_all() -> None:
    Chain.objects.update(checked_at=None)
    verify_due(now=timezone.now())


def shown(client, name: str, organization, *more, **asked) -> str:
    answer = client.get(url(name, organization, *more), asked)
    assert answer.status_code == 200
    return answer.content.decode()


def test_an_organizations_page_sums_up_what_was_found_at_each_register(cast, petra, register):
    make_register(cast.sibling, name="Nebenan")
    verify_all()

    page = shown(petra, "verification", cast.maker)

    assert "3 links broken on 4 May 2026" in page
    assert "counter not checked: no AES key" in page
    assert page.index("Theke") < page.index("Nebenan")
    assert "Not verified yet" in page
    assert "Nebenan" not in shown(petra, "verification", cast.maker, state="found")
    assert "Theke" not in shown(petra, "verification", cast.sibling)


def test_a_registers_page_says_of_each_finding_what_it_means_and_what_to_do(cast, petra, register):
    verify_all()

    page = shown(petra, "chain", cast.shop, register.public_id)

    assert page.count("The receipt does not continue the one before it.") >= 3
    assert "Look for a receipt missing, changed or in the wrong place" in page
    found = Finding.objects.filter(register=register).first()
    receipt = Receipt.objects.get(register=register, number=found.number)
    assert url("receipt", cast.shop, receipt.pk) in page
    assert "Receipts: 7, of them 0 unsigned, 0 unreadable" in page
    assert "Signatures: 0 checked, 7 not checked" in page
    assert "Give the register&#x27;s AES key" in page


def test_findings_are_filtered_by_what_they_are_and_settled_ones_shown_apart(cast, petra, register):
    verify_all()
    Finding.objects.filter(pk=Finding.objects.first().pk).update(settled_at=timezone.now())

    assert "Show 1 settled finding" in shown(petra, "chain", cast.shop, register.public_id)
    assert "settled " in shown(petra, "chain", cast.shop, register.public_id, settled="yes")
    assert "Nothing found" in shown(petra, "chain", cast.shop, register.public_id, code="COUNTER_WRONG")


def test_a_failure_of_the_unit_that_lasts_is_told_though_it_is_no_finding_yet(cast, petra):
    register = make_register(cast.shop, serial="KASSE-B")
    unit = issuer(register, DAY)
    unit.start()
    unit.sale(100, down=True)
    sync(register, DAY, unit.receipts, start=True)
    verify_all()

    page = shown(petra, "chain", cast.shop, register.public_id)

    assert "The signature unit has failed and is not restored yet." in page
    assert not Finding.objects.exists()


def test_with_key_and_certificate_the_register_is_verified_anew(cast, petra, register):
    verify_all()
    typed = {"aes_key": AES_KEY_TEXT, "certificates": b64(UNIT.certificate)}

    answer = petra.post(url("chain_keys", cast.shop, register.public_id), typed)
    assert answer.status_code == 303
    verify_all()

    chain = Chain.objects.get(register=register)
    assert chain.aes_key() == AES_KEY_TEXT
    assert AES_KEY_TEXT not in chain.aes_key_sealed
    page = shown(petra, "chain", cast.shop, register.public_id)
    assert "Signatures: 7 checked, 0 not checked" in page
    assert f"checksum {CHECKSUM}: compare it with FinanzOnline" in page
    assert AES_KEY_TEXT not in page
    assert AES_KEY_TEXT not in shown(petra, "chain_keys", cast.shop, register.public_id)


def test_the_record_knows_the_checksum_and_the_serials_but_never_the_key(cast, petra, register):
    typed = {"aes_key": AES_KEY_TEXT, "certificates": b64(UNIT.certificate)}
    petra.post(url("chain_keys", cast.shop, register.public_id), typed)

    entry = AuditEntry.objects.get(verb=Verb.CHAIN_KEY_STORED)

    assert "checksum" in entry.after["aes_key"]
    assert UNIT.serial in entry.after["certificates"]
    assert AES_KEY_TEXT not in str(vars(entry))


@pytest.mark.parametrize(
    ("typed", "field", "words"),
    [
        ({"aes_key": "tooshort"}, "aes_key", "44 characters"),
        ({"certificates": "nonsense!"}, "certificates", "Certificate 1"),
        ({"certificates": "AAAA"}, "certificates", "not an X.509 certificate"),
    ],
)
def test_an_unusable_key_is_refused_without_being_repeated(cast, petra, register, typed, field, words):
    answer = petra.post(url("chain_keys", cast.shop, register.public_id), typed)

    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert "tooshort" not in answer.content.decode()
    with pytest.raises(ChainRefused) as refused:
        store_chain_material(cast.reach(cast.petra, cast.shop), register.public_id, **typed)
    assert list(refused.value.errors) == [field]
    assert not Chain.objects.filter(register=register).exclude(certificates=[]).exists()


def test_several_certificates_are_taken_as_pem_or_base64(cast, register):
    pem = f"-----BEGIN CERTIFICATE-----\n{b64(UNIT.certificate)[:64]}\n{b64(UNIT.certificate)[64:]}\n-----END CERTIFICATE-----\n"
    reach = cast.reach(cast.petra, cast.shop)

    store_chain_material(reach, register.public_id, certificates=f"{pem}\n{b64(OTHER_UNIT.certificate)}")

    assert Chain.objects.get(register=register).certificates == [b64(UNIT.certificate), b64(OTHER_UNIT.certificate)]


def test_a_stored_key_stays_when_none_is_typed_and_can_be_forgotten(cast, petra, register):
    reach = cast.reach(cast.petra, cast.shop)
    store_chain_material(reach, register.public_id, aes_key=AES_KEY_TEXT)
    petra.post(url("chain_keys", cast.shop, register.public_id), {"certificates": ""})
    assert Chain.objects.get(register=register).aes_key() == AES_KEY_TEXT

    petra.post(url("chain_keys", cast.shop, register.public_id), {"forget_key": "on"})
    assert Chain.objects.get(register=register).aes_key() == ""


def test_a_register_is_verified_again_when_somebody_asks(cast, petra, register):
    verify_all()
    Finding.objects.all().delete()

    assert petra.post(url("chain_again", cast.shop, register.public_id)).status_code == 303
    entry = AuditEntry.objects.get(verb=Verb.CHAIN_VERIFIED_AGAIN)
    assert (entry.actor, entry.subject_id) == (cast.petra, register.public_id)
    verify_due(now=timezone.now())

    assert Finding.objects.filter(register=register).count() == 3


def test_findings_on_days_on_which_the_register_stood_elsewhere_are_not_shown(cast, register):
    verify_all()
    Receipt.objects.filter(register=register, day=DAY).update(organization=cast.sibling)
    mio = signed_in(cast.mio)

    assert "links broken" not in shown(mio, "verification", cast.shop)
    assert "does not continue" not in shown(mio, "chain", cast.shop, register.public_id)
    assert "3 links broken" in shown(signed_in(cast.petra), "verification", cast.maker)


def test_italian_registers_are_not_verified(cast, petra):
    italian = make_register(cast.shop, country="ITA")

    assert "No Austrian registers" in shown(petra, "verification", cast.shop)
    assert petra.get(url("chain", cast.shop, italian.public_id)).status_code == 404


def test_who_may_only_look_stores_nothing(cast, register):
    only(cast.mio, cast.shop, Scope.MONITORING, Level.VIEW)
    mio = signed_in(cast.mio)

    page = shown(mio, "chain", cast.shop, register.public_id)
    assert url("chain_keys", cast.shop, register.public_id) not in page
    assert mio.post(url("chain_keys", cast.shop, register.public_id), {"aes_key": AES_KEY_TEXT}).status_code == 403
    assert mio.post(url("chain_again", cast.shop, register.public_id)).status_code == 403
    assert not Chain.objects.filter(register=register).exists()


def test_the_page_of_many_registers_costs_as_much_as_that_of_one(cast, petra, register):
    counts = []
    for more in (0, 30):
        for n in range(more):
            make_register(cast.shop, name=f"More {n}", connection=register.connection)
        verify_all()
        with CaptureQueriesContext(connection) as queries:
            shown(petra, "verification", cast.maker)
        counts.append(len(queries))

    assert counts[1] <= counts[0]


def test_the_work_list_counts_registers_with_findings_and_leads_to_them(cast, petra, register):
    verify_all()

    page = petra.get("/").content.decode()

    assert "1 register with findings in its signed receipts" in page
    assert f"{url('verification', cast.maker)}?state=found" in page
