"""The first page: which providers are played here."""

from __future__ import annotations

from fiscal.sandbox.desk import ROOMS, Desk
from fiscal.sandbox.render import page
from fiscal.sandbox.web import Reply, Request

KEYS = {
    "management": "Keys: the portal issues them. The demo world has connected its partners already.",
    "datacash": "Keys: open a customer. There are API key, encrypted credentials, licence, and the files to upload.",
    "sign_on": "Register Kontor with its address to come back to, and add people.",
    "kassandro": "Keys: beside each account. One that is connected already is refused, so open a new account first.",
}
"""Where each provider's keys come from, by room."""


def show(desk: Desk, request: Request) -> Reply:
    """The rooms with what they hold."""
    faults = [fault for fault in desk.faults.all() if fault.times != 0]
    rooms = [
        {"name": room.name, "title": room.title, "base": room.base, "keys": KEYS.get(room.name, "")} for room in ROOMS
    ]
    return page("lobby.html", {"rooms": rooms, "fault_count": len(faults), "host": request.headers.get("host", "")})
