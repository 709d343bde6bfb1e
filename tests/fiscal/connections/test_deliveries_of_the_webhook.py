"""Deferred fiscalisation: a delivery is a hint; the document that was read again counts, once (trap 18)."""

from __future__ import annotations

import json
import logging
from datetime import timedelta

import pytest
from django.conf import settings
from django.core.cache import cache
from django.test import Client
from django.utils import timezone
from django.utils.module_loading import import_string

from fiscal import services
from fiscal.choices import Outcome, ReceiptKind
from fiscal.models import Connection, DayTotal, Receipt, Register, WebhookDelivery
from fiscal.services import connections, deliveries
from fiscal.services.documents import emit_document
from tests.fiscal.connections.conftest import VAT_NUMBER

COFFEE = {
    "elementiContabili": [
        {"aliquotaIVA": "10", "descrizioneProdotto": "Caffè", "prezzoLordo": "1.30", "quantita": 2},
        {"aliquotaIVA": "N2", "descrizioneProdotto": "Quotidiano", "prezzoLordo": "1.70", "quantita": 1},
    ],
    "pagamento": "PC",
}


@pytest.fixture
def connection(business) -> Connection:
    return business.connect_datacash()


@pytest.fixture
def path(business, connection) -> str:
    return connections.set_webhook(business.reach, connection.public_id)


@pytest.fixture
def caller() -> Client:
    """DataCash: without a session, and without our forms."""
    return Client(enforce_csrf_checks=True)


def deliver(caller: Client, path: str, body: object) -> int:
    content = body if isinstance(body, (bytes, str)) else json.dumps(body)
    return caller.post(path, content, content_type="application/json").status_code


def body(temporary_id: str = "tmp-1", **document: object) -> dict[str, object]:
    return {"idTemporaneo": temporary_id, "codiceAde": "0", "documento": {"idtrx": "77", **document}}


def read(connection: Connection) -> None:
    Connection.objects.filter(pk=connection.pk).update(due_at=timezone.now())
    services.read_connection(connection.pk)
    services.roll_up_due(now=timezone.now())


def kinds(connection: Connection) -> dict[str, tuple[int, int]]:
    rows = DayTotal.objects.filter(register__connection=connection).values_list("kind", "count", "total")
    return {kind: (count, total) for kind, count, total in rows}


def test_a_pending_sale_is_not_fiscal_until_its_document_was_read(business, connection, path, caller):
    stage = business.sandbox.datacash
    stage.edit_customer(VAT_NUMBER, webhook_url="http://127.0.0.1:9/")
    read(connection)
    register = Register.objects.get(connection=connection)
    stage.agency_goes_down()
    document = emit_document(business.reach, register.public_id, request=COFFEE, reason="Table 4")
    read(connection)
    assert kinds(connection) == {ReceiptKind.PENDING: (1, 430)}
    read(connection)
    assert kinds(connection) == {ReceiptKind.PENDING: (1, 430)}  # no list has it, and it stays

    stage.agency_comes_back()
    business.now.shift(timedelta(hours=1))
    (due,) = stage.due_webhooks()
    assert deliver(caller, path, due["body"]) == 200
    services.roll_up_due(now=timezone.now())
    assert kinds(connection) == {ReceiptKind.PENDING: (1, 430)}  # a delivery alone makes nothing fiscal

    read(connection)
    assert kinds(connection) == {ReceiptKind.SALE: (1, 430)}
    document.refresh_from_db()
    assert (document.outcome, document.remote_id) == (Outcome.DONE, due["body"]["documento"]["idtrx"])
    assert document.number.startswith("DCW")
    assert WebhookDelivery.objects.get().settled_at == timezone.now()

    before = list(Receipt.objects.order_by("pk").values())
    for _ in range(2):
        assert deliver(caller, path, due["body"]) == 200
        read(connection)
    assert list(Receipt.objects.order_by("pk").values()) == before
    assert kinds(connection) == {ReceiptKind.SALE: (1, 430)}
    assert WebhookDelivery.objects.count() == 1


def test_what_a_body_says_is_never_booked(business, connection, path, caller):
    read(connection)
    lie = body(idtrx="999", ammontareComplessivo=1_000_000, tipoOperazione="V", data="25/11/2026 12:00:00")
    assert deliver(caller, path, lie) == 200
    read(connection)
    assert not Receipt.objects.exists()
    assert WebhookDelivery.objects.get().settled_at is None


