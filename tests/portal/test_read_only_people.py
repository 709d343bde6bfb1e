"""People who may look at everything and change nothing, change nothing: by any method, on any address, with any body."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator

import pytest
from django.apps import apps
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fiscal.models import Connection
from fiscal.models.budget import Budgeted
from organizations.choices import Covers, Level, Preset, Scope, Verb
from organizations.models import AuditEntry, Grant, Role
from tests.cast import person
from tests.portal.doors_world import SCOPED, World, sign_in
from tests.portal.doors_world import _plain_shell as _plain_shell  # noqa: PLC0414 - a fixture
from tests.portal.doors_world import world as world  # noqa: PLC0414 - a fixture
from tests.portal.forms import all_fields
from tests.portal.test_doors import EVERYWHERE, METHODS

pytestmark = pytest.mark.once

OWN = {"draft", "turnoverreport", "reportsending", "auditchain", "subscription", "noticesettings", "snooze"}
"""What everybody may keep for themselves: unfinished wizards, and mails of what they see anyway."""
LOOKING = {
    Verb.CHAIN_EXPORTED,
    Verb.RECORD_EXPORTED,
    Verb.PROOF_REFUSED,
    Verb.REPORT_SUBSCRIBED,
    Verb.REPORT_CHANGED,
    Verb.REPORT_ENDED,
}
"""What looking leaves on record."""
PROVIDER_SAID = {
    "status", "status_since", "status_reason", "human_action", "due_at", "tries", "error_text",
}  # fmt: skip
"""Of a connection: where it stands with the provider. What people entered is compared."""
TABLES = [
    model
    for app in ("organizations", "billing", "fiscal")
    for model in apps.get_app_config(app).get_models()
    if model._meta.model_name not in {*OWN, "auditentry", "user", "providerstate"}
]


def everything() -> dict[str, list[str]]:
    """All rows of all tables, and what was done."""
    found = {model.__name__: sorted(map(repr, model.objects.values_list(*_columns(model)))) for model in TABLES}
    acts = AuditEntry.objects.exclude(verb__in=LOOKING).values_list("verb", "organization_id", "subject_id")
    return found | {"AuditEntry": sorted(map(repr, acts))}


def _columns(model: type) -> list[str]:
    """Without how often a provider was asked, and what it said: a document is fetched there when somebody looks at it."""
    asked = {*PROVIDER_SAID, *(field.name for field in Budgeted._meta.fields)} if model is Connection else set()
    return [field.attname for field in model._meta.concrete_fields if field.name not in asked]


@pytest.fixture
def readers(world: World) -> dict[str, Client]:
    """A viewer and an auditor of everything that Petra's organization reaches, and one whose role is spelled out."""
    found = {}
    for preset in (Preset.VIEWER, Preset.AUDITOR):
        user = person(f"only-{preset}@kassenwerk.example".lower(), preset)
        Grant.objects.create(
            user=user, organization=world.cast.maker, role=Role.objects.get(preset=preset), covers=Covers.BELOW
        )
        found[preset] = sign_in(user)
    return found


def bodies(world: World, *places: str) -> Iterator[tuple[str, dict[str, str]]]:
    """Each address, at one of these places in turn, with what the owner's own form there would send."""
    owner = sign_in(world.cast.petra)
    for address, place in zip(SCOPED, itertools.cycle(places), strict=False):
        url = world.url(address, place)
        page = owner.get(url)
        html = page.content.decode(errors="replace") if "text/html" in page.get("Content-Type", "") else ""
        yield url, all_fields(html)


@pytest.mark.usefixtures("_plain_shell")
@pytest.mark.parametrize("places", [("maker", "shop"), ("shop", "maker")] if EVERYWHERE else [("maker", "shop")])
def test_who_may_only_look_changes_nothing_by_any_method(world, readers, places):
    forms = list(bodies(world, *places))
    before, answers = everything(), set()
    for client in readers.values():
        for url, body in forms:
            for method in METHODS:
                answer = client.post(url, body) if method == "POST" else client.generic(method, url)
                answers.add((method, answer.status_code // 100))
            client.post(url, body, headers={"HX-Request": "true"})

    assert everything() == before
    assert ("POST", 5) not in answers
    assert ("GET", 2) in answers, "they do look"


@pytest.mark.usefixtures("_plain_shell")
def test_nor_with_bodies_that_nobody_would_think_of(world, readers):
    forms = list(bodies(world, "maker"))
    names = sorted({name for _url, body in forms for name in body})
    values = st.one_of(
        st.text(st.characters(exclude_categories=["Cs"]), max_size=40),
        st.sampled_from([value for _url, body in forms for value in body.values()]),
        st.sampled_from(["", "on", "1", "-1", "yes", "MANAGE", "OWNER", "null", "\x00"]),
    )
    before = everything()

    @settings(max_examples=60, deadline=None, database=None, suppress_health_check=[*HealthCheck])
    @given(
        st.sampled_from(forms),
        st.sampled_from([*readers.values()]),
        st.sampled_from(["POST", "PUT", "PATCH", "DELETE"]),
        st.dictionaries(st.sampled_from(names), values, max_size=6),
    )
    def send(form, client, method, made):
        url, body = form
        if method == "POST":
            answer = client.post(url, body | made)
        else:
            answer = client.generic(method, url, repr(made), content_type="application/x-www-form-urlencoded")
        assert answer.status_code < 500

    send()
    assert everything() == before


def test_the_walk_asks_of_every_address_that_changes_something():
    """An address that takes `manage` is among those walked: the walk covers what it is meant to cover."""
    managing = [address for address in SCOPED if address.level == Level.MANAGE]

    assert len(managing) > 25
    assert {address.scope for address in managing} >= {Scope.USERS, Scope.BILLING, Scope.ORGANIZATIONS, Scope.CLIENTS}
    assert all(re.fullmatch(r"portal:\w+", address.name) for address in managing)
