"""The first page: which providers are played here."""

from __future__ import annotations

from fiscal.sandbox.console.render import page
from fiscal.sandbox.desk import ROOMS, Desk
from fiscal.sandbox.web import Reply, Request


def show(desk: Desk, request: Request) -> Reply:
    """The rooms with what they hold."""
    faults = [fault for fault in desk.faults.all() if fault.times != 0]
    return page("lobby.html", {"rooms": ROOMS, "fault_count": len(faults), "host": request.headers.get("host", "")})
