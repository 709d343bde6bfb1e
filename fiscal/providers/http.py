"""The one door to `requests`: time-outs, one deadline, no redirects, safe retries, redaction, request ids."""

from __future__ import annotations

import json as jsonlib
import os
import re
import ssl
import threading
import time
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from http.cookiejar import DefaultCookiePolicy
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from requests.auth import AuthBase
from urllib3.exceptions import ConnectTimeoutError, HTTPError, NameResolutionError, NewConnectionError, ReadTimeoutError

from fiscal.providers import deadline as deadlines
from fiscal.providers.addresses import checked_base_url, checked_path, is_local
from fiscal.providers.errors import Garbled, ProviderError, Unreachable, Untrusted
from fiscal.providers.redaction import redact
from fiscal.providers.verdicts import Raw, judge

Judge = Callable[[Raw], Any]
"""Reads one provider's answers, as `fiscal.providers.verdicts.judge`."""

USER_AGENT = "Kontor/1"
LARGEST_BODY = 50 * 1024 * 1024  # bytes, unpacked
_PIECE = 64 * 1024
_BEARER = re.compile(r"[\x21-\x7e]+")
_SECRET_FIELDS = frozenset({"api_secret", "refresh_token", "secret", "password", "apiKey", "ade_credentials_encrypted"})
_SECRET_LINE = 24  # a secret of several lines is one in each of its longer lines


@dataclass(frozen=True)
class Answer:
    """A good answer. `body`: what the door's judge made of it, mostly parsed JSON. `duration`: seconds."""

    status: int
    body: Any = field(repr=False)
    request_id: str
    duration: float
    secrets: tuple[str, ...] = field(default=(), repr=False)

    def garbled(self, message: str, *, mutating: bool = False) -> Garbled:
        """The error for an answer that parses but does not say what it should; of unknown outcome if `mutating`."""
        shown = "" if isinstance(self.body, bytes) else jsonlib.dumps(self.body, default=str, ensure_ascii=False)
        return Garbled(
            message,
            preview=redact(shown, secrets=self.secrets),
            status=self.status,
            request_id=self.request_id,
            outcome_unknown=mutating,
        )


