"""Addresses that customers type: no connection ever leads inside."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import requests

from fiscal.providers import guarded
from fiscal.providers.guarded import Forbidden, guarded_session, is_public

INSIDE = [
    "127.0.0.1", "127.1.2.3", "0.0.0.0", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1",
    "192.0.0.8", "198.18.0.1", "224.0.0.1", "240.0.0.1", "255.255.255.255", "::1", "::", "::ffff:127.0.0.1",
    "::ffff:10.0.0.1", "fe80::1", "fe80::1%eth0", "fc00::1", "ff02::1", "64:ff9b::7f00:1", "2002:7f00:1::",
    "2001:0:7f00:1::", "2001:db8::1",
]  # fmt: skip
NAMES = [
    "https://2130706433", "https://0x7f000001", "https://0177.0.0.1", "https://127.1", "https://localhost",
    "https://localhost.", "https://[::1]", "https://[::ffff:127.0.0.1]", "https://0", "https://127.0.0.1.nip.example",
]  # fmt: skip
FORMS = [
    "http://example.com", "ftp://example.com", "https://user@example.com", "https://user:word@example.com",
    "https://example.com:22", "https://example.com:80", "https://", "https:///path", "example.com", "//example.com",
    "https://example.com\\@127.0.0.1", "https://example.com:port", "file:///etc/passwd", "gopher://example.com",
]  # fmt: skip


@pytest.fixture
def trap() -> Iterator[list[str]]:
    """A listener on this machine that writes down every connection."""
    heard: list[str] = []

    class Trap(BaseHTTPRequestHandler):
        def setup(self) -> None:
            heard.append("connected")
            super().setup()

        def do_GET(self) -> None:
            self.send_response(302)
            self.send_header("Location", "http://169.254.169.254/latest/meta-data")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Trap) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        heard.append(str(server.server_address[1]))
        yield heard
        server.shutdown()


@pytest.mark.parametrize("address", INSIDE)
def test_an_address_inside_is_no_public_one(address):
    assert not is_public(address)


@pytest.mark.parametrize("address", ["1.1.1.1", "185.15.58.224", "2a02:ec80:300:ed1a::1"])
def test_an_address_outside_is(address):
    assert is_public(address)


@pytest.mark.parametrize("url", FORMS)
def test_other_forms_are_refused_before_anything_is_looked_up(url):
    with pytest.raises((Forbidden, requests.exceptions.RequestException)):
        guarded_session(local=False).get(url)


@pytest.mark.parametrize("name", NAMES)
def test_no_name_of_this_machine_leads_to_it(trap, monkeypatch, name):
    monkeypatch.setattr(guarded, "PORTS", frozenset({int(trap[0])}))
    with pytest.raises(requests.exceptions.RequestException):
        guarded_session(local=False).get(f"{name}:{trap[0]}/")

    assert trap[1:] == []


def test_a_name_that_changes_its_mind_is_judged_by_what_is_connected_to(trap, monkeypatch):
    """Rebinding: whatever was looked up before, the address of the connection itself is asked for and checked."""
    monkeypatch.setattr(guarded, "PORTS", frozenset({int(trap[0])}))
    looked = socket.getaddrinfo
    monkeypatch.setattr(socket, "getaddrinfo", lambda host, port, **more: looked("127.0.0.1", port, **more))
    with pytest.raises(requests.exceptions.ConnectionError):
        guarded_session(local=False).get(f"https://id.example:{trap[0]}/")

    assert trap[1:] == []


def test_the_sandbox_is_reached_where_it_may_be_and_redirects_are_not_followed(trap):
    answer = guarded_session(local=True).get(f"http://127.0.0.1:{trap[0]}/")

    assert answer.status_code == 302
    assert trap[1:] == ["connected"]


def test_a_long_answer_is_cut_off(monkeypatch, trap):
    monkeypatch.setattr(guarded, "LARGEST", -1)
    monkeypatch.setattr(guarded, "DEADLINE", -1)

    assert guarded_session(local=True).get(f"http://127.0.0.1:{trap[0]}/").content == b""
