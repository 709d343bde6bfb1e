"""Every text of a tenant's rows carries a word of its own: nowhere do people of another tenant get to read it."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from celery.app.task import Task
from django.core import mail
from django.http.response import HttpResponseBase
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from fiscal.choices import ReportRhythm
from fiscal.services.notices import route_topic
from fiscal.services.reports import subscribe
from fiscal.tasks import PERIODIC, Doorbell, ring_post
from organizations.access import access_organization, system_reach
from organizations.audit import record
from organizations.choices import Covers, Mode, Scope, Verb
from organizations.services import invite, issue_key
from organizations.topics import Channel, Topic
from tests.organizations.letters import offer
from tests.portal.canaries import KEPT, owned, plant, words_of
from tests.portal.doors_world import ALL, World, sign_in
from tests.portal.doors_world import world as world  # noqa: PLC0414 - a fixture

pytestmark = pytest.mark.tenancy

NOTHING_OF = {
    # A partner may know the names of those it provisioned, and nothing of what hangs below them.
    "petra": ("elsewhere", "branch"),
    "hanna": ("elsewhere", "label", "shop"),
    "wanda": ("elsewhere", "holding", "branch", "shop"),
    "mio": ("elsewhere", "maker", "holding", "branch", "label"),
    "stranger": ("maker", "shop", "holding", "branch", "label"),
    "viewer": ("elsewhere", "branch"),
    "nobody": ("maker", "shop", "holding", "branch", "label", "elsewhere"),
}
HOME = {"petra": "maker", "hanna": "holding", "wanda": "label", "mio": "shop", "stranger": "elsewhere"}
HOME |= {"viewer": "maker", "nobody": "maker"}
FRAGMENT = {"HX-Request": "true"}


MADE_ON_DEMAND = {"portal:activity_csv", "portal:activity_jsonl", "portal:all_activity_csv"}
"""Files whose making is on record, so that they are asked for by POST."""


def word(place: str) -> str:
    return f"zq{place}"


@pytest.fixture
def planted(world) -> World:
    """The world with each organization's word in all its texts."""
    for place, organization in world.organizations.items():
        assert plant(organization, word(place)) > 30
    return world


def everything_said(answer: HttpResponseBase) -> str:
    """Headers and body; of a workbook what is zipped in it."""
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content  # type: ignore[attr-defined]
    if body.startswith(b"PK\x03\x04"):
        with zipfile.ZipFile(io.BytesIO(body)) as book:
            body = b"\n".join(book.read(name) for name in book.namelist())
    return f"{answer.headers} {body.decode(errors='replace')}"


def addresses(world: World, place: str) -> Iterator[tuple[str, str]]:
    """Name and URL of all pages, with the ids of what the organization has."""
    own: dict[str, Any] = {"organization_id": world.organizations[place].public_id, **world.things[place]}
    for address in ALL:
        if address.name.startswith("portal:") and not set(address.arguments) - set(own):
            yield address.name, reverse(address.name, kwargs={name: own[name] for name in address.arguments})


def opened(client: Client, name: str, url: str) -> HttpResponseBase:
    """The page; what is made on demand and put on record is asked for by a form."""
    return client.post(url) if name in MADE_ON_DEMAND else client.get(url)  # type: ignore[return-value]


def also(plain: HttpResponseBase, place: str) -> list[tuple[dict[str, str], dict[str, str]]]:
    """Query and headers of what else is asked of a page: its fragment, its search, its other formats."""
    if plain.status_code != 200 or plain.streaming or "html" not in plain["Content-Type"]:
        return [({"q": "zq", "format": "xlsx", "all": "1"}, {})] if plain.status_code == 200 else []
    searches = [{"q": "zq"}, {"q": word(place)}] if b'name="q"' in plain.content else []  # type: ignore[attr-defined]
    return [({}, FRAGMENT), *((each, FRAGMENT) for each in searches)]


def found_in(text: str, places: tuple[str, ...]) -> list[str]:
    return [place for place in places if word(place) in text.lower()]


@pytest.mark.parametrize("who", [*NOTHING_OF])
def test_nobody_reads_the_word_of_another_tenant(planted, who):
    """Pages, fragments, searches, exports and error pages, by every URL there is."""
    client, leaks, asked = sign_in(planted.people[who]), [], 0
    abroad = NOTHING_OF[who]
    for place in (HOME[who], *abroad[:2]):
        for name, url in addresses(planted, place):
            plain = opened(client, name, url)
            asks = [({}, plain)]
            if place == HOME[who]:  # abroad, what an error page says is all there is
                asks += [(query, client.get(url, query, headers=headers)) for query, headers in also(plain, abroad[0])]
            for query, answer in asks:
                said = everything_said(answer).replace(query.get("q", "no word"), "")
                asked += 1
                leaks += [(url, query, each) for each in found_in(said, abroad)]

    assert leaks == []
    assert asked > 400


