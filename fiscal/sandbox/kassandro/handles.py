"""The desk of this room for programs: what stands behind /_control/kassandro/. It has no counterpart at Kassandro."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any

from fiscal.sandbox.kassandro import rksv_negative
from fiscal.sandbox.kassandro.assumptions import ASSUMPTIONS
from fiscal.sandbox.kassandro.rksv_scenario import issue_scenario
from fiscal.sandbox.kassandro.stage import Stage
from fiscal.sandbox.web import Refusal, Request

PREFIX = "/_control/kassandro/"
Handler = Callable[[Stage, dict[str, Any]], Any]


def answer(stage: Stage, request: Request) -> Any:
    """Do what a handle says. The query of a GET, or the JSON of a POST, are the arguments; their names are the stage's."""
    handler = _HANDLERS.get((request.method, request.path.removeprefix(PREFIX)))
    if handler is None:
        raise Refusal(404, "There is no such handle.")
    return handler(stage, _arguments(request))


def assumptions(stage: Stage) -> dict[str, Any]:
    """What is documented and what is assumed, with the switches as they are set."""
    values = [asdict(item) for item in ASSUMPTIONS]
    return {"provider": "Kassandro", "rules": asdict(stage.rules()), "assumptions": values}


def _arguments(request: Request) -> dict[str, Any]:
    if request.method != "GET":
        body = request.json()
        return body if isinstance(body, dict) else {"made": body}
    return {name: _value(text) for name, text in request.params.items()}


def _value(text: str) -> Any:
    if text in ("true", "false"):
        return text == "true"
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else text


def _set_rules(stage: Stage, values: Mapping[str, Any]) -> Any:
    for name, value in values.items():
        stage.set_rule(name, value)
    return asdict(stage.rules())


def _done(method: Callable[..., Any]) -> Handler:
    """A handle for a method that returns nothing."""

    def handler(stage: Stage, values: dict[str, Any]) -> Any:
        method(stage, **values)
        return {"_success": True}

    return handler


def _named(name: str, method: Callable[..., Any]) -> Handler:
    """A handle that puts what a method returns under a name."""
    return lambda stage, values: {name: method(stage, **values)}


def _given(method: Callable[..., Any]) -> Handler:
    return lambda stage, values: method(stage, **values)


def _scenario(stage: Stage, values: dict[str, Any]) -> Any:
    receipts, material, export = issue_scenario(**values)
    return {"receipts": receipts, "material": material, "dep7": export}


def _negative(_: Stage, values: dict[str, Any]) -> Any:
    export, material, place = rksv_negative.export(values.get("name"))
    return {"dep7": export, "material": material, "place": place, "names": list(rksv_negative.CASES)}


_HANDLERS: dict[tuple[str, str], Handler] = {
    ("GET", "registers"): _named("registers", Stage.registers),
    ("GET", "methods"): _named("methods", Stage.methods),
    ("GET", "books"): _named("receipts", Stage.books),
    ("GET", "totals"): _named("days", Stage.totals),
    ("GET", "dep7"): _given(Stage.dep7),
    ("GET", "crypto-material"): _given(Stage.crypto_material),
    ("GET", "rules"): lambda stage, _: asdict(stage.rules()),
    ("GET", "assumptions"): lambda stage, _: assumptions(stage),
    ("POST", "accounts"): _given(Stage.make_account),
    ("POST", "accounts/edit"): _done(Stage.edit_account),
    ("POST", "registers"): _given(Stage.make_register),
    ("POST", "registers/edit"): _given(Stage.edit_register),
    ("POST", "registers/prepare"): _named("receipts", Stage.prepare),
    ("POST", "api-keys"): _named("key", Stage.make_api_key),
    ("POST", "api-keys/disable"): _done(Stage.disable_key),
    ("POST", "tokens/revoke"): _named("revoked", Stage.revoke_tokens),
    ("POST", "receipts"): _given(Stage.add_receipt),
    ("POST", "receipts/change"): _given(Stage.change_receipt),
    ("POST", "receipts/remove"): _done(Stage.remove_receipt),
    ("POST", "receipts/delay"): _done(Stage.delay_receipt),
    ("POST", "late"): _done(Stage.deliver_late),
    ("POST", "rules"): _set_rules,
    ("POST", "batch"): _named("made", Stage.batch),
    ("POST", "scenario"): _scenario,
    ("GET", "negative"): _negative,
}