def test_a_delivery_makes_its_key_due_at_once(business, connection, path, caller):
    later = timezone.now() + timedelta(hours=1)
    Connection.objects.filter(pk=connection.pk).update(due_at=later)
    deliver(caller, path, body())
    connection.refresh_from_db()
    assert connection.due_at == timezone.now()
    Connection.objects.filter(pk=connection.pk).update(due_at=later)
    deliver(caller, path, dict(reversed(body().items())))  # the same again, written in another order
    connection.refresh_from_db()
    assert connection.due_at == later
    assert WebhookDelivery.objects.count() == 1


def test_a_stopped_key_is_not_started_by_a_delivery(business, connection, path, caller):
    Connection.objects.filter(pk=connection.pk).update(status="STOPPED", due_at=timezone.now() + timedelta(hours=1))
    assert deliver(caller, path, body()) == 200
    connection.refresh_from_db()
    assert connection.due_at > timezone.now()


@pytest.mark.parametrize("token", ["x", "a" * 43, "A-_9"])
def test_an_unknown_address_is_not_there(connection, path, caller, token):
    assert deliver(caller, f"/webhooks/datacash/{token}/", body()) == 404
    assert not WebhookDelivery.objects.exists()


def test_an_address_ends_with_its_successor_its_removal_and_its_key(business, connection, path, caller):
    second = connections.set_webhook(business.reach, connection.public_id)
    assert deliver(caller, path, body()) == 404
    assert deliver(caller, second, body()) == 200
    connections.remove_webhook(business.reach, connection.public_id)
    assert deliver(caller, second, body()) == 404
    third = connections.set_webhook(business.reach, connection.public_id)
    connections.remove_connection(business.reach, connection.public_id, reason="licence sold")
    assert deliver(caller, third, body()) == 404


@pytest.mark.parametrize("method", ["get", "put", "delete", "patch", "options"])
def test_only_post_is_answered(connection, path, caller, method):
    assert getattr(caller, method)(path).status_code == 405


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<html>502</html>",
        b"[]",
        b"null",
        b'"x"',
        b"{}",
        b'{"idTemporaneo": ""}',
        b'{"idTemporaneo": {"a": 1}}',
        b'{"idTemporaneo": "' + b"x" * 200 + b'"}',
        b'{"idTemporaneo": "a\\u0000b"}',
        b"\xff\xfe",
        b"[" * 50_000,
    ],
)
def test_what_is_no_delivery_is_refused(connection, path, caller, content):
    assert deliver(caller, path, content) == 400
    assert not WebhookDelivery.objects.exists()


@pytest.mark.parametrize(
    "document",
    [None, [], {"idtrx": None}, {"idtrx": [1]}, {"idtrx": 10**200}, {"idtrx": 77, "data": "31/02/2026"}, {"data": 5}],
)
def test_a_delivery_with_a_strange_document_is_kept_as_far_as_it_can_be_read(connection, path, caller, document):
    assert deliver(caller, path, {"idTemporaneo": "tmp-1", "documento": document}) == 200
    assert WebhookDelivery.objects.get().day is None


def test_what_is_too_large_is_refused_unread(connection, path, caller):
    assert deliver(caller, path, b'{"idTemporaneo": "' + b"x" * deliveries.MOST_BYTES + b'"}') == 413


def test_more_than_a_shop_can_sell_is_slowed_down(connection, path, caller, monkeypatch):
    monkeypatch.setattr(deliveries, "MOST_A_MINUTE", 3)
    assert [deliver(caller, path, body(f"tmp-{n}")) for n in range(5)] == [200, 200, 200, 429, 429]
    cache.clear()
    assert deliver(caller, path, body("tmp-9")) == 200


def test_the_address_is_in_no_log(connection, path, caller, caplog):
    """Django names the path of whatever it refuses; the console leaves the secret part out."""
    token = path.split("/")[3]
    console = settings.LOGGING["handlers"]["console"]
    filters = [import_string(settings.LOGGING["filters"][name]["()"])() for name in console["filters"]]
    with caplog.at_level(logging.DEBUG):
        caller.get(path)
        deliver(caller, path, b"")
        deliver(caller, f"{path}x/", body())
        caller.get(path.rstrip("/"))
    shown = []
    for record in caplog.records:
        assert all(each.filter(record) for each in filters)
        shown.append(record.getMessage())
    assert any("/webhooks/datacash/…" in line for line in shown)
    assert token not in "\n".join(shown)


@pytest.mark.parametrize("day", ["01/01/0001 00:00:00", "31/12/9999 23:59:59", "30/06/1994 10:00:00"])
def test_a_day_that_no_sale_can_have_stops_nobodys_figures(connection, path, caller, day):
    """No day is near the ends of the calendar: what looks around it must not fail, or no figure would ever follow."""
    assert deliver(caller, path, body(data=day)) == 200
    assert WebhookDelivery.objects.get().day is None
    services.roll_up_due(now=timezone.now())
