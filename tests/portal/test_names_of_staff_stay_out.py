"""Canary: what a till prints of its staff is on no page, in no file and in no raw row that people can open."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from fiscal.models import Receipt
from fiscal.sandbox.kassandro.book import STAFF
from fiscal.services import read_connection
from organizations.access import grant_everything
from tests.fiscal.connections.conftest import business, now  # noqa: F401 - fixtures


@pytest.fixture
def anna(business) -> Client:  # noqa: F811
    grant_everything(business.reach.actor, [business.organization])
    client = Client()
    client.force_login(business.reach.actor)
    return client


def test_no_name_of_staff_reaches_a_page_a_file_or_a_raw_row(anna, business, sandbox):  # noqa: F811
    connection = business.connect_kassandro()
    for _ in range(3):
        read_connection(connection.pk)
        business.now.shift(timedelta(minutes=6))
    rows = Receipt.objects.exclude(jws="")
    assert rows.count() > 10
    here = business.organization.public_id
    pages = [
        reverse("portal:receipts", args=[here]),
        reverse("portal:receipts_csv", args=[here]),
        *(reverse("portal:receipt", args=[here, pk]) for pk in rows.values_list("pk", flat=True)[:10]),
    ]
    said = b"".join(b"".join(anna.get(page)) for page in pages).decode()

    assert "As the provider sent it" in said
    assert [name for name in STAFF if name in said] == []
