"""What comes in and what goes out, free of any server: WSGI, our own server and the loopback adapter all speak this."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import cached_property
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl, urlencode

JSON_TYPE = "application/json; charset=utf-8"
HTML_TYPE = "text/html; charset=utf-8"
LARGEST_BODY = 32 * 1024 * 1024  # bytes; the demo world arrives in one batch


@dataclass
class Request:
    """One request. `path` has no query; names in `headers` are lower case."""

    method: str
    path: str
    query: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""

    @cached_property
    def params(self) -> dict[str, str]:
        """The query parameters; of a repeated one the last value."""
        return dict(parse_qsl(self.query, keep_blank_values=True)) if self.query else {}

    @cached_property
    def form(self) -> dict[str, str]:
        """The fields of a posted form."""
        return dict(parse_qsl(self.body.decode("utf-8", "replace"), keep_blank_values=True))

    def json(self) -> Any:
        """The body as JSON, {} if there is none; Refusal 400 if it is not JSON."""
        if not self.body:
            return {}
        try:
            return json.loads(self.body)
        except ValueError:
            raise Refusal(400, "The body is not JSON. (assumed)", "E_FAILED_SCHEMA_VALIDATION") from None

    def link(self, **changes: object) -> str:
        """This address with some query parameters changed; None removes one."""
        params = {**self.params, **changes}
        kept = {name: value for name, value in params.items() if value is not None}
        return f"?{urlencode(kept)}"


@dataclass
class Reply:
    """One answer, and what the network does to it on the way.

    connect:            "refused" or "timeout": no connection comes about
    drop:               the connection ends without any answer
    hang:               seconds for which nothing comes, after which the connection ends (None: an answer comes)
    delay:              seconds before the answer starts
    bytes_per_second:   speed of the body (None: at once)
    cut:                number of bytes of the body after which the connection ends
    close:              the connection ends after the answer, which did not say so
    """

    status: int = 200
    body: bytes = b""
    content_type: str = JSON_TYPE
    headers: dict[str, str] = field(default_factory=dict)
    connect: str | None = None
    drop: bool = False
    hang: float | None = None
    delay: float = 0.0
    bytes_per_second: float | None = None
    cut: int | None = None
    close: bool = False

    @property
    def reason(self) -> str:
        """The HTTP phrase of the status."""
        return phrase(self.status)

    @property
    def arrives(self) -> bool:
        """Whether anything of the answer reaches the caller."""
        return self.connect is None and not self.drop and self.hang is None

    def all_headers(self) -> list[tuple[str, str]]:
        """The headers as they are sent, length and type included."""
        return [
            ("Content-Type", self.content_type),
            ("Content-Length", str(len(self.body))),
            *self.headers.items(),
        ]


class Refusal(Exception):
    """The provider says no. Becomes an error body; `code` is left out when there is none."""

    def __init__(self, status: int, message: str, code: str | None = None) -> None:
        super().__init__(message)
        self.status, self.message, self.code = status, message, code

    def reply(self) -> Reply:
        """The answer as the provider words it."""
        return error_reply(self.status, self.message, self.code)


def phrase(status: int) -> str:
    """`Not Found` for 404; `Unknown` for a number that HTTP does not know."""
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Unknown"


def json_reply(value: Any, status: int = 200) -> Reply:
    """`value` as a JSON answer."""
    return Reply(status, json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode())


def error_reply(status: int, message: str, code: str | None = None) -> Reply:
    """The error body of Management v0 (contract section 4): `code` only sometimes."""
    body: dict[str, Any] = {"status_code": status, "error": phrase(status)}
    if code:
        body["code"] = code
    return json_reply({**body, "message": message}, status)


def see_other(location: str) -> Reply:
    """After a posted form: go and look at this page."""
    return Reply(303, b"", HTML_TYPE, {"Location": location})