class Door:
    """One door to one base URL. Safe to share between threads, and across a fork.

    Seconds: `connect_timeout` per address, `read_timeout` between two bytes, `deadline` for a whole call. `session`
    replaces our own `requests` sessions (a test or the sandbox mounts its adapter there); it is used as it is.
    `token_header`: the header that carries the bearer as it is, for a provider without `Authorization: Bearer`.
    `judge`: reads this provider's answers, see `fiscal.providers.verdicts.judge`.
    """

    def __init__(
        self,
        base_url: str,
        *,
        session: requests.Session | None = None,
        connect_timeout: float = 5.0,
        read_timeout: float = 10.0,
        deadline: float = 30.0,
        user_agent: str = USER_AGENT,
        clock: Callable[[], float] = time.monotonic,
        request_id_header: str = "request-id",
        largest_body: int = LARGEST_BODY,
        token_header: str = "",
        judge: Judge = judge,
    ) -> None:
        """Raises ValueError for a base URL that is neither https nor this machine."""
        self.base_url = checked_base_url(base_url)
        self._given_session = session
        self._timeout = (connect_timeout, read_timeout)
        self._deadline = deadline
        self._user_agent = user_agent
        self._clock = clock
        self._request_id_header = request_id_header
        self._largest_body = largest_body
        self._token_header = token_header
        self._judge = judge
        self._local = threading.local()

    def call(
        self,
        method: str,
        path: str,
        *,
        json: Any = None,
        params: Mapping[str, str | int] | None = None,
        bearer: str | None = None,
        harmless: bool = False,
        accept: str = "application/json",
        secrets: Iterable[str] = (),
        judge: Judge | None = None,
    ) -> Answer:
        """One request, one judged answer.

        `harmless`: a request other than GET that changes nothing, such as a login; its outcome is never unknown.
        `accept`: what kinds of answer are wanted. `secrets`: what an answer might repeat though it is not sent here.
        `judge`: reads this answer instead of the door's own.
        Only a GET is ever sent again, once, when the server had closed the connection it was sent on.
        Raises the ProviderError that fits; ValueError for a path or bearer that cannot be sent.
        """
        call = _Call(
            method=method,
            url=self.base_url + checked_path(path),
            params=params,
            content=None if json is None else jsonlib.dumps(json, allow_nan=False).encode(),
            bearer=_checked_bearer(bearer),
            request_id=str(uuid.uuid4()),
            accept=accept,
            mutating=method != "GET" and not harmless,
            secrets=(*([bearer] if bearer else []), *_secrets_in(json), *secrets),
        )
        started = self._clock()
        with deadlines.kept(deadlines.Deadline(started + self._deadline, self._clock)):
            raw = self._exchange(call)
        body = (judge or self._judge)(raw)
        return Answer(raw.status, body, raw.request_id, self._clock() - started, call.secrets)

    def _exchange(self, call: _Call) -> Raw:
        try:
            try:
                return self._send(call)
            except requests.ConnectionError as error:
                if call.method != "GET" or not _closed_under_us(error):
                    raise
                return self._send(call)
        except (requests.RequestException, HTTPError, OSError) as error:
            # What requests raises quotes headers and addresses: only our own words are passed on.
            raise _classified(error, call) from None

    def _send(self, call: _Call) -> Raw:
        headers = {"Accept": call.accept, "User-Agent": self._user_agent}
        headers[self._request_id_header] = call.request_id
        if call.content is not None:
            headers["Content-Type"] = "application/json"
        response = self._session().request(
            call.method,
            call.url,
            params=call.params,
            data=call.content,
            headers=headers,
            auth=_Bearer(call.bearer, self._token_header),
            timeout=self._timeout,
            allow_redirects=False,
            stream=True,
            verify=True,
        )
        try:
            content = self._read(response, call)
        except BaseException:
            response.raw.close()  # half-read: this connection cannot carry another exchange
            raise
        finally:
            response.close()
        request_id = _tame(response.headers.get("X-Request-Id")) or call.request_id
        return Raw(response.status_code, response.headers, content, request_id, call.mutating, call.secrets)

    def _read(self, response: requests.Response, call: _Call) -> bytes:
        pieces: list[bytes] = []
        size = 0
        for piece in response.iter_content(_PIECE):
            size += len(piece)
            if size > self._largest_body:
                raise Garbled(
                    f"The answer is larger than {self._largest_body} bytes.",
                    status=response.status_code,
                    request_id=_tame(response.headers.get("X-Request-Id")) or call.request_id,
                    outcome_unknown=call.mutating,
                )
            pieces.append(piece)
        return b"".join(pieces)

    def _session(self) -> requests.Session:
        if self._given_session is not None:
            return self._given_session
        # A session is neither shared by threads nor taken over from the process that forked us.
        if getattr(self._local, "pid", None) != os.getpid():
            self._local.session = _new_session(self.base_url)
            self._local.pid = os.getpid()
        session: requests.Session = self._local.session
        return session


@dataclass(frozen=True)
class _Call:
    method: str
    url: str
    params: Mapping[str, str | int] | None
    content: bytes | None = field(repr=False)
    bearer: str | None = field(repr=False)
    request_id: str
    accept: str
    mutating: bool
    secrets: tuple[str, ...] = field(repr=False)


class _Bearer(AuthBase):
    """Sets the bearer, and, being there, keeps requests from looking for credentials in a .netrc file."""

    def __init__(self, token: str | None, header: str) -> None:
        self._token, self._header = token, header

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        if self._token and self._header:
            request.headers[self._header] = self._token
        elif self._token:
            request.headers["Authorization"] = f"Bearer {self._token}"
        return request


