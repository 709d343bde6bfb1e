"""How each kind of fault answers instead of the provider, or changes what the provider answered."""

from __future__ import annotations

import json
import math
from typing import Any

from fiscal.sandbox.kinds import KINDS
from fiscal.sandbox.web import HTML_TYPE, Reply, Request, error_reply, phrase

PAGE = b"<!doctype html><html><head><title>Sign in</title></head><body><h1>Welcome to the hotel</h1></body></html>"

LISTS = ("data", "results", "fatture")  # where the providers put the items of a list, if not bare
ALONE = ("items", "receipts")  # and where, if there is nothing beside it


def stage(kind: str, options: dict[str, Any]) -> str:
    """Gives "before", "around" or "after"; `html` and `empty_body` can be moved by their option `after`."""
    if "after" in options:
        return "after" if options["after"] else "before"
    return KINDS[kind].stage


def instead(kind: str, options: dict[str, Any], request: Request, now: float) -> Reply:
    """What comes instead of the provider's work."""
    if kind == "connect_refused":
        return Reply(connect="refused")
    if kind == "connect_timeout":
        return Reply(connect="timeout", hang=options["seconds"])
    if kind == "drop_before":
        return Reply(drop=True)
    if kind == "timeout_before":
        return Reply(hang=options["seconds"])
    if kind in ("html", "empty_body"):
        return _without_json(kind, options)
    if kind == "redirect":
        location = options["location"].rstrip("/") + request.path
        return Reply(options["status"], b"", HTML_TYPE, {"Location": location})
    if kind == "unauthorized":
        return error_reply(401, options["message"])
    if kind == "forbidden":
        return error_reply(403, "Forbidden")
    if kind == "status":
        return _status(options)
    return _too_many(options)


def answer(kind: str, options: dict[str, Any], reply: Reply) -> Reply:
    """What becomes of an answer that the provider gave."""
    if kind == "drop_after":
        reply.drop = True
    elif kind in ("timeout_after", "read_timeout"):
        reply.hang = options["seconds"]
    elif kind == "half_body":
        wanted = options["bytes"]
        reply.cut = len(reply.body) // 2 if wanted is None else int(wanted)
    elif kind in ("html", "empty_body"):
        return _without_json(kind, options)
    elif kind == "fail_after":
        status = options["status"]
        return error_reply(status, phrase(status))
    elif kind == "slow":
        reply.delay, reply.bytes_per_second = options["seconds"], options["bytes_per_second"]
    elif kind == "close":
        reply.close = True
    else:
        reply.body = _mangled(kind, options, reply.body)
    return reply


def _without_json(kind: str, options: dict[str, Any]) -> Reply:
    return Reply(options["status"], PAGE if kind == "html" else b"", HTML_TYPE)


def _status(options: dict[str, Any]) -> Reply:
    status, body = options["status"], options["body"]
    reply = error_reply(status, phrase(status))
    if body is not None:
        reply.body, reply.content_type = str(body).encode(), options["content_type"]
    return _with_retry_after(reply, options["retry_after"])


def _too_many(options: dict[str, Any]) -> Reply:
    wait = options["retry_after"]
    if wait == "auto":
        wait = max(1, math.ceil(options.get("seconds_left", 1)))
    return _with_retry_after(error_reply(429, "Too many requests"), wait)


def _with_retry_after(reply: Reply, wait: object) -> Reply:
    if wait is not None:
        reply.headers["Retry-After"] = " ".join(str(wait).split())
    return reply


def _mangled(kind: str, options: dict[str, Any], body: bytes) -> bytes:
    try:
        value = json.loads(body)
    except ValueError:
        return body
    if kind == "half_list":
        value = _halved(value)
    for target in _targets(options, value):
        _mangle(kind, options, target)
    return json.dumps(value, ensure_ascii=False).encode()


def _targets(options: dict[str, Any], value: Any) -> list[dict[str, Any]]:
    """What to mangle: the items of a list (all, or the one numbered `item`), else the answer itself."""
    name = _list_name(value)
    if isinstance(value, dict) and (name is None or options.get("field") in (name, "count")):
        return [value]
    items = _items(value) or []
    return items if options.get("item") is None else items[options["item"] :][:1]


def _list_name(value: Any) -> str | None:
    """Under which name of an answer its list stands. A receipt has items too, but it is no list of them."""
    if not isinstance(value, dict):
        return None
    names = LISTS if len(value) > 1 else (*LISTS, *ALONE)
    return next((name for name in names if isinstance(value.get(name), list)), None)


def _items(value: Any) -> list[Any] | None:
    """The items of a list, bare or under a name; None if the answer is no list."""
    name = _list_name(value)
    items = value if name is None else value[name]
    return items if isinstance(items, list) else None


def _halved(value: Any) -> Any:
    items = _items(value)
    if items is not None:
        del items[(len(items) + 1) // 2 :]
    return value


def _mangle(kind: str, options: dict[str, Any], target: dict[str, Any]) -> None:
    if kind == "extra_fields":
        target.update(options["fields"])
    elif kind == "missing_field":
        target.pop(options["field"], None)
    elif kind != "half_list" and options["field"] in target:
        target[options["field"]] = options["value"]
