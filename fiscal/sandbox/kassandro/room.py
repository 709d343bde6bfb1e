"""Kassandro as one room: its routes, who may come in, and what a refusal looks like."""

from __future__ import annotations

import re
from collections.abc import Callable

from fiscal.sandbox.kassandro import lists, moves, posting, records, rules, tokens
from fiscal.sandbox.kassandro.assumptions import ASSUMPTIONS
from fiscal.sandbox.kassandro.tokens import Bearer
from fiscal.sandbox.rooms import Call, Room
from fiscal.sandbox.web import HTML_TYPE, Refusal, Reply, json_reply

BASE = "/kassandro/api"
Handler = Callable[..., Reply]
ACCOUNT_TOKEN, REGISTER_TOKEN = "/token/account", "/token/cashregister"  # nosec B105 - paths
_TOKENS = {ACCOUNT_TOKEN: tokens.for_account, REGISTER_TOKEN: tokens.for_register}
_ROUTES: tuple[tuple[re.Pattern[str], dict[str, Handler]], ...] = tuple(
    (re.compile(path), methods)
    for path, methods in (
        (r"/cashregisters", {"GET": lists.registers}),
        (r"/articles", {"GET": lists.articles}),
        (r"/paymentmethods", {"GET": lists.payment_methods}),
        (r"/receipts", {"GET": lists.receipts, "POST": posting.create}),
        (r"/receipts/count", {"GET": lists.count}),
        (r"/receipts/([^/]+)", {"GET": lists.receipt}),
    )
)


def answer(call: Call) -> Reply:
    """Find the operation, find out who asks, do it; then the world moves on as a scripted fault says."""
    try:
        reply = _answer(call)
    except Refusal as refusal:
        reply = _refused(refusal, call.rules.errors)
    moves.happen(call)
    return reply


def _answer(call: Call) -> Reply:
    path, method = call.request.path.removeprefix(BASE), call.request.method
    if path in _TOKENS:
        if method != "POST":
            raise Refusal(405, "Method Not Allowed")
        return _TOKENS[path](call)
    for pattern, methods in _ROUTES:
        match = pattern.fullmatch(path)
        if match:
            handler = methods.get(method)
            if handler is None:
                raise Refusal(405, "Method Not Allowed")
            who = tokens.bearer(call)
            _refuse_register_token(who, path)
            return handler(call, who, *match.groups())
    raise Refusal(404, "Not Found")


def _refuse_register_token(who: Bearer, path: str) -> None:
    if who.register is not None and path == "/cashregisters":
        raise Refusal(403, "A cash-register token does not list cash registers.")


def _refused(refusal: Refusal, form: str) -> Reply:
    if form == "json":
        return json_reply({"status": refusal.status, "message": refusal.message}, refusal.status)
    if form == "empty":
        return Reply(refusal.status, b"", "text/plain; charset=utf-8")
    if form == "text":
        return Reply(refusal.status, refusal.message.encode(), "text/plain; charset=utf-8")
    body = f"<!doctype html><html><body><h1>{refusal.status}</h1></body></html>"
    return Reply(refusal.status, body.encode(), HTML_TYPE)


ROOM = Room(
    name="kassandro",
    title="Kassandro (my.kassandro API)",
    base=BASE,
    schema=records.SCHEMA,
    rules=rules.read,
    assumptions=ASSUMPTIONS,
    answer=answer,
    credential=tokens.credential,
    headers={},
)
