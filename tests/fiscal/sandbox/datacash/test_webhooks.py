"""Deferred fiscalisation: pending sales, and the webhook that tells when they became fiscal."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from fiscal.sandbox.server import serving


@pytest.fixture
def receiver():
    """A server that keeps what is posted to it; `answers` are the statuses it gives, then 200."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            server.posted.append((self.path, json.loads(body)))
            server.meanwhile()
            self.send_response(server.answers.pop(0) if server.answers else 200)
            self.end_headers()

        def log_message(self, *_):
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        server.posted, server.answers, server.meanwhile = [], [], lambda: None
        server.url = f"http://127.0.0.1:{server.server_port}/hook/secret?x=1"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def pending(merchant):
    """A sale that was sent while the tax agency was down, its receiver not set yet."""
    merchant.stage.edit_customer(merchant.vat_number, webhook_url="http://127.0.0.1:9/")
    merchant.stage.agency_goes_down()
    return merchant.send()["idTemporaneo"]


def ids(merchant):
    return [item["temporary_id"] for item in merchant.stage.due_webhooks()]


def test_a_pending_sale_is_not_fiscal_until_an_hourly_try_succeeds(merchant, pending):
    (waiting,) = merchant.stage.pending(merchant.vat_number)
    assert (waiting["temporary_id"], waiting["total"]) == (pending, 430)
    before = len(merchant.find("2026-11-25", "2026-11-25"))
    merchant.goes_to("2026-11-25 14:30")
    merchant.stage.agency_comes_back()
    assert ids(merchant) == []
    merchant.goes_to("2026-11-25 15:00")

    assert ids(merchant) == [pending]
    assert merchant.stage.pending(merchant.vat_number) == []
    found = [
        doc for doc in merchant.stage.documents(merchant.vat_number, "2026-11-25", "2026-11-25") if not doc["device"]
    ]
    assert [(doc["temporary_id"], doc["total"]) for doc in found] == [(pending, 430)]
    assert len(merchant.find("2026-11-25", "2026-11-25")) > before


def test_pending_sales_are_counted_apart(merchant, pending):
    day = merchant.stage.totals(merchant.vat_number, "2026-11-25", "2026-11-25")["2026-11-25"]
    assert day["pending"] == {"count": 1, "cents": 430}
    assert day["net"] == sum(
        {"V": 1, "A": -1, "R": -1}[doc["kind"]] * doc["total"]
        for doc in merchant.stage.documents(merchant.vat_number, "2026-11-25", "2026-11-25")
    )


def test_without_a_webhook_the_outage_is_an_error(merchant):
    merchant.stage.agency_goes_down(merchant.clock.now + 60)
    assert merchant.send()["errori"][0]["codice"] == "503"
    merchant.clock.now += 61
    assert merchant.send()["esito"] is True


def test_the_body_brings_the_temporary_id_and_the_full_fiscal_document(merchant, pending):
    merchant.stage.agency_comes_back()
    merchant.clock.now += 3600
    (item,) = merchant.stage.due_webhooks()
    document = item["body"]["documento"]
    assert item["body"]["idTemporaneo"] == pending
    assert document["idtrx"] in {row["idtrx"] for row in merchant.find("2026-11-25", "2026-11-25")}
    assert (document["data"], document["dataVendita"]) == ("25/11/2026 13:00:00", "25/11/2026 12:00:00")
    assert [line["importoIVA"] for line in document["elementiContabili"]] == ["0.23636364", "0.00000000"]


def test_devices_have_deferred_sales_of_their_own(merchant):
    merchant.stage.make_device(merchant.vat_number, id="deferred", deferred=300, per_day=100)
    waiting = merchant.stage.pending(merchant.vat_number)
    due = merchant.stage.due_webhooks(merchant.vat_number)
    assert waiting
    assert due
    assert not {item["temporary_id"] for item in waiting} & {item["temporary_id"] for item in due}
    merchant.clock.now += 4 * 3600
    assert {item["temporary_id"] for item in waiting} <= set(ids(merchant))


