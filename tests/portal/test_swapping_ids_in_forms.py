"""Ids of another tenant, put one at a time into the fields of one's own forms and filters."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from uuid import UUID

import pytest
from django.db import transaction

from tests.portal.canaries import plant, rows_of, strangers_in
from tests.portal.doors_world import ALL, World, sign_in
from tests.portal.doors_world import world as world  # noqa: PLC0414 - a fixture
from tests.portal.test_canaries_of_tenants import addresses, everything_said, found_in, word

pytestmark = pytest.mark.tenancy

STANDING = [
    ("petra", "maker", "elsewhere"),
    ("mio", "shop", "maker"),
    ("mio", "shop", "elsewhere"),
    ("hanna", "holding", "maker"),
    ("stranger", "elsewhere", "label"),
]
ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|\d+")
SHOWN_ONLY = {"page", "hour", "rows", "days"}
"""Numbers that are no ids."""
OF_THE_SHELL = {"/accounts/logout/", "/theme/"}
"""Forms on every page that hold no id."""
OF_ONE_PERSON = {
    *("portal:wizard_step", "portal:wizard_discard", "portal:session_end", "portal:subscription_remove"),
    *("portal:notification_read", "portal:notification_snooze", "portal:snooze_end"),
}
"""Pages about what belongs to a person and to no tenant."""


@dataclass
class Form:
    """A form of a page: how it is sent, and what a browser would send."""

    method: str
    action: str
    """Where it is sent to; empty for the page's own address."""
    body: dict[str, str] = field(default_factory=dict)
    ids: dict[str, str] = field(default_factory=dict)
    """Fields that hold an id, or offer ids to choose from, with one of them."""


class Forms(HTMLParser):
    """All forms of a page."""

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
    parser = Forms()
    parser.feed(page)
    for form in parser.found:
        form.body.pop("csrfmiddlewaretoken", None)
        form.body = {name: value or "because" for name, value in form.body.items()} | {"reason": "because"}
    return [form for form in parser.found if form.action not in OF_THE_SHELL]


def foreign_ids(world: World, place: str) -> tuple[list[str], list[str]]:
    """Public ids and numbers of all that stands at an organization."""
    things = [world.organizations[place].public_id, *world.things[place].values()]
    numbers = [thing for thing in things if isinstance(thing, int)] + [world.organizations[place].pk]
    return [str(each) for each in things if isinstance(each, UUID)], sorted(map(str, {*numbers} - {1}))


@pytest.fixture
def _plain_shell(monkeypatch) -> None:
    monkeypatch.setattr("portal.context.attention_count", lambda user: 0)


@pytest.mark.usefixtures("_plain_shell")
@pytest.mark.parametrize(("who", "home", "abroad"), STANDING)
def test_an_id_of_another_tenant_in_a_form_or_filter_reaches_nothing(world, who, home, abroad):
    """Whatever page it is put into: nothing of the other's changes or is referred to, and no word of it is shown."""
    leaks, changed, swapped, taken = [], [], 0, 0
    plant(world.organizations[abroad], word(abroad))
    public, numbers = foreign_ids(world, abroad)
    before, crossing = rows_of(world.organizations[abroad]), strangers_in(world.organizations[abroad])
    for _name, url in addresses(world, home):
        client = sign_in(world.people[who])  # some form of the page before may have ended the session
        answer = client.get(url)
        if answer.status_code != 200 or answer.streaming or "html" not in answer["Content-Type"]:
            continue
        for form in forms_of(answer.content.decode()):
            send = client.get if form.method == "GET" else client.post
            to = form.action or url
            with transaction.atomic():
                taken += form.method == "POST" and send(to, form.body).status_code in {204, 302, 303}
                transaction.set_rollback(True)
            for name, own in form.ids.items():
                with transaction.atomic():
                    for foreign in numbers if own.isdigit() else public:
                        said = everything_said(send(to, form.body | {name: foreign}))
                        swapped += 1
                        leaks += [(to, name, foreign)] if found_in(said, (abroad,)) else []
                    after = rows_of(world.organizations[abroad]), strangers_in(world.organizations[abroad])
                    changed += [(to, name)] if after != (before, crossing) else []
                    transaction.set_rollback(True)

    assert leaks == []
    assert changed == []
    assert swapped > 300
    assert taken > 5, "forms as they stand are taken: it is the id that is refused"


def test_every_page_is_among_those_looked_at(world):
    """A page that the walk cannot address is one whose ids the world does not have."""
    walked = {name for name, _url in addresses(world, "maker")}

    assert {address.name for address in ALL if address.name.startswith("portal:")} - walked == OF_ONE_PERSON | {
        "portal:webhook"
    }
