"""What people see of the provider. Links, no forms: a form may not lead to another site, and here that is the purpose."""

from __future__ import annotations

from typing import Any

from fiscal.sandbox.render import page
from fiscal.sandbox.render import problem as problem_page
from fiscal.sandbox.web import Reply, Request


def sign_in(request: Request, people: list[dict[str, Any]]) -> Reply:
    """Who is it? Each person is a link back to the client."""
    rows = [{**person, "link": request.link(**{"as": person["sub"]})} for person in people]
    return page("sign_on/sign_in.html", {"people": rows, "nobody": request.link(**{"as": "nobody"})})


def problem(words: str) -> Reply:
    """Nobody is sent anywhere."""
    return problem_page(words, 400)
