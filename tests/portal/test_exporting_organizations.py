"""The file of organizations is streamed: what breaks on the way is never offered as a whole."""

from __future__ import annotations

import pytest
from django.test import Client

from fiscal.queries import organizations as queries

FILE = "/organizations.csv"


@pytest.fixture
def petra(cast) -> Client:
    client = Client()
    client.force_login(cast.petra)
    return client


def test_a_file_broken_off_half_way_cannot_be_taken_for_a_whole_one(petra, monkeypatch):
    """F12: no length is promised, so the server ends a broken stream without its last chunk, and the browser says so."""
    whole = petra.get(FILE).getvalue()
    monkeypatch.setattr(queries, "CHUNK", 1)
    answer = petra.get(FILE)
    lines = iter(answer.streaming_content)
    begun = b"".join(next(lines) for _ in range(2))
    monkeypatch.setattr(queries, "rows_of", _killed)

    with pytest.raises(SystemExit):
        b"".join(lines)

    assert "Content-Length" not in answer
    assert whole.startswith(begun)
    assert len(begun) < len(whole)


def test_the_next_try_gives_the_whole_file(petra, cast):
    first, again = petra.get(FILE).getvalue().decode(), petra.get(FILE).getvalue().decode()

    assert first == again
    for organization in (cast.maker, cast.shop, cast.sibling):
        assert str(organization.public_id) in again
    assert str(cast.branch.public_id) not in again


def _killed(*_arguments: object) -> None:
    raise SystemExit(137)
