"""All pages or an error: a list that moves, stops short or goes in circles is never taken for complete."""

from __future__ import annotations

import time
from urllib.parse import parse_qs, urlsplit

import pytest

from fiscal.providers.errors import Garbled, Unreachable
from fiscal.providers.management import Management
from fiscal.providers.tokens import MemoryKeeper, Token, Tokens

PARENT = "0b9b6f3e-54a9-4d8a-9d7e-0d1a52d3c111"


@pytest.fixture
def management(door) -> Management:
    keeper = MemoryKeeper()
    keeper.store(Token("access-one", "", time.time() + 9_000, 0, "TEST", PARENT))
    return Management(door, Tokens(door, "k", "s", keeper), page_size=4)


def organizations(many: int) -> list[dict]:
    return [
        {"_id": f"{n:08d}-54a9-4d8a-9d7e-0d1a52d3c222", "_type": "ORGANIZATION", "_envs": [], "name": f"No {n}"}
        for n in range(many)
    ]


def serving(server, rows, *, count="page", cap=10**6, before_page=None):
    """Serve `rows` page by page; `before_page(number)` may change them."""
    pages = []

    def script(connection, request):
        query = {name: values[0] for name, values in parse_qs(urlsplit(request.target).query).items()}
        pages.append(query)
        if before_page:
            before_page(len(pages))
        start, limit = int(query["offset"]), min(int(query["limit"]), cap)
        data = rows[start : start + limit]
        body = {"data": data, "_type": "ORGANIZATION_LIST"}
        if count != "none":
            body["count"] = len(rows) if count == "total" else len(data)
        return server.reply(body)(connection, request)

    server.otherwise = script
    return pages


@pytest.mark.parametrize("count", ["page", "total", "none"])
@pytest.mark.parametrize("many", [0, 1, 3, 4, 5, 7, 8, 20])
def test_every_organization_is_read_whatever_count_means(server, management, count, many):
    serving(server, organizations(many), count=count)
    found = management.organizations()
    assert [item.name for item in found.items] == [f"No {n}" for n in range(many)]
    assert found.complete and found.quarantine == []


def test_a_list_that_fits_one_page_costs_one_call_ordered_and_filtered(server, management):
    pages = serving(server, organizations(2), count="total")
    management.organizations(managed_by=PARENT, type="MANAGED_ORGANIZATION", env="TEST")
    assert pages == [
        {
            "order_by": "id",
            "order": "asc",
            "managed_by_organization_id": PARENT,
            "type": "MANAGED_ORGANIZATION",
            "env": "TEST",
            "limit": "4",
            "offset": "0",
        }
    ]


def test_a_server_that_caps_the_page_below_the_limit_is_read_on_by_its_count(server, management):
    serving(server, organizations(9), count="total", cap=3)
    assert len(management.organizations().items) == 9


def test_a_deletion_between_two_pages_loses_nobody(server, management):
    rows = organizations(10)
    pages = serving(server, rows, before_page=lambda number: rows.pop(0) if number == 2 else None)
    found = management.organizations()
    assert [item.name for item in found.items] == [f"No {n}" for n in range(1, 10)]
    assert [page["offset"] for page in pages[:3]] == ["0", "3", "0"]


def test_an_arrival_between_two_pages_doubles_nobody(server, management):
    rows = organizations(10)[1:]
    serving(server, rows, before_page=lambda number: rows.insert(0, organizations(1)[0]) if number == 2 else None)
    assert [item.name for item in management.organizations().items] == [f"No {n}" for n in range(10)]


def test_a_list_that_never_holds_still_is_not_taken_for_complete(server, management):
    rows = organizations(100)
    pages = serving(server, rows, before_page=lambda number: rows.pop(0))
    with pytest.raises(Garbled):
        management.organizations()
    assert len(pages) == 6


def test_a_server_that_ignores_the_offset_does_not_keep_us_for_ever(server, management):
    server.otherwise = server.reply({"data": organizations(4), "count": 9})
    with pytest.raises(Garbled):
        management.organizations()
    assert len(server.requests) <= 6


def test_a_list_that_ends_before_its_count_is_not_taken_for_complete(server, management):
    server.queue(server.reply({"data": organizations(3), "count": 9}))
    server.otherwise = server.reply({"data": organizations(3)[2:], "count": 9})
    with pytest.raises(Garbled):
        management.organizations()


def test_a_page_that_fails_fails_the_whole_list(server, management):
    server.queue(server.reply({"data": organizations(4), "count": 9}), server.reply({}, status=500))
    with pytest.raises(Unreachable):
        management.organizations()


@pytest.mark.parametrize("body", [{}, [], {"data": None}, {"data": {}}, {"data": "x", "count": 0}])
def test_an_envelope_without_data_is_garbled(server, management, body):
    server.queue(server.reply(body))
    with pytest.raises(Garbled):
        management.organizations()


def test_a_broken_item_goes_to_quarantine_and_the_rest_is_kept(server, management):
    rows = organizations(6)
    rows[1] = {**rows[1], "name": 5}
    del rows[3]["_id"]
    rows[4] = "nonsense"
    serving(server, rows, count="total")
    found = management.organizations()
    assert [item.name for item in found.items] == ["No 0", "No 2", "No 5"]
    assert found.quarantine == [rows[1], rows[3], rows[4]]
    assert found.complete is False