@pytest.mark.parametrize(
    ("who", "place"), [("petra", "maker"), ("mio", "shop"), ("hanna", "branch"), ("stranger", "elsewhere")]
)
def test_its_own_people_read_the_word_on_many_pages(planted, who, place):
    """The control: whoever looks like this does find the word where it may be read."""
    client, pages = sign_in(planted.people[who]), set()
    for name, url in addresses(planted, place):
        pages |= {name} if word(place) in everything_said(opened(client, name, url)) else set()

    assert len(pages) > 40
    files = {"activity_csv", "activity_jsonl", "people_csv", "receipts_csv", "organizations_csv"}
    assert {f"portal:{name}" for name in files} <= pages


@pytest.fixture
def queued(monkeypatch) -> list[dict[str, Any]]:
    """The arguments of every task that was rung for."""
    rung: list[dict[str, Any]] = []
    monkeypatch.setattr(Task, "apply_async", lambda task, args, kwargs, **options: rung.append(kwargs))
    monkeypatch.setattr("fiscal.tasks.doorbell", Doorbell())
    return rung


def test_mails_carry_no_word_of_another_tenant(planted):
    """Reports, notices and invitations, to people of each tenant."""
    now, told = timezone.now(), {planted.people[who].email: who for who in HOME if who not in {"viewer", "nobody"}}
    for who in told.values():
        here, person = planted.organizations[HOME[who]], planted.people[who]
        reach = access_organization(person, here.public_id, scope=Scope.TRANSACTIONS)
        subscribe(reach, rhythm=ReportRhythm.DAILY, hour=5, time_zone="Europe/Vienna", with_csv=True)
        route_topic(person, reach=reach, topic=Topic.KEYS, covers=Covers.BELOW, channel=Channel.AT_ONCE)
    PERIODIC["tell"][1](now)  # whoever is new is told what happens from now on
    for place, organization in planted.organizations.items():
        record(
            system_reach(organization, reason=word(place)), Verb.KEY_ISSUED, organization, after={"name": word(place)}
        )
    for hours in (0, 25):
        for job in ("tell", "send_notices", "send_reports", "send_invitations"):
            PERIODIC[job][1](now + timedelta(hours=hours))

    said = {(message.to[0], everything_in(message)) for message in mail.outbox}
    assert {who for who in told if any(to == who for to, _text in said)} == {*told}
    assert [
        (to, found_in(text, NOTHING_OF[told[to]]))
        for to, text in said
        if to in told and found_in(text, NOTHING_OF[told[to]])
    ] == []
    for email, who in told.items():
        assert any(to == email and word(HOME[who]) in text for to, text in said), who


def everything_in(message: Any) -> str:
    """Subject, headers and all parts of a mail, decoded."""
    parts = [part.get_payload(decode=True) or b"" for part in message.message().walk()]
    return f"{message.subject} {message.extra_headers} " + b" ".join(parts).decode(errors="replace")


def test_what_is_put_into_the_queue_are_numbers(planted, queued, django_capture_on_commit_callbacks):
    """Arguments of tasks lie in the broker, where no tenant has a wall: no name may be among them."""
    reach = access_organization(planted.people["petra"], planted.organizations["maker"].public_id, scope=None)
    with django_capture_on_commit_callbacks(execute=True):
        issue_key(reach, name="zqmaker-till", mode=Mode.TEST)
    with django_capture_on_commit_callbacks(execute=True):
        invite([offer(planted.people["petra"], planted.organizations["maker"])], email="zqmaker@neu.example")
        ring_post()

    assert len(queued) >= 2
    assert all(isinstance(value, int) for arguments in queued for value in arguments.values())


def test_every_column_of_a_tenant_holds_its_word_or_says_why_not():
    """A column that comes later is planted by itself; one that is excused must exist."""
    columns = {field.name for model, _path in owned() for field in model._meta.concrete_fields}

    assert sorted(KEPT - columns - {"password", "language", "mac", "salt", "key_id", "ip_address", "request_id"}) == []
    assert sum(len(words_of(model)) for model, _path in owned()) > 50
