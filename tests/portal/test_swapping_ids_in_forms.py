"""Ids of another tenant, put one at a time into the fields of one's own forms, and into query strings."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.db import connection, transaction
from django.http import QueryDict
from django.test import Client
from django.urls import reverse

from tests.portal.canaries import plant, rows_of, strangers_in
from tests.portal.doors_world import ALL, World, sign_in
from tests.portal.doors_world import world as world  # noqa: PLC0414 - a fixture

WORD = "zqforeign"
AN_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-|^\d+$")
HARMLESS = {"page", "sort", "csrfmiddlewaretoken", "size", "password", "code"}
"""Numbers, words and proofs."""


@pytest.fixture
def _plain_shell(monkeypatch) -> None:
    monkeypatch.setattr("portal.context.attention_count", lambda user: 0)


class Forms(HTMLParser):
    """The forms of a page that send something: where to, and what as they stand."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[tuple[str, dict[str, str], set[str]]] = []
        self._open: tuple[str, dict[str, str], set[str]] | None = None
        self._select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        facts = {name: value or "" for name, value in attrs}
        if tag == "form" and facts.get("method", "").lower() == "post":
            self._open = (facts.get("action", ""), {}, set())
        if self._open is None:
            return
        _action, values, choosing = self._open
        name, kind = facts.get("name", ""), facts.get("type", "text")
        if tag == "select":
            self._select = name
            choosing.add(name)
        elif tag == "option" and self._select and ("selected" in facts or not values.get(self._select)):
            values[self._select] = facts.get("value", "")
        elif tag == "textarea" and name:
            values[name] = "why"
        elif tag == "input" and name and kind not in {"submit", "file", "checkbox", "radio"}:
            values[name] = facts.get("value") or {"email": "new@fremd.example", "number": "1"}.get(kind, "why")
            if kind == "hidden":
                choosing.add(name)
        elif tag == "input" and kind in {"checkbox", "radio"} and name:
            choosing.add(name)
            if "checked" in facts or (kind == "radio" and name not in values and "disabled" not in facts):
                values[name] = facts.get("value", "on")

    def handle_endtag(self, tag: str) -> None:
        if tag == "select":
            self._select = ""
        if tag == "form" and self._open:
            self.forms.append(self._open)
            self._open = None


def forms_of(page: str) -> list[tuple[str, dict[str, str], set[str]]]:
    """Action, values and the names that choose among things, of each form of the page itself."""
    parser = Forms()
    parser.feed(page)
    mine = [(urlsplit(action).path, values, names) for action, values, names in parser.forms]
    house = {"/accounts/logout/", "/theme/"}
    return [form for form in mine if form[0] not in house]


class Writes:
    """Counts statements that write."""

    def __init__(self) -> None:
        self.seen = 0

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        self.seen += sql.lstrip()[:6].upper() in {"INSERT", "UPDATE", "DELETE"} and "django_session" not in sql
        return execute(sql, params, many, context)


@contextmanager
def undone() -> Iterator[None]:
    """Takes back what was written within. No atomic block: services that are durable refuse to stand in one."""
    point = transaction.savepoint()
    try:
        yield
    finally:
        transaction.savepoint_rollback(point)


def foreign_ids(world: World, abroad: str) -> dict[str, str]:
    """An id of each kind of the tenant's things, and pairs of ids as one field of the house's holds them."""
    things = {name: str(value) for name, value in world.things[abroad].items() if name.endswith("_id")}
    organization = str(world.organizations[abroad].public_id)
    places = {"organization": organization, "place": f"{organization} {things['shop_id']}"}
    return {**things, **places, "shop of another": f"{world.organizations[abroad].public_id} "}


def values_for(value: str, own: dict[str, str], foreign: dict[str, str]) -> list[str]:
    """The foreign ids for a field: of the kind it holds, if that can be told; of each kind, if it holds another id or none.

    A field that holds a word, as a level or a rhythm, gets the organization's.
    """
    kinds = [kind for kind, mine in own.items() if mine and mine == value and kind in foreign]
    if kinds:
        return [foreign[kind] for kind in kinds]
    every = list(dict.fromkeys(foreign.values()))
    return every if not value or AN_ID.search(value) else [foreign["organization"]]


