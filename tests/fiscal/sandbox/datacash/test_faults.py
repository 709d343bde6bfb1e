"""Scripted faults in this room."""

from __future__ import annotations

import pytest
import requests


def find(merchant):
    return merchant("dco/findDocuments/", start="2026-11-24", end="2026-11-24")


def test_a_page_under_200(merchant):
    merchant.sandbox.faults.add("html", path="/findDocuments/$")
    assert "Welcome to the hotel" in find(merchant).text
    assert find(merchant).json()


def test_an_error_status_and_a_limit_with_retry_after(merchant):
    merchant.sandbox.faults.add("status", status=503, retry_after="7")
    assert find(merchant).headers["Retry-After"] == "7"
    merchant.sandbox.faults.add("rate_limit", limit=2, window=60)
    assert [find(merchant).status_code for _ in range(3)] == [200, 200, 429]


def test_a_sale_that_is_issued_while_the_answer_is_lost(merchant):
    merchant.sandbox.faults.add("timeout_after", path="/sendDocument/$")
    with pytest.raises(requests.exceptions.ReadTimeout):
        merchant.send()
    assert len(merchant.sandbox.ledger.effects("sale issued")) == 1


@pytest.mark.parametrize("envelope", ["array", "results"])
def test_rows_are_mangled_in_either_envelope(merchant, envelope):
    merchant.stage.set_rule("envelope", envelope)
    merchant.sandbox.faults.add("unknown_enum", field="tipoOperazione", value="ZZ", item=1)
    merchant.sandbox.faults.add("missing_field", field="data", item=0)
    answer = find(merchant).json()
    first, second, third, *_ = answer["results"] if envelope == "results" else answer
    assert "data" not in first
    assert (second["tipoOperazione"], third["tipoOperazione"]) == ("ZZ", "V")


def test_half_a_list(merchant):
    merchant.sandbox.faults.add("half_body")
    with pytest.raises(requests.exceptions.ChunkedEncodingError):
        find(merchant)


def test_a_sale_that_shows_later(merchant):
    merchant.sandbox.faults.add("delayed_visibility", path="/sendDocument/$", seconds=45)
    made = merchant.send()

    def shown():
        return made["idtrx"] in {row["idtrx"] for row in merchant.find("2026-11-25", "2026-11-25")}

    assert not shown()
    merchant.clock.now += 46
    assert shown()


def test_a_proxy_that_sends_a_sale_twice(merchant):
    merchant.sandbox.faults.add("replay_later", path="/sendDocument/$", seconds=5)
    merchant.send()
    merchant.clock.now += 6
    find(merchant)
    assert len(merchant.sandbox.ledger.effects("sale issued")) == 2
