"""The forms of a page as a browser would send them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|\d+")
SHOWN_ONLY = {"page", "hour", "rows", "days"}
"""Numbers that are no ids."""


@dataclass
class Form:
    """A form of a page: how it is sent, and what a browser would send."""

    method: str
    action: str
    """Where it is sent to; empty for the page's own address."""
    body: dict[str, str] = field(default_factory=dict)
    ids: dict[str, str] = field(default_factory=dict)
    """Fields that hold an id, or offer ids to choose from, with one of them."""


class _Forms(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[Form] = []
        self._select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if tag == "form":
            method = "POST" if "hx-post" in values else values.get("method", "get").upper()
            self.found.append(Form(method, (values.get("hx-post") or values.get("action", "")).partition("#")[0]))
        if not self.found:
            return
        name = values.get("name", "")
        if tag in {"input", "textarea", "button"} and name:
            self._take(name, values.get("value", ""))
        if tag == "select":
            self._select = name
        if tag == "option" and self._select:
            self._take(self._select, values.get("value", ""))

    def handle_endtag(self, tag: str) -> None:
        if tag == "select":
            self._select = ""

    def _take(self, name: str, value: str) -> None:
        form = self.found[-1]
        if not form.body.get(name):
            form.body[name] = value
        if ID.fullmatch(value) and name not in SHOWN_ONLY:
            form.ids[name] = value


def forms_of(page: str) -> list[Form]:
    """All forms, filled in as far as the page does it, and with words in what it leaves empty."""
    parser = _Forms()
    parser.feed(page)
    for form in parser.found:
        form.body.pop("csrfmiddlewaretoken", None)
        form.body = {name: value or "because" for name, value in form.body.items()} | {"reason": "because"}
    return parser.found


def all_fields(page: str) -> dict[str, str]:
    """The fields of all forms of a page together; of two with one name, the first."""
    found: dict[str, str] = {}
    for form in forms_of(page):
        found = form.body | found
    return found
