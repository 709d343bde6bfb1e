"""The desk for programs: stage, faults and ledger over HTTP, as JSON. It has no counterpart at a provider."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from fiscal.sandbox.datacash import handles as datacash
from fiscal.sandbox.desk import Desk
from fiscal.sandbox.kassandro import handles as kassandro
from fiscal.sandbox.management.room import ROOM as MANAGEMENT
from fiscal.sandbox.web import Refusal, Reply, Request, json_reply


def answer(desk: Desk, request: Request) -> Reply:
    """Do what a path under /_control/ says; 400 with the reason if it cannot be done."""
    handler = _HANDLERS.get((request.method, request.path.removeprefix("/_control/")))
    try:
        if request.path.startswith("/_control/datacash/"):
            return datacash.answer(desk.datacash, request)
        if request.path.startswith(kassandro.PREFIX):
            return json_reply(kassandro.answer(desk.kassandro, request))
        if handler is None:
            raise Refusal(404, "There is no such handle.")
        return json_reply(handler(desk, request))
    except (TypeError, ValueError, KeyError) as error:
        raise Refusal(400, str(error)) from error


def described_rules(desk: Desk) -> dict[str, Any]:
    """The switches of Management v0 and what they can be."""
    return asdict(desk.management.rules())


def assumptions(desk: Desk) -> dict[str, Any]:
    """What of Management v0 is recorded and what is assumed, with the switches as they are set."""
    values = [
        {"subject": item.subject, "value": item.value, "mark": item.mark, "rule": item.rule}
        for item in MANAGEMENT.assumptions
    ]
    return {"provider": MANAGEMENT.title, "rules": described_rules(desk), "assumptions": values}


def _ledger(desk: Desk, request: Request) -> Any:
    since = int(request.params.get("since", 0))
    entries = desk.ledger.requests(request.params.get("method"), request.params.get("path"), since=since)
    return {"requests": [asdict(entry) for entry in entries]}


def _objects(desk: Desk, request: Request) -> Any:
    return {"objects": desk.objects(request.params.get("kind", "organization"))}


def _list_faults(desk: Desk, request: Request) -> Any:
    return {"faults": [asdict(fault) for fault in desk.faults.all()]}


def _add_fault(desk: Desk, request: Request) -> Any:
    return asdict(desk.faults.add(**request.json()))


def _remove_fault(desk: Desk, request: Request) -> Any:
    desk.faults.remove(int(request.json()["id"]))
    return {"_success": True}


def _clear_faults(desk: Desk, request: Request) -> Any:
    desk.faults.clear()
    return {"_success": True}


def _make_organization(desk: Desk, request: Request) -> Any:
    return desk.make_organization(**request.json())


def _make_api_key(desk: Desk, request: Request) -> Any:
    key, secret = desk.make_api_key(**request.json())
    return {"key": key, "secret": secret}


def _register_person(desk: Desk, request: Request) -> Any:
    desk.register_person(request.json()["email"])
    return {"_success": True}


def _edit_organization(desk: Desk, request: Request) -> Any:
    values = dict(request.json())
    return desk.edit_organization(values.pop("_id"), **values)


def _delete(desk: Desk, request: Request) -> Any:
    desk.delete(request.json()["_id"])
    return {"_success": True}


def _batch(desk: Desk, request: Request) -> Any:
    return {"made": desk.batch(request.json())}


def _set_rules(desk: Desk, request: Request) -> Any:
    for name, value in request.json().items():
        desk.set_rule(name, value)
    return described_rules(desk)


def _expire_tokens(desk: Desk, request: Request) -> Any:
    desk.expire_tokens(request.json().get("key"))
    return {"_success": True}


def _reset(desk: Desk, request: Request) -> Any:
    desk.reset()
    return {"_success": True}


_HANDLERS: dict[tuple[str, str], Callable[[Desk, Request], Any]] = {
    ("GET", "ledger.json"): _ledger,
    ("GET", "objects.json"): _objects,
    ("GET", "faults.json"): _list_faults,
    ("POST", "faults"): _add_fault,
    ("POST", "faults/remove"): _remove_fault,
    ("POST", "faults/clear"): _clear_faults,
    ("POST", "organizations"): _make_organization,
    ("POST", "organizations/edit"): _edit_organization,
    ("POST", "api-keys"): _make_api_key,
    ("POST", "users/register"): _register_person,
    ("POST", "delete"): _delete,
    ("POST", "batch"): _batch,
    ("POST", "rules"): _set_rules,
    ("POST", "tokens/expire"): _expire_tokens,
    ("POST", "reset"): _reset,
}
