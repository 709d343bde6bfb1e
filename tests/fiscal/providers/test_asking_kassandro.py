"""Kassandro's developer API: every call of both tokens, whatever may be around its answers."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from fiscal.providers.errors import (
    Absent,
    Forbidden,
    Garbled,
    LicenceLapsed,
    ProviderError,
    Refused,
    Throttled,
    Unauthorized,
    Unreachable,
)
from fiscal.providers.http import Door
from fiscal.providers.kassandro import Kassandro
from fiscal.providers.kassandro.tokens import KassandroTokens
from fiscal.providers.kassandro.verdicts import judge
from fiscal.providers.tokens import MemoryKeeper

KEY = "api-key-of-the-bakery"
WINDOW = "dateFrom=2026-11-20T12%3A00%3A00.000%2B01%3A00&dateTo=2026-11-20T13%3A00%3A00.000%2B01%3A00"
NOON = datetime(2026, 11, 20, 12, tzinfo=ZoneInfo("Europe/Vienna"))
HOUR = timedelta(hours=1)


@pytest.fixture
def door(server) -> Door:
    options = {"connect_timeout": 0.3, "read_timeout": 0.4, "deadline": 0.8}
    return Door(server.url, token_header="kassandra-token", judge=judge, **options)


@pytest.fixture
def ask(server, door):
    """A client whose log-in is the first request, answered with token-1, token-2 and so on."""

    def make(*, cash_register_id: int | None = None, **options) -> Kassandro:
        server.queue(server.reply({"token": "token-1", "expiresIn": 3600}))
        tokens = KassandroTokens(door, "/token/account", KEY, MemoryKeeper(), cash_register_id=cash_register_id)
        return Kassandro(door, tokens, **options)

    return make


CALLS = [
    (lambda client: client.cash_registers(), "/cashregisters", []),
    (lambda client: client.articles(), "/articles", []),
    (lambda client: client.payment_methods(), "/paymentmethods", []),
    (
        lambda client: client.receipts(NOON, NOON + HOUR, limit=5, offset=10, cash_register_id=7),
        f"/receipts?{WINDOW}&cashRegisterId=7&limit=5&offset=10&withItems=true",
        [],
    ),
    (
        lambda client: client.count(NOON, NOON + HOUR),
        f"/receipts/count?{WINDOW}",
        3,
    ),
    (lambda client: client.receipt("12"), "/receipts/12", {"receiptNumber": 12}),
    (lambda client: client.create_receipt({"items": []}), "/receipts", {"receiptNumber": 13}),
]


@pytest.mark.parametrize(("call", "target", "answer"), CALLS)
def test_every_call_goes_to_its_address_with_the_token_in_its_header(server, ask, call, target, answer):
    client = ask()
    server.queue(server.reply(answer))
    call(client)
    login, asked = server.requests
    assert (login.method, login.target, login.json) == ("POST", "/token/account", {"apiKey": KEY})
    assert asked.target == target
    assert asked.headers["kassandra-token"] == "token-1"
    assert "authorization" not in asked.headers


def test_a_register_token_made_of_an_accounts_key_names_the_register(server, ask):
    client = ask(cash_register_id=7)
    server.queue(server.reply([]))
    client.articles()
    assert server.requests[0].json == {"apiKey": KEY, "cashRegisterId": 7}


def test_times_are_sent_without_offset_where_that_is_set(server, ask):
    client = ask(naive_times=True)
    server.queue(server.reply([]))
    client.receipts(NOON, NOON + HOUR, limit=1)
    assert "dateFrom=2026-11-20T12%3A00%3A00.000000&" in server.requests[1].target


@pytest.mark.parametrize(
    "body", [[{"id": 1}], {"items": [{"id": 1}]}, {"data": [{"id": 1}]}, {"receipts": [{"id": 1}]}]
)
def test_a_list_is_taken_bare_or_under_a_known_name(server, ask, body):
    client = ask()
    server.queue(server.reply(body))
    assert client.articles() == [{"id": "1"}]


@pytest.mark.parametrize("body", [{}, {"rows": []}, {"items": {}}, {"items": [], "data": []}, 7])
def test_any_other_envelope_is_garbled(server, ask, body):
    client = ask()
    server.queue(server.reply(body))
    with pytest.raises(Garbled):
        client.articles()


@pytest.mark.parametrize("body", [b"3", b'{"count": 3}', b'{"total": 3}'])
def test_a_count_is_taken_in_three_forms(server, ask, body):
    client = ask()
    server.queue(server.reply(body))
    assert client.count(NOON, NOON + HOUR) == 3


@pytest.mark.parametrize(
    "body", [b"-1", b"3.5", b"null", b"true", b'{"count": "many"}', b"[]", b'{"count": 1, "total": 2}']
)
def test_a_count_that_is_no_whole_number_is_garbled(server, ask, body):
    client = ask()
    server.queue(server.reply(body))
    with pytest.raises(Garbled):
        client.count(NOON, NOON + HOUR)


def test_amounts_keep_the_text_that_was_sent(server, ask):
    client = ask()
    server.queue(server.reply(b'[{"total": 0.10, "number": 7}]'))
    assert client.articles() == [{"total": "0.10", "number": "7"}]


def test_a_page_of_receipts_keeps_the_text_of_amounts_too(server, ask):
    client = ask()
    server.queue(server.reply(b'[{"total": 0.10, "receiptNumber": 7, "quantity": 2}]'))
    assert client.receipts(NOON, NOON + HOUR, limit=1) == [{"total": "0.10", "receiptNumber": 7, "quantity": 2}]


def test_a_refused_token_is_replaced_once_and_the_call_made_again(server, ask):
    client = ask()
    server.queue(server.reply({}, 401), server.reply({"token": "token-2"}), server.reply([{"id": 1}]))
    assert client.articles() == [{"id": "1"}]
    assert [request.headers.get("kassandra-token") for request in server.requests] == [None, "token-1", None, "token-2"]


def test_a_second_refusal_is_not_tried_again(server, ask):
    client = ask()
    server.queue(server.reply({}, 401), server.reply({"token": "token-2"}), server.reply({}, 401))
    with pytest.raises(Unauthorized):
        client.articles()
    assert len(server.requests) == 4


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (403, b"", LicenceLapsed),
        (404, b"", Absent),
        (404, b"not here", Absent),
        (404, b"<html>nginx</html>", Garbled),
        (409, b"{}", ProviderError),
        (422, b"text", Refused),
        (429, b"", Throttled),
        (500, b"<html>", Unreachable),
        (200, b"<html>Welcome to the hotel</html>", Garbled),
    ],
)
def test_errors_are_told_by_their_status_whatever_their_body(server, ask, status, body, kind):
    client = ask()
    server.queue(server.reply(body, status))
    with pytest.raises(kind):
        client.articles()


def test_a_403_about_one_register_of_an_account_says_nothing_about_the_others(server, ask):
    client = ask()
    server.queue(server.reply({"message": "The licence of this register has lapsed."}, 403))
    with pytest.raises(Forbidden, match="has lapsed"):
        client.count(NOON, NOON + HOUR, cash_register_id=7)


def test_a_403_to_the_log_in_of_one_register_says_nothing_about_the_others(server, door):
    server.queue(server.reply({}, 403))
    tokens = KassandroTokens(door, "/token/cashregister", KEY, MemoryKeeper(), cash_register_id=7)
    with pytest.raises(Forbidden):
        Kassandro(door, tokens, one_of_many=True).receipt("12")


def test_a_receipt_that_may_have_been_made_is_of_unknown_outcome_and_never_asked_for_again(server, ask):
    client = ask()
    server.queue(server.send(b""))
    with pytest.raises(Unreachable) as caught:
        client.create_receipt({"items": []})
    assert caught.value.outcome_unknown
    assert len(server.requests) == 2


@pytest.mark.parametrize("body", [{}, {"token": ""}, {"token": "a", "accessToken": "b"}, []])
def test_a_log_in_without_a_token_is_garbled(server, door, body):
    server.queue(server.reply(body))
    with pytest.raises(Garbled):
        KassandroTokens(door, "/token/account", KEY, MemoryKeeper()).bearer()


def test_no_error_tells_the_key_or_the_token(server, ask):
    client = ask()
    server.queue(server.reply({"message": "bad token token-1 of api-key-of-the-bakery"}, 422))
    with pytest.raises(Refused) as caught:
        client.articles()
    assert "token-1" not in f"{caught.value} {caught.value!r} {vars(caught.value)}"

    server.queue(server.reply({"message": f"no such key {KEY}"}, 422))
    tokens = KassandroTokens(client._door, "/token/account", KEY, MemoryKeeper())
    with pytest.raises(Refused) as caught:
        tokens.bearer()
    assert KEY not in f"{caught.value} {caught.value!r} {vars(caught.value)}"
