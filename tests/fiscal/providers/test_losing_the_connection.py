"""The line fails in every way it can; each failure says whether the provider may have done what was asked."""

from __future__ import annotations

import time

import pytest

from fiscal.providers.errors import Garbled, ProviderError, Unreachable, Untrusted
from fiscal.providers.http import Door


def failure(door: Door, method: str, kind: type[ProviderError] = Unreachable) -> ProviderError:
    with pytest.raises(ProviderError) as caught:
        door.call(method, "/things", json=None if method == "GET" else {"a": 1}, bearer="token-abcdef")
    assert type(caught.value) is kind
    assert "token-abcdef" not in str(caught.value)
    return caught.value


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_refused_connection_means_nothing_was_sent(refused_port, method):
    error = failure(Door(f"http://127.0.0.1:{refused_port}"), method)
    assert (error.sent, error.outcome_unknown) == (False, False)


def test_a_black_hole_ends_at_the_connect_timeout(black_hole):
    started = time.monotonic()
    error = failure(Door(f"http://127.0.0.1:{black_hole}", connect_timeout=0.3), "POST")
    assert (error.sent, error.outcome_unknown) == (False, False)
    assert 0.2 < time.monotonic() - started < 1


def test_a_name_that_does_not_resolve_means_nothing_was_sent():
    error = failure(Door("https://nobody.invalid"), "POST")
    assert (error.sent, error.outcome_unknown) == (False, False)


@pytest.mark.parametrize(("method", "unknown"), [("GET", False), ("POST", True), ("PATCH", True), ("DELETE", True)])
def test_silence_after_the_request_leaves_a_change_unknown(server, door, method, unknown):
    server.queue(lambda connection, request: time.sleep(1) or False)
    error = failure(door, method)
    assert (error.sent, error.outcome_unknown) == (True, unknown)
    assert len(server.requests) == 1


def test_a_request_that_is_declared_harmless_is_never_of_unknown_outcome(server, door):
    server.queue(server.reply({}, status=503))
    with pytest.raises(Unreachable) as caught:
        door.call("POST", "/auth", json={}, harmless=True)
    assert caught.value.outcome_unknown is False


def test_an_answer_of_one_byte_at_a_time_ends_at_the_deadline(server, door):
    def drip(connection, request):
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n")
        for _ in range(30):
            connection.sendall(b" ")
            time.sleep(0.1)
        return False

    server.queue(drip)
    started = time.monotonic()
    error = failure(door, "POST")
    assert 0.6 < time.monotonic() - started < 1.4
    assert error.outcome_unknown is True


@pytest.mark.parametrize(
    "beginning", [b"HTTP/1.1 200 OK\r\nX-Slow: ", b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1"]
)
def test_slow_headers_and_slow_chunks_end_at_the_deadline_too(server, door, beginning):
    def drip(connection, request):
        connection.sendall(beginning)
        for _ in range(30):
            connection.sendall(b"0")
            time.sleep(0.1)
        return False

    server.queue(drip)
    started = time.monotonic()
    failure(door, "GET")
    assert time.monotonic() - started < 1.4


def test_a_slow_answer_does_not_spoil_the_next_one(server, door):
    server.queue(lambda connection, request: time.sleep(0.6) or False, server.reply({"fine": True}))
    failure(door, "GET")
    assert door.call("GET", "/things").body == {"fine": True}


def test_a_read_is_repeated_once_when_the_kept_connection_was_closed_under_it(server, door):
    server.queue(server.reply({}), server.send(b"", keep=False), server.reply({"second": True}))
    door.call("GET", "/things")
    assert door.call("GET", "/things").body == {"second": True}
    assert len(server.requests) == 3


def test_a_read_is_not_repeated_twice(server, door):
    server.otherwise = server.send(b"", keep=False)
    failure(door, "GET")
    assert len(server.requests) == 2


@pytest.mark.parametrize("method", ["POST", "PATCH", "DELETE"])
def test_a_change_is_never_repeated_when_the_connection_was_closed_under_it(server, door, method):
    server.queue(server.reply({}), server.send(b"", keep=False))
    door.call("GET", "/things")
    error = failure(door, method)
    assert error.outcome_unknown is True
    assert len(server.requests) == 2


def test_a_connection_closed_while_idle_costs_no_change(server, door):
    server.queue(server.reply({}, keep=False), server.reply({"made": True}))
    door.call("GET", "/things")
    time.sleep(0.1)
    assert door.call("POST", "/things", json={}).body == {"made": True}


@pytest.mark.parametrize(("method", "unknown"), [("GET", False), ("POST", True)])
def test_half_a_body_is_never_a_success(server, door, method, unknown):
    server.queue(server.send(b'HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n{"_id": "1"}'))
    error = failure(door, method, Garbled)
    assert error.outcome_unknown is unknown


def test_a_content_length_that_cuts_the_body_is_garbled(server, door):
    server.queue(server.send(b'HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\n{"_id": "1", "name": "x"}', keep=True))
    assert failure(door, "POST", Garbled).outcome_unknown is True


def test_the_rest_of_a_cut_body_is_not_taken_for_the_next_answer(server, door):
    cut = b'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\n{"evil": 1} '
    server.queue(server.send(cut, keep=True), server.reply({"good": True}))
    assert door.call("GET", "/things").body == {}
    assert door.call("GET", "/things").body == {"good": True}


def test_what_is_not_http_is_not_an_answer(server, door):
    server.otherwise = server.send(b"SSH-2.0-OpenSSH_9.2\r\n")
    assert failure(door, "POST").outcome_unknown is True


def test_a_certificate_nobody_vouches_for_stops_everything(make_server, self_signed):
    server = make_server(self_signed)
    error = failure(Door(server.url), "POST", Untrusted)
    assert (error.sent, error.outcome_unknown) == (False, False)
    assert server.requests == []


def test_a_plain_server_behind_https_is_unreachable(server):
    failure(Door(server.url.replace("http:", "https:"), connect_timeout=0.3, read_timeout=0.3), "GET")


def test_an_answer_beyond_the_size_limit_is_not_read_to_its_end(server):
    server.queue(server.reply(b"[" + b"1," * 200_000 + b"1]"))
    error = failure(Door(server.url, largest_body=100_000), "POST", Garbled)
    assert error.outcome_unknown is True
