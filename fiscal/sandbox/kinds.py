"""The kinds of faults that can be scripted: what each does, its options with their defaults, and when it acts."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Kind:
    """One kind of fault.

    stage:   "before" (instead of the provider's work), "around" (inside it) or "after" (to its answer)
    seen:    for "before": whether the provider itself answers (False: the request never reached it)
    stays:   acts until it is removed, unless `times` says otherwise
    counts:  lets a number of requests per window through
    needs:   options that have no default
    """

    says: str
    stage: str
    options: dict[str, Any] = field(default_factory=dict)
    needs: tuple[str, ...] = ()
    seen: bool = False
    stays: bool = False
    counts: bool = False


HANG = 30.0  # seconds for which a real connection stays silent before it ends

KINDS: dict[str, Kind] = {
    "connect_refused": Kind("No connection. Over real HTTP the connection is closed at once.", "before"),
    "connect_timeout": Kind("No connection, and nobody says so (black hole).", "before", {"seconds": HANG}),
    "drop_before": Kind("The connection breaks before the provider sees the request.", "before"),
    "drop_after": Kind("The provider does it, the answer is lost.", "after"),
    "timeout_before": Kind("The provider never sees the request, no answer comes.", "before", {"seconds": HANG}),
    "timeout_after": Kind("The provider does it, no answer comes.", "after", {"seconds": HANG}),
    "read_timeout": Kind("The same as timeout_after.", "after", {"seconds": HANG}),
    "half_body": Kind("The answer ends in its middle.", "after", {"bytes": None}),
    "html": Kind(
        "200 with a page instead of JSON (captive proxy). `after`: the provider did it first.",
        "before",
        {"after": False, "status": 200},
    ),
    "empty_body": Kind(
        "200 with no body. `after` false: the provider never saw it.", "after", {"after": True, "status": 200}
    ),
    "missing_field": Kind(
        "A field is missing in the answer, or in each item of a list (or only in item number `item`).",
        "after",
        {"field": None, "item": None},
        ("field",),
    ),
    "wrong_type": Kind(
        "A field has another type.", "after", {"field": None, "value": {"unexpected": True}, "item": None}, ("field",)
    ),
    "extra_fields": Kind("Fields nobody knows.", "after", {"fields": {"x_new": "new", "x_list": [1, 2]}, "item": None}),
    "unknown_enum": Kind(
        "A field has a value nobody knows.", "after", {"field": "_type", "value": "SOMETHING_NEW", "item": None}
    ),
    "status": Kind(
        "An error status before anything is done (500, 502, 503, 504 ...).",
        "before",
        {"status": 503, "retry_after": None, "body": None, "content_type": "application/json; charset=utf-8"},
        seen=True,
    ),
    "fail_after": Kind("The provider does it and answers with an error status.", "after", {"status": 500}),
    "throttled": Kind("429; `retry_after` is any text, or none.", "before", {"retry_after": None}, seen=True),
    "rate_limit": Kind(
        "429 beyond `limit` requests per `window` seconds and credential. `retry_after` may be auto.",
        "before",
        {"limit": 5, "window": 1.0, "retry_after": None},
        seen=True,
        stays=True,
        counts=True,
    ),
    "auth_limit": Kind(
        "429 beyond `limit` logins per `window` seconds.",
        "before",
        {"limit": 10, "window": 60.0, "retry_after": None},
        seen=True,
        stays=True,
        counts=True,
    ),
    "slow": Kind(
        "A slow answer: `seconds` before it starts, then `bytes_per_second`.",
        "after",
        {"seconds": 0.0, "bytes_per_second": None},
    ),
    "redirect": Kind("A redirect to another host.", "before", {"location": "http://elsewhere.invalid/", "status": 307}),
    "delayed_visibility": Kind(
        "What is made now shows in lists only after `seconds`.", "around", {"seconds": 45.0}, stays=True
    ),
    "replay_later": Kind("A proxy sends the same request once more after `seconds`.", "around", {"seconds": 90.0}),
    "token_life": Kind("Tokens handed out live for `seconds` at most.", "around", {"seconds": 2}, stays=True),
    "unauthorized": Kind(
        "401 on every call (secret revoked).", "before", {"message": "Invalid credentials"}, seen=True, stays=True
    ),
    "forbidden": Kind(
        "403 for one organization.", "before", {"organization": None}, ("organization",), seen=True, stays=True
    ),
    "receipts_arrive": Kind(
        "Kassandro: after the answer `count` receipts of `cents` come into a register, dated now or at `date`.",
        "around",
        {"register": None, "count": 1, "date": None, "cents": 1230},
        ("register",),
    ),
    "receipt_removed": Kind(
        "Kassandro: after the answer a receipt is removed.",
        "around",
        {"register": None, "number": None},
        ("register", "number"),
    ),
    "half_list": Kind("A list loses its second half; the JSON is whole.", "after"),
    "close": Kind("The connection ends after the answer, so that the next request on it breaks.", "after"),
}

_CREATIONS = r"/(organizations|api-keys|users|billing-addresses)$"
DEFAULT_PATHS = {
    "receipts_arrive": r"/receipts$",
    "receipt_removed": r"/receipts$",
    "half_list": r"/receipts$",
    "auth_limit": r"/auth$",
    "token_life": r"/auth$",  # nosec B105 - a path
    "delayed_visibility": _CREATIONS,
    "replay_later": _CREATIONS,
}
DEFAULT_METHODS = {"half_list": "GET", "delayed_visibility": "POST", "replay_later": "POST"}