def pages(world: World, client: Client, home: str) -> Iterator[tuple[str, str]]:
    """Each page of the organization that opens, and of nobody in particular."""
    own = {"organization_id": world.organizations[home].public_id, **world.things[home]}
    for address in ALL:
        if address.kind == "public" or set(address.arguments) - set(own) or not address.name.startswith("portal:"):
            continue
        url = reverse(address.name, kwargs={name: own[name] for name in address.arguments})
        with undone():
            answer = client.get(url)
        if answer.status_code == 200 and "html" in answer["Content-Type"]:
            yield url, answer.content.decode()


@pytest.mark.usefixtures("_plain_shell")
@pytest.mark.parametrize(
    ("who", "home", "abroad"),
    [("petra", "maker", "elsewhere"), ("mio", "shop", "maker"), ("hanna", "holding", "maker")],
)
def test_an_id_of_another_tenant_in_a_form_changes_and_shows_nothing(world, who, home, abroad):
    """Each field that chooses among things, of each form that a person's pages have, with the other tenant's ids."""
    there = world.organizations[abroad]
    plant(there, WORD)
    client, failures = sign_in(world.people[who]), []
    before, crossing, sent, took = rows_of(there), strangers_in(there), 0, 0
    own, foreign = foreign_ids(world, home), foreign_ids(world, abroad)
    for url, page in pages(world, client, home):
        for action, values, choosing in forms_of(page):
            to = action or url
            for name in sorted(choosing - {"csrfmiddlewaretoken", "seen"} | (set(values) & {"email"})):
                for value in values_for(values.get(name, ""), own, foreign):
                    writes = Writes()
                    with undone(), connection.execute_wrapper(writes):
                        answer = client.post(to, {**values, name: value})
                        sent, took = sent + 1, took + bool(writes.seen)
                        changed = writes.seen and (rows_of(there) != before or strangers_in(there) != crossing)
                    if changed or answer.status_code >= 500 or WORD in answer.content.decode(errors="replace"):
                        failures.append((to, name, value, answer.status_code, bool(changed)))

    assert failures == []
    assert rows_of(there) == before
    assert sent > 100
    assert took > 5


@pytest.fixture
def read_names(monkeypatch) -> set[str]:
    """The names that views look for in a query string."""
    names: set[str] = set()
    for method in ("get", "getlist", "__getitem__", "__contains__"):
        usual = getattr(QueryDict, method)

        def noting(self: QueryDict, name: str, *rest: Any, usual: Any = usual, **more: Any) -> Any:
            names.add(name)
            return usual(self, name, *rest, **more)

        monkeypatch.setattr(QueryDict, method, noting)
    return names


@pytest.mark.usefixtures("_plain_shell")
@pytest.mark.parametrize(("who", "home", "abroad"), [("petra", "maker", "elsewhere"), ("mio", "shop", "maker")])
def test_an_id_of_another_tenant_in_a_query_string_shows_nothing(world, read_names, who, home, abroad):
    """Every page with every parameter that it looks for, one at a time, as page and as fragment in turn."""
    there = world.organizations[abroad]
    plant(there, WORD)
    client, failures, asked = sign_in(world.people[who]), [], 0
    foreign = foreign_ids(world, abroad)
    for url, _page in pages(world, client, home):
        read_names.clear()
        client.get(url)
        for name in sorted(read_names - HARMLESS):
            of_its_kind = [value for kind, value in foreign.items() if kind.startswith(name)]
            for value in of_its_kind or [foreign["organization"], foreign["person_id"], foreign["register_id"]]:
                answer = client.get(url, {name: value}, headers={"HX-Request": "true"} if asked % 2 else {})
                asked += 1
                if answer.status_code >= 500 or WORD in answer.content.decode(errors="replace"):
                    failures.append((url, name, value, answer.status_code))

    assert failures == []
    assert asked > 60
