"""The pages of the single sign-on provider: who is registered, who can sign in."""

from __future__ import annotations

from dataclasses import asdict

from fiscal.sandbox.desk import Desk
from fiscal.sandbox.render import page, problem
from fiscal.sandbox.sign_on.room import ROOM, issuer
from fiscal.sandbox.web import Reply, Request, json_reply, see_other

HERE = "/sign_on/"


def answer(desk: Desk, request: Request) -> Reply:
    """The page, or what a posted form of it leads to."""
    tail = request.path.removeprefix(HERE)
    if request.method == "POST" and tail == "people":
        form = request.form
        if "@" not in form.get("email", ""):
            return problem("An e-mail address is needed.", 400)
        desk.sign_on.make_person(form["email"], form.get("name", ""), verified=form.get("verified") == "yes")
        return see_other(HERE)
    if request.method == "POST" and tail == "clients":
        made = desk.sign_on.make_client(request.form.get("client_id", "kontor"), request.form.get("redirect_uri", ""))
        return _page(desk, request, made["secret"])
    if tail == "assumptions":
        return page("assumptions.html", {"room": ROOM.name, "rows": ROOM.assumptions, "switches": []})
    if tail == "assumptions.json":
        return json_reply(
            {"provider": ROOM.title, "rules": {}, "assumptions": [asdict(one) for one in ROOM.assumptions]}
        )
    return _page(desk, request) if not tail else problem("There is no such page.", 404)


def _page(desk: Desk, request: Request, secret: str = "") -> Reply:
    return page("sign_on/people.html", {**desk.sign_on.holds(), "issuer": issuer(request), "secret": secret})
