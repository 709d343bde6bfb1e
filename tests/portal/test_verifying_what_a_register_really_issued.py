"""From the provider to the finding: receipts of the sandbox's registers are read, verified, exported and compared."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from fiscal.models import Chain, Finding, Receipt, Register
from fiscal.services import read_connection, start_backfill, verify_due
from organizations.access import grant_everything
from tests.fiscal.connections.conftest import business, now  # noqa: F401 - fixtures


@pytest.fixture
def anna(business) -> Client:  # noqa: F811
    grant_everything(business.reach.actor, [business.organization])
    client = Client()
    client.force_login(business.reach.actor)
    return client


@pytest.fixture
def register(business) -> Register:  # noqa: F811
    """A register that opened on Monday; everything since then is read."""
    business.api_key()
    stage = business.sandbox.kassandro
    business.sandbox.kassandro.edit_register(1, opened_on="2026-11-23")
    connection = business.connect_kassandro()
    read_connection(connection.pk)
    start_backfill(business.reach, connection.public_id, first_day=timezone.localdate() - timedelta(days=3))
    for _ in range(6):
        business.now.shift(timedelta(minutes=6))
        read_connection(connection.pk)
    register = Register.objects.get()
    issued = sum(len(codes["Belege-kompakt"]) for codes in stage.dep7(1)["Belege-Gruppe"])
    assert Receipt.objects.filter(register=register).count() == issued > 20
    return register


def verify(business) -> None:  # noqa: F811
    business.now.shift(timedelta(minutes=11))
    verify_due(now=timezone.now())


def test_a_real_register_with_its_keys_is_found_sound_to_the_last_signature(business, register, anna):  # noqa: F811
    material = business.sandbox.kassandro.crypto_material(1)
    certificates = [one["signatureCertificateOrPublicKey"] for one in material["certificateOrPublicKeyMap"].values()]
    here = business.organization.public_id
    typed = {"aes_key": material["base64AESKey"], "certificates": "\n\n".join(certificates)}
    assert anna.post(reverse("portal:chain_keys", args=[here, register.public_id]), typed).status_code == 303

    verify(business)

    assert not Finding.objects.exclude(code="UNIT_FAILED").exists()
    seen = Chain.objects.get(register=register).state["latest"]["coverage"]
    assert seen["receipts"] == Receipt.objects.filter(register=register).count()
    assert (seen["signatures_not_checked"], seen["counters_not_checked"], seen["unreadable"]) == (0, 0, 0)
    assert seen["signatures"] > 20


def test_a_receipt_that_vanishes_at_the_provider_is_found_at_the_one_after_it(business, register):  # noqa: F811
    verify(business)
    middle = list(Receipt.objects.filter(register=register, kind="SALE").order_by("issued_at"))[5]

    business.sandbox.kassandro.remove_receipt(1, int(middle.number))
    for _ in range(3):
        business.now.shift(timedelta(minutes=61))
        read_connection(register.connection_id)
    assert Receipt.objects.get(pk=middle.pk).removed_at is not None
    verify(business)

    found = Finding.objects.filter(code="CHAIN_BROKEN", settled_at=None).get()
    assert int(found.number) == int(middle.number) + 1


def test_our_export_holds_what_the_registers_own_export_holds(anna, business, register):  # noqa: F811
    here = business.organization.public_id
    days = {"first": "2026-11-23", "last": "2026-11-25"}

    ours = json.loads(b"".join(anna.post(reverse("portal:chain_export", args=[here, register.public_id]), days)))

    theirs = business.sandbox.kassandro.dep7(1)
    codes = [[jws for group in dep["Belege-Gruppe"] for jws in group["Belege-kompakt"]] for dep in (ours, theirs)]
    assert sorted(codes[0]) == sorted(codes[1])

    file = SimpleUploadedFile("dep.json", json.dumps(theirs).encode())
    page = anna.post(reverse("portal:dep_file", args=[here]), {"file": file, "compare": "on"}).content.decode()
    assert f"{len(codes[1])} receipts are the same" in page
    assert "Missing" not in page
    assert "No defect" in page
