"""Statuses and bodies become one error each, and no error text carries a secret."""

from __future__ import annotations

import pickle
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from fiscal.providers.errors import (
    Absent,
    AlreadyThere,
    Forbidden,
    Garbled,
    ProviderError,
    Refused,
    Throttled,
    Unauthorized,
    Unreachable,
)
from fiscal.providers.http import Door
from fiscal.providers.redaction import redact

HTML = b"<!doctype html><title>Sign in to the guest network</title>"


def failure(door: Door, method: str = "POST") -> ProviderError:
    with pytest.raises(ProviderError) as caught:
        door.call(method, "/things", json=None if method == "GET" else {})
    return caught.value


@pytest.mark.parametrize(
    ("status", "kind", "unknown"),
    [
        (400, Refused, False),
        (401, Unauthorized, False),
        (402, Refused, False),
        (403, Forbidden, False),
        (404, Absent, False),
        (405, Refused, False),
        (408, Unreachable, False),
        (409, AlreadyThere, False),
        (413, Refused, False),
        (422, Refused, False),
        (429, Throttled, False),
        (499, Refused, False),
        (500, Unreachable, True),
        (502, Unreachable, True),
        (503, Unreachable, True),
        (504, Unreachable, True),
        (599, Unreachable, True),
    ],
)
def test_each_status_has_its_error(server, door, status, kind, unknown):
    said = {"status_code": status, "error": "Phrase", "code": "E_CODE", "message": "What happened."}
    server.queue(server.reply(said, status=status, headers={"X-Request-Id": "r-9"}))
    error = failure(door)
    assert type(error) is kind
    assert (error.status, error.code, error.request_id) == (status, "E_CODE", "r-9")
    assert error.message == f"What happened. ({status})"
    assert error.outcome_unknown is unknown


@pytest.mark.parametrize("status", [400, 429, 500, 503])
def test_a_read_is_never_of_unknown_outcome(server, door, status):
    server.otherwise = server.reply({"message": "no"}, status=status)
    assert failure(door, "GET").outcome_unknown is False


@pytest.mark.parametrize(
    "body", [{"message": "Not Found"}, {"message": "Not Found", "code": None}, {"error": "Not Found"}]
)
def test_an_error_without_a_code_is_read_all_the_same(server, door, body):
    server.queue(server.reply(body, status=404))
    error = failure(door)
    assert (type(error), error.code, error.message) == (Absent, None, "Not Found (404)")


@pytest.mark.parametrize("body", [HTML, b"", b"null", b"[]"])
def test_a_404_that_is_not_in_the_providers_words_proves_no_absence(server, door, body):
    server.queue(server.reply(body, status=404))
    assert type(failure(door, "GET")) is Garbled


@pytest.mark.parametrize(
    "body", [HTML, b"", b"   ", b'{"a": ', b"\xff\xfe", b'"text"', b"null", b"7", b'{"a": NaN}', b"[" * 100_000]
)
def test_a_good_status_with_a_bad_body_is_garbled_and_unknown(server, door, body):
    server.queue(server.reply(body))
    error = failure(door)
    assert type(error) is Garbled
    assert error.outcome_unknown is True
    assert len(error.preview) <= 500


def test_the_preview_shows_what_came_instead(server, door):
    server.queue(server.reply(HTML))
    error = failure(door, "GET")
    assert isinstance(error, Garbled) and "guest network" in error.preview
    assert error.outcome_unknown is False


def test_a_broken_compression_is_garbled(server, door):
    server.queue(server.reply(b"not gzip", headers={"Content-Encoding": "gzip"}))
    assert type(failure(door)) is Garbled


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_redirect_is_not_followed_and_the_token_goes_nowhere(server, make_server, door, status, method):
    trap = make_server()
    server.queue(server.reply({}, status=status, headers={"Location": f"{trap.url}/things"}))
    with pytest.raises(Garbled):
        door.call(method, "/things", bearer="token-abcdef")
    assert (trap.connections, trap.requests, len(server.requests)) == (0, [], 1)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("7", 7),
        ("0", 0),
        ("1.5", 1.5),
        ("-3", 0),
        ("315360000", 900),
        ("soon", None),
        ("", None),
        ("nan", None),
        ("9" * 40, None),
    ],
)
def test_retry_after_in_seconds_is_bounded(server, door, value, seconds):
    server.queue(server.reply({"message": "slow down"}, status=429, headers={"Retry-After": value}))
    assert failure(door).retry_after == seconds


