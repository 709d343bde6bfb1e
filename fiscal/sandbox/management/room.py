"""Management v0 as one room: its routes, and who may come in."""

from __future__ import annotations

import re
from collections.abc import Callable

from fiscal.sandbox.management import api_keys, auth, billing_addresses, organizations, records, rules, users
from fiscal.sandbox.management.assumptions import ASSUMPTIONS
from fiscal.sandbox.rooms import Call, Room
from fiscal.sandbox.web import Refusal, Reply

Handler = Callable[..., Reply]
BASE = "/management/api/v0"
_ORGANIZATION, _KEYS, _USERS = r"/organizations/([^/]+)", r"/api-keys", r"/users"

_ROUTES: tuple[tuple[re.Pattern[str], dict[str, Handler]], ...] = tuple(
    (re.compile(path), methods)
    for path, methods in (
        (r"/organizations", {"GET": organizations.index, "POST": organizations.create}),
        (
            _ORGANIZATION,
            {"GET": organizations.retrieve, "PATCH": organizations.update, "DELETE": organizations.delete},
        ),
        (_ORGANIZATION + _KEYS, {"GET": api_keys.index, "POST": api_keys.create}),
        (
            _ORGANIZATION + _KEYS + r"/([^/]+)",
            {"GET": api_keys.retrieve, "PATCH": api_keys.update, "DELETE": api_keys.delete},
        ),
        (_ORGANIZATION + r"/enable-env", {"POST": organizations.enable_env}),
        (_ORGANIZATION + _USERS, {"GET": users.index, "POST": users.create}),
        (_ORGANIZATION + _USERS + r"/([^/]+)", {"DELETE": users.delete}),
        (r"/billing-addresses", {"GET": billing_addresses.index, "POST": billing_addresses.create}),
        (
            r"/billing-addresses/([^/]+)",
            {
                "GET": billing_addresses.retrieve,
                "PATCH": billing_addresses.update,
                "DELETE": billing_addresses.delete,
            },
        ),
    )
)


def answer(call: Call) -> Reply:
    """Find the operation, find out who asks, and do it."""
    path = call.request.path.removeprefix(BASE)
    if path == "/auth":
        if call.request.method != "POST":
            raise Refusal(405, "Method Not Allowed")
        return auth.log_in(call)
    for pattern, methods in _ROUTES:
        match = pattern.fullmatch(path)
        if match:
            handler = methods.get(call.request.method)
            if handler is None:
                raise Refusal(405, "Method Not Allowed")
            return handler(call, auth.principal(call), *match.groups())
    raise Refusal(404, "Not Found")


ROOM = Room(
    name="management",
    title="fiskaly Management v0",
    base=BASE,
    schema=records.SCHEMA + users.SCHEMA,
    rules=rules.read,
    assumptions=ASSUMPTIONS,
    answer=answer,
    credential=auth.credential,
    headers={"Strict-Transport-Security": "max-age=15724800; includeSubDomains"},
)
