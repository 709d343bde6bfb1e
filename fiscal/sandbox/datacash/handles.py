"""What /_control/datacash/ offers to programs: the stage over HTTP, as JSON, with files as they are."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fiscal.sandbox.datacash.stage import Stage
from fiscal.sandbox.web import Refusal, Reply, Request, json_reply

XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV_TYPE = "text/csv"
# POST /_control/datacash/<name> with the arguments as a JSON object.
ACTIONS = (
    "make_customer",
    "edit_customer",
    "renew",
    "lapse",
    "sign_contract",
    "buy_add_on",
    "make_key",
    "deactivate_key",
    "reactivate_key",
    "replace_key",
    "make_credentials",
    "set_taxpayer",
    "make_shop",
    "make_device",
    "move_device",
    "close_device",
    "make_document",
    "change_document",
    "remove_document",
    "agency_goes_down",
    "agency_comes_back",
    "deliver_webhooks",
    "replay_webhook",
    "webhook_delivered",
)
# GET /_control/datacash/<name> with the arguments in the query.
QUESTIONS = (
    "objects",
    "keys",
    "slots",
    "counters",
    "books",
    "documents",
    "totals",
    "pending",
    "invoices",
    "due_webhooks",
)
FILES = {
    "counter_file": ("documenti.xlsx", XLSX_TYPE),
    "daily_file": ("aggregati_giornalieri.csv", CSV_TYPE),
    "statistics_file": ("statistiche.csv", CSV_TYPE),
}


def answer(stage: Stage, request: Request) -> Reply:
    """Do what the last part of the path names; ValueError, TypeError or KeyError say why it cannot be done."""
    name = request.path.removeprefix("/_control/datacash/")
    if request.method == "POST":
        return json_reply(_act(stage, name, request.json()))
    if name in FILES:
        return file(stage, name, request.params)
    if name not in QUESTIONS:
        raise Refusal(404, "There is no such handle.")
    arguments: dict[str, Any] = dict(request.params)
    if "as_of" in arguments:
        arguments["as_of"] = float(arguments["as_of"])
    return json_reply({name: getattr(stage, name)(**arguments)})


def file(stage: Stage, name: str, arguments: dict[str, str]) -> Reply:
    """One file as a download."""
    file_name, content_type = FILES[name]
    make: Callable[..., bytes] = getattr(stage, name)
    headers = {"Content-Disposition": f'attachment; filename="{file_name}"', "Cache-Control": "no-store"}
    return Reply(200, make(**arguments), content_type, headers)


def _act(stage: Stage, name: str, body: Any) -> Any:
    if name == "batch":
        return {"made": stage.batch(body)}
    if name == "rules":
        for rule, value in body.items():
            stage.set_rule(rule, value)
        return vars(stage.rules())
    if name not in ACTIONS:
        raise Refusal(404, "There is no such handle.")
    return {name: getattr(stage, name)(**body)}
