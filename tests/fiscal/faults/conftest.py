"""The world of the fault tests: time stands still, everybody is in step, and then something breaks."""

from __future__ import annotations

import pytest

from tests.fiscal.faults.world import World


@pytest.fixture
def world(clock, cast, sandbox) -> World:
    world = World(cast, sandbox, 0)
    world.forget()
    return world
