"""The pages for people."""

from __future__ import annotations

from fiscal.sandbox import control
from fiscal.sandbox.desk import Desk
from fiscal.sandbox.web import Refusal, Reply, Request, json_reply


def answer(desk: Desk, request: Request) -> Reply:
    """One page."""
    if request.path == "/management/assumptions.json":
        return json_reply(control.assumptions(desk))
    raise Refusal(404, "There is no such page.")
