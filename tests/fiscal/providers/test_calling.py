"""One call through the door: what is sent, what is refused before it is sent, what a good answer becomes."""

from __future__ import annotations

import io
import threading
from decimal import Decimal

import pytest
from requests import Response, Session
from requests.adapters import BaseAdapter

from fiscal.providers.http import Door


def test_an_answer_carries_parsed_json_with_exact_numbers(server, door):
    server.queue(server.reply(b'{"amount": 0.10, "count": 3}', headers={"X-Request-Id": "r-1"}))
    answer = door.call("GET", "/things", params={"limit": 2})
    assert answer.body == {"amount": Decimal("0.10"), "count": 3}
    assert (answer.status, answer.request_id) == (200, "r-1")
    assert 0 <= answer.duration < 1
    assert server.requests[0].target == "/things?limit=2"


def test_a_request_carries_its_id_the_bearer_and_our_name(server, door):
    server.queue(server.reply({}))
    answer = door.call("POST", "/things", json={"name": "Müller"}, bearer="token-1")
    sent = server.requests[0]
    assert sent.headers["authorization"] == "Bearer token-1"
    assert sent.headers["content-type"] == "application/json"
    assert sent.headers["user-agent"].startswith("Kontor/")
    assert sent.json == {"name": "Müller"}
    assert sent.headers["request-id"] == answer.request_id != ""


def test_every_request_has_another_id_under_the_header_that_was_set(server):
    door = Door(server.url, request_id_header="x-trace")
    door.call("GET", "/a")
    door.call("GET", "/a")
    assert len({request.headers["x-trace"] for request in server.requests}) == 2


def test_a_request_id_with_control_characters_is_tamed(server, door):
    server.queue(server.reply({}, headers={"X-Request-Id": "a\x1b[31m<b>" + "c" * 500}))
    request_id = door.call("GET", "/a").request_id
    assert request_id.startswith("a31mbc") and len(request_id) == 100


def test_one_connection_serves_many_calls(server, door):
    for _ in range(5):
        door.call("GET", "/a")
    assert server.connections == 1


def test_threads_do_not_share_a_connection(server, door):
    threads = [threading.Thread(target=door.call, args=("GET", "/a")) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (server.connections, len(server.requests)) == (4, 4)


def test_cookies_are_neither_kept_nor_sent_back(server, door):
    server.queue(server.reply({}, headers={"Set-Cookie": "session=1; Path=/"}))
    door.call("GET", "/a")
    door.call("GET", "/a")
    assert "cookie" not in server.requests[1].headers


def test_a_netrc_file_never_replaces_the_bearer(server, tmp_path, monkeypatch):
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login somebody password elses\n")
    monkeypatch.setenv("NETRC", str(netrc))
    door = Door(server.url)
    door._session().trust_env = True
    door.call("GET", "/a", bearer="token-1")
    door.call("GET", "/a")
    assert server.requests[0].headers["authorization"] == "Bearer token-1"
    assert "authorization" not in server.requests[1].headers


def test_a_proxy_of_the_machine_is_not_used_for_the_machine_itself(server, refused_port, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{refused_port}")
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    assert Door(server.url).call("GET", "/a").status == 200


@pytest.mark.parametrize(
    "url",
    [
        "http://dashboard.fiskaly.com/api/v0",
        "http://10.0.0.1",
        "http://169.254.169.254/latest",
        "http://127.0.0.1.nip.io",
        "http://2130706433/",
        "http://0x7f.1/",
        "http://localhost.evil.example",
        "https://user@dashboard.fiskaly.com",
        "https://user:secret@dashboard.fiskaly.com",
        "https://dashboard.fiskaly.com@evil.example",
        "https://dashboard.fiskaly.com\\@evil.example",
        "https://dashboard.fiskaly.com/api?x=1",
        "https://dashboard.fiskaly.com/api#x",
        "https://dashboard.fiskaly.com/a/../b",
        "https://dash\tboard.fiskaly.com",
        "https://dashboard.fiskaly.com\r\nX: y",
        "https://dashbоard.fiskaly.com",
        "https://dashboard.fiskaly.com:99999",
        "https://",
        "ftp://dashboard.fiskaly.com",
        "file:///etc/passwd",
        "dashboard.fiskaly.com",
        "",
    ],
)
def test_a_base_url_that_leads_elsewhere_is_refused(url):
    with pytest.raises(ValueError):
        Door(url)


@pytest.mark.parametrize(
    "url",
    [
        "https://dashboard.fiskaly.com/api/v0",
        "http://127.0.0.1:8010/management",
        "http://[::1]:8010",
        "http://localhost:8010",
        "http://sandbox.test/management/api/v0/",
    ],
)
def test_a_base_url_of_a_provider_or_of_this_machine_is_taken(url):
    assert Door(url).base_url == url.rstrip("/")


@pytest.mark.parametrize(
    "path", ["things", "//evil.example/x", "/a/../b", "/a?b=c", "/a#b", "/a b", "/a%2f", "@x", "/"]
)
def test_a_path_that_is_not_plain_is_never_requested(server, door, path):
    with pytest.raises(ValueError):
        door.call("GET", path)
    assert server.requests == []


def test_a_bearer_that_would_break_the_header_is_never_sent_nor_quoted(server, door):
    with pytest.raises(ValueError) as caught:
        door.call("GET", "/a", bearer="token\r\nX-Evil: 1")
    assert "token\r" not in str(caught.value)
    assert server.requests == []


def test_a_given_session_carries_the_calls():
    class Stage(BaseAdapter):
        def send(self, request, **options):
            answer = Response()
            answer.status_code, answer.request, answer.url = 200, request, request.url
            answer.raw = io.BytesIO(f'{{"url": "{request.url}"}}'.encode())
            return answer

        def close(self):
            pass

    session = Session()
    session.mount("http://sandbox.test/", Stage())
    answer = Door("http://sandbox.test/management", session=session).call("GET", "/a")
    assert answer.body == {"url": "http://sandbox.test/management/a"}
