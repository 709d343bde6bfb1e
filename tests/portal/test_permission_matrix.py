"""Who is refused where, as one large matrix: person × URL × organization × method × page or fragment.

`test_doors.py` compares what the refused are shown, page by page. Here only the status counts, so pages are not drawn,
and the matrix can be large. It is generated: its size is asserted, so that it cannot shrink unseen.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import pytest

from organizations.choices import Scope
from tests.portal.doors_world import SCOPED, Address, World, fingerprint, sign_in
from tests.portal.doors_world import world as world  # noqa: PLC0414 - a fixture

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
UNKNOWN = ("PUT", "PATCH", "DELETE")
"""No view answers these, whoever asks."""
FRAGMENT = {"HX-Request": "true"}
NAMED = ("petra", "viewer", "hanna", "wanda", "mio", "stranger", "nobody", "former")
GRANTED = tuple(f"{scope}-{level}".lower() for scope in Scope for level in ("VIEW", "MANAGE"))
LEAST = 25_000
ALLOWED = {"absent": {404, 405}, "forbidden": {403, 405}, "in": {405}, "out": {302, 405}}


class Cell(NamedTuple):
    """One question: may `address` of the organization at `place` be asked for like this?"""

    address: Address
    place: str
    method: str
    headers: dict[str, str]
    expected: str


def cells(world: World, who: str) -> Iterator[Cell]:
    """Everything the person is refused, and what nobody is answered.

    Who holds one right is asked at home alone; the others at every second organization, in turn: each pair of person and
    organization meets half of the URLs with all methods, and all URLs in `test_doors.py`.
    """
    methods, places = (METHODS, [*world.organizations]) if who in NAMED else (("GET", "POST"), ["maker"])
    for turn, address in enumerate(SCOPED):
        for place in places[turn % 2 :: 2] if who in NAMED else places:
            expected = "out" if who == "former" else world.expects(who, address, place)
            for method in UNKNOWN if expected == "in" else methods:
                for headers in ({}, FRAGMENT) if method in {"GET", "POST"} else ({},):
                    yield Cell(address, place, method, headers, expected)


@pytest.fixture
def _undrawn(monkeypatch) -> None:
    """Pages are not drawn: what decides comes before."""
    monkeypatch.setattr("django.template.backends.django.Template.render", lambda self, context=None, request=None: "")


def test_the_matrix_does_not_shrink(world):
    assert sum(1 for who in (*NAMED, *GRANTED) for _cell in cells(world, who)) >= LEAST
    assert {*NAMED, *GRANTED} == {*world.people}


@pytest.mark.usefixtures("_undrawn")
@pytest.mark.parametrize("people", [*[(who,) for who in NAMED], GRANTED[::2], GRANTED[1::2]], ids=" ".join)
def test_each_cell_of_the_matrix_refuses(world, people):
    before, failures = fingerprint(), []
    for who in people:
        client = sign_in(world.people[who])
        for cell in cells(world, who):
            answer = client.generic(cell.method, world.url(cell.address, cell.place), headers=cell.headers)
            if answer.status_code not in ALLOWED[cell.expected]:
                failures.append((who, cell.method, cell.address.name, cell.place, cell.expected, answer.status_code))

    assert failures == []
    assert fingerprint() == before