class _PunctualAdapter(HTTPAdapter):
    def init_poolmanager(self, *arguments: Any, **options: Any) -> None:
        super().init_poolmanager(*arguments, **options)
        deadlines.make_punctual(self.poolmanager)

    def proxy_manager_for(self, proxy: str, **options: Any) -> Any:
        manager = super().proxy_manager_for(proxy, **options)
        deadlines.make_punctual(manager)
        return manager


def _new_session(base_url: str) -> requests.Session:
    session = requests.Session()
    session.mount("https://", _PunctualAdapter())
    session.mount("http://", _PunctualAdapter())
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    # A proxy set for the machine is for the outside world; what is said to this machine never goes through it.
    session.trust_env = not is_local(urlsplit(base_url).hostname or "")
    return session


def _checked_bearer(bearer: str | None) -> str | None:
    if bearer is not None and not _BEARER.fullmatch(bearer):
        raise ValueError("A bearer is printable ASCII without spaces.")
    return bearer


def _secrets_in(json: Any) -> tuple[str, ...]:
    if not isinstance(json, dict):
        return ()
    values = [value for name, value in json.items() if name in _SECRET_FIELDS and isinstance(value, str)]
    # An answer may repeat a secret as JSON writes it, or a piece of one that has several lines.
    written = [jsonlib.dumps(value)[1:-1] for value in values]
    # The frame around it ("-----BEGIN …") is no secret, and what redaction knows it by.
    lines = [line for value in values for line in value.splitlines() if len(line) >= _SECRET_LINE and line[0] != "-"]
    return tuple(dict.fromkeys((*values, *written, *lines)))


def _tame(request_id: str | None) -> str:
    """The provider's request id as far as it is safe to store and show."""
    return re.sub(r"[^A-Za-z0-9._:/+=-]", "", request_id or "")[:100]


def _causes(error: BaseException) -> Iterator[BaseException]:
    """`error` and everything wrapped in it: requests wraps urllib3's errors, which wrap the socket's."""
    seen: set[int] = set()
    waiting: list[BaseException] = [error]
    while waiting:
        current = waiting.pop()
        if id(current) in seen:
            continue
        seen.add(id(current))
        yield current
        inner = (current.__cause__, current.__context__, getattr(current, "reason", None), *current.args)
        waiting.extend(item for item in inner if isinstance(item, BaseException))


def _wraps(error: BaseException, *kinds: type[BaseException]) -> bool:
    return any(isinstance(cause, kinds) for cause in _causes(error))


def _closed_under_us(error: BaseException) -> bool:
    """The server closed the connection before a byte of the answer, as it may with one kept alive."""
    timed_out = _wraps(error, ReadTimeoutError, ConnectTimeoutError, NewConnectionError, TimeoutError)
    return not timed_out and _wraps(error, ConnectionResetError, ConnectionAbortedError, BrokenPipeError)


def _classified(error: Exception, call: _Call) -> ProviderError:
    facts: dict[str, Any] = {"request_id": call.request_id}
    if _wraps(error, ssl.SSLCertVerificationError):
        return Untrusted("The provider's TLS certificate could not be verified.", sent=False, **facts)
    if _wraps(error, NameResolutionError):
        return Unreachable("The provider's name could not be resolved.", sent=False, **facts)
    if _wraps(error, ConnectTimeoutError):
        return Unreachable("The provider did not take our connection in time.", sent=False, **facts)
    if _wraps(error, NewConnectionError):
        return Unreachable("The provider refused the connection.", sent=False, **facts)
    facts["outcome_unknown"] = call.mutating
    broken_body = (requests.exceptions.ChunkedEncodingError, requests.exceptions.ContentDecodingError)
    if _wraps(error, TimeoutError, ReadTimeoutError, requests.Timeout):
        return Unreachable("The provider did not answer in time.", **facts)
    if isinstance(error, broken_body):
        return Garbled("The answer broke off or could not be unpacked.", **facts)
    return Unreachable("The connection to the provider was lost.", **facts)
