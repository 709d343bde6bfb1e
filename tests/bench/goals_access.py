"""What deciding about access costs a page, and the preview of a grant, with 10,000 managed organizations."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from uuid import uuid4

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from fiscal.queries.exposure import exposure
from organizations.access import access_organization, reachable, roads
from organizations.choices import Covers, Level, Preset, Scope
from organizations.models import Grant, NamedGroup, NamedGroupMember, Organization, Role, User
from tests.bench.branches import holding
from tests.bench.goal import Line, milliseconds

MANY, PREVIEW, DECISION = 10_000, 300, 5
TRIES = 200


@dataclass
class Crowd:
    """An owner of a holding with 10,000 branches, and one who reaches half of them through a named group."""

    owner: User
    clerk: User
    head: Organization
    group: NamedGroup
    branch: Organization


def access_decisions() -> Iterator[Line]:
    """One decision, and what the list asks before its own rows: for all below one grant, and for 5,000 one by one."""
    crowd = _crowd()
    for name, person in (("", crowd.owner), ("_in_a_group", crowd.clerk)):
        decide = _decide(person, crowd.branch)
        # The organization itself would be read by any page.
        yield Line(f"access_decision{name}", _median(decide) - _median(_read(crowd.branch)), "ms", DECISION, "<=1")
        yield Line(f"access_decision{name}_queries", _queries(decide) - 1, "queries", 2, "<=1")
    yield Line("access_roads", _median(lambda: roads(crowd.owner)), "ms", DECISION, "<=1")
    yield Line("access_roads_queries", _queries(lambda: roads(crowd.owner)), "queries", 2, "<=1")
    everything = _median(lambda: list(Organization.objects.order_by("pk").values_list("pk", flat=True)))
    reached = _median(
        lambda: list(reachable(crowd.clerk, Scope.ORGANIZATIONS).order_by("pk").values_list("pk", flat=True))
    )
    yield Line("access_condition_in_sql", reached - everything / 2, "ms", 5 * DECISION, "<=1")


def absence_timing() -> Iterator[Line]:
    """Whether the time of an answer tells what exists: another tenant's organization against an id of nothing, in turns."""
    crowd = _crowd()
    client = Client(SERVER_NAME="localhost")
    client.force_login(User.objects.create_user("stranger@bench.example", "an invented password"))
    times: dict[bool, list[float]] = {True: [], False: []}
    assert client.get(reverse("portal:organizations")).status_code == 200, "who asks is signed in"
    for number in range(2 * TRIES):
        exists = bool(number % 2)
        address = reverse("portal:organization", args=[crowd.branch.public_id if exists else uuid4()])
        times[exists].append(milliseconds(lambda address=address: client.get(address)))
    theirs, nothing = statistics.median(times[True]), statistics.median(times[False])
    yield Line("absence_timing", abs(theirs - nothing), "ms", max(theirs, nothing), "<=0.05")


def exposure_preview() -> Iterator[Line]:
    """What a grant would show: everything below, and half of it by a named group."""
    crowd = _crowd()
    reach = access_organization(crowd.owner, crowd.head.public_id, scope=Scope.USERS, level=Level.MANAGE)
    role = Role.objects.get(preset=Preset.AUDITOR).public_id
    below = _median(lambda: exposure(reach, user=crowd.clerk.public_id, role=role, reaches=Covers.BELOW))
    yield Line("exposure_preview", below, "ms", PREVIEW, "<=1")
    group = crowd.group.public_id
    in_group = _median(lambda: exposure(reach, role=role, reaches=Covers.GROUP, group=group))
    yield Line("exposure_preview_of_a_group", in_group, "ms", PREVIEW, "<=1")


def _crowd() -> Crowd:
    owner, head = holding(MANY)
    clerk = User.objects.create_user("clerk@holding.example", "an invented password")
    group = NamedGroup.objects.create(organization=head, name="Half")
    branches = list(Organization.objects.filter(parent=head).order_by("pk"))
    NamedGroupMember.objects.bulk_create(
        NamedGroupMember(group=group, organization=branch) for branch in branches[: MANY // 2]
    )
    viewer = Role.objects.get(preset=Preset.VIEWER)
    Grant.objects.create(user=clerk, organization=head, role=viewer, covers=Covers.GROUP, group=group)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return Crowd(owner, clerk, head, group, branches[0])


def _decide(person: User, branch: Organization) -> Callable[[], object]:
    return lambda: access_organization(person, branch.public_id, scope=Scope.ORGANIZATIONS)


def _read(branch: Organization) -> Callable[[], object]:
    return lambda: Organization.objects.select_related("parent").get(public_id=branch.public_id)


def _median(work: Callable[[], object], rounds: int = 15) -> float:
    work()
    return statistics.median(milliseconds(work) for _ in range(rounds))


def _queries(work: Callable[[], object]) -> int:
    with CaptureQueriesContext(connection) as caught:
        work()
    return len(caught)
