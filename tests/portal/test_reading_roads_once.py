"""A page that is read asks once where the person's roads start, and nothing outlives its request."""

from __future__ import annotations

from uuid import uuid4

from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from organizations.access import reachable, reading_once
from organizations.models import Grant
from portal.middleware import PageMiddleware


def readings(queries: CaptureQueriesContext) -> int:
    """How often somebody's grants were read for their roads: the only question about rights that is bounded."""
    return sum('JOIN "organizations_right"' in query["sql"] and "LIMIT" in query["sql"] for query in queries)


def test_a_page_asks_once_however_many_lists_it_shows(cast):
    client = Client()
    client.force_login(cast.petra)
    for address in ("/", "/organizations/", "/connections/", "/registers/", "/activity/", "/people/"):
        with CaptureQueriesContext(connection) as queries:
            assert client.get(address).status_code == 200

        assert readings(queries) == 1, address


def test_what_was_withdrawn_is_gone_with_the_next_request(cast):
    client = Client()
    client.force_login(cast.mio)
    assert str(cast.shop) in client.get("/organizations/").content.decode()

    Grant.objects.filter(user=cast.mio).delete()

    assert str(cast.shop) not in client.get("/organizations/").content.decode()


def test_outside_of_a_page_every_question_reads_anew(cast):
    with reading_once():
        assert reachable(cast.mio).exists()
        Grant.objects.filter(user=cast.mio).delete()
        assert reachable(cast.mio).exists(), "one request sees one state"

    assert not reachable(cast.mio).exists()


def test_the_answer_to_a_write_knows_what_was_withdrawn_by_it(cast, rf):
    """A write may change where the writer's own roads lead, and its answer has to say so."""

    def view(request):
        assert reachable(cast.mio).exists()
        Grant.objects.filter(user=cast.mio).delete()
        assert not reachable(cast.mio).exists()
        return HttpResponse()

    PageMiddleware(view)(rf.post("/"))


def test_what_is_not_there_is_asked_about_like_what_is_out_of_reach(cast):
    client = Client()
    client.force_login(cast.stranger)
    asked = []
    for public_id in (cast.shop.public_id, uuid4()):
        with CaptureQueriesContext(connection) as queries:
            assert client.get(reverse("portal:organization", args=[public_id])).status_code == 404
        asked.append(len(queries))

    assert asked[0] == asked[1]