def test_retry_after_may_be_missing(server, door):
    server.queue(server.reply({"message": "slow down"}, status=429))
    assert failure(door).retry_after is None


@pytest.mark.parametrize(("ahead", "low", "high"), [(60, 55, 60), (-60, 0, 0), (3650 * 86400, 900, 900)])
def test_retry_after_as_a_date_is_bounded(server, door, ahead, low, high):
    date = format_datetime(datetime.now(UTC) + timedelta(seconds=ahead), usegmt=True)
    server.queue(server.reply({}, status=429, headers={"Retry-After": date}))
    assert low <= failure(door).retry_after <= high


def test_retry_after_as_a_date_is_measured_by_the_servers_own_clock(server, door):
    headers = {"Date": "Mon, 01 Jan 2024 00:00:00 GMT", "Retry-After": "Mon, 01 Jan 2024 00:00:20 GMT"}
    server.queue(server.reply({}, status=503, headers=headers))
    assert failure(door).retry_after == 20


def test_a_token_that_the_provider_repeats_is_hidden(server, door):
    token = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl"
    server.queue(server.reply({"message": f"could not parse jwt: '{token}'"}, status=401))
    with pytest.raises(Unauthorized) as caught:
        door.call("GET", "/things", bearer=token)
    assert caught.value.message == "could not parse jwt: [hidden] (401)"


def test_a_bearer_of_any_shape_is_hidden_wherever_it_is_repeated(server, door):
    server.queue(server.reply({"message": "who is odd.token.1 then?"}, status=400))
    with pytest.raises(Refused) as caught:
        door.call("GET", "/things", bearer="odd.token.1")
    assert caught.value.message == "who is [hidden] then? (400)"


def test_a_secret_that_we_sent_is_hidden_in_the_preview(server, door):
    server.queue(server.reply(b"<p>api says sh0rt-s3cret</p>"))
    with pytest.raises(Garbled) as caught:
        door.call("POST", "/auth", json={"api_key": "k", "api_secret": "sh0rt-s3cret"})
    assert "sh0rt-s3cret" not in caught.value.preview and "[hidden]" in caught.value.preview


SECRET = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQ"


@pytest.mark.parametrize(
    "text",
    [
        f'{{"_id": "1", "secret": "{SECRET[:20]}!"}}',
        f'{{"secret":"{SECRET[:20]}',
        f'{{\\"api_secret\\":\\"{SECRET[:20]}\\"}}',
        f"api_secret={SECRET[:20]}&x=1",
        f"'refresh_token': '{SECRET[:20]}'",
        f"Authorization: Bearer {SECRET[:20]}",
        f"the value {SECRET} was wrong",
        f"eyJ{SECRET[:20]}.{SECRET[:20]}.{SECRET[:20]}",
        f"could not parse jwt: '{SECRET[:20]}'",
        f"Could not parse JWT: {SECRET[:20]}",
    ],
)
def test_secrets_are_found_by_name_or_shape(text):
    assert SECRET[:20] not in redact(text)


def test_ordinary_words_survive_redaction():
    text = "Organization 6f1c9e9c-8b0e-4ad5-8c3c-3b6a0f4d9b10 not found: the token bucket is empty."
    assert redact(text) == text


def test_control_characters_and_length_are_tamed():
    assert redact("a\r\n\x1b[31mb\u2028c") == "a [31mb c"
    assert len(redact("x " * 5_000)) == 500


def test_an_error_survives_being_handed_between_processes():
    error = Garbled("odd", preview="<p>", status=200, request_id="r", outcome_unknown=True)
    copy = pickle.loads(pickle.dumps(error))
    assert vars(copy) == vars(error) and str(copy) == "odd"
