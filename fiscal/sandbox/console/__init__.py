"""The pages for people: plain forms and tables, nothing from elsewhere, no scripts."""

from __future__ import annotations

from pathlib import Path

from fiscal.sandbox.console import datacash, kassandro, lobby, management, sign_on
from fiscal.sandbox.desk import Desk
from fiscal.sandbox.render import problem
from fiscal.sandbox.web import Reply, Request

_STYLE = Path(__file__).resolve().parent.parent / "static" / "sandbox.css"


def answer(desk: Desk, request: Request) -> Reply:
    """One page, or what a posted form leads to."""
    if request.path == "/":
        return lobby.show(desk, request)
    if request.path == "/sandbox.css":
        return Reply(body=_STYLE.read_bytes(), content_type="text/css; charset=utf-8")
    if request.path.startswith("/management/"):
        return management.answer(desk, request)
    if request.path.startswith("/datacash/"):
        return datacash.answer(desk, request)
    if request.path.startswith("/kassandro/"):
        return kassandro.answer(desk, request)
    if request.path.startswith(sign_on.HERE):
        return sign_on.answer(desk, request)
    return problem("There is no such page.", 404)