def test_it_is_posted_once_and_can_be_replayed(merchant, receiver):
    merchant.stage.edit_customer(merchant.vat_number, webhook_url=receiver.url)
    merchant.stage.agency_goes_down(merchant.clock.now + 1)
    pending = merchant.send()["idTemporaneo"]
    merchant.clock.now += 3600
    assert merchant.stage.deliver_webhooks() == [{"temporary_id": pending, "status": "200"}]
    assert merchant.stage.deliver_webhooks() == []
    merchant.stage.replay_webhook(pending, copies=2)

    assert [path for path, _ in receiver.posted] == ["/hook/secret?x=1"] * 3
    assert receiver.posted[0] == receiver.posted[1] == receiver.posted[2]
    with pytest.raises(KeyError):
        merchant.stage.replay_webhook("tmp-none")


def test_the_receiver_may_read_the_document_before_it_answers(merchant, receiver):
    merchant.stage.edit_customer(merchant.vat_number, webhook_url=receiver.url)
    merchant.stage.agency_goes_down(merchant.clock.now + 1)
    merchant.send()
    merchant.clock.now += 3600
    read = []
    with serving(merchant.sandbox) as merchant.host:
        receiver.meanwhile = lambda: read.extend(merchant.find("2026-11-25", "2026-11-25"))
        (sent,) = merchant.stage.deliver_webhooks()
        merchant.session.close()
    assert sent["status"] == "200"
    assert receiver.posted[0][1]["documento"]["idtrx"] in {row["idtrx"] for row in read}


def test_what_is_not_taken_is_due_again_for_a_week(merchant, receiver):
    merchant.stage.edit_customer(merchant.vat_number, webhook_url=receiver.url)
    merchant.stage.agency_goes_down(merchant.clock.now + 1)
    pending = merchant.send()["idTemporaneo"]
    merchant.clock.now += 3600
    receiver.answers = [500, 404]
    assert [sent["status"] for sent in merchant.stage.deliver_webhooks(copies=2)] == ["500", "404"]
    assert ids(merchant) == [pending]
    merchant.clock.now += 8 * 86_400
    assert ids(merchant) == []


def test_a_receiver_that_is_away_is_no_error(merchant, pending):
    merchant.stage.agency_comes_back()
    merchant.clock.now += 3600
    assert merchant.stage.deliver_webhooks() == [{"temporary_id": pending, "status": "ConnectionRefusedError"}]


def test_nothing_is_posted_before_an_address_is_set(merchant):
    merchant.stage.make_device(merchant.vat_number, id="deferred", deferred=300, per_day=100)
    assert ids(merchant)
    assert merchant.stage.deliver_webhooks() == []
    merchant.stage.edit_customer(merchant.vat_number, webhook_url="http://127.0.0.1:9/")
    assert ids(merchant) == []


@pytest.mark.parametrize("url", ["https://127.0.0.1/x", "http://example.org/", "http://127.0.0.1.example.org/", "x"])
def test_only_this_machine_is_called(merchant, url):
    with pytest.raises(ValueError, match="this machine"):
        merchant.stage.edit_customer(merchant.vat_number, webhook_url=url)


def test_a_courier_delivers_by_itself(merchant, receiver):
    merchant.stage.edit_customer(merchant.vat_number, webhook_url=receiver.url)
    merchant.stage.agency_goes_down(merchant.clock.now + 1)
    merchant.send()
    merchant.clock.now += 3600
    arrived = threading.Event()
    posted = receiver.posted
    receiver.posted = type("Posted", (list,), {"append": lambda self, item: (posted.append(item), arrived.set())})()
    end = merchant.stage.start_courier(0.01)
    assert arrived.wait(5)
    end.set()
    assert len(posted) == 1
