"""The world of the fault tests: time stands still, everybody is in step, and then something breaks."""

from __future__ import annotations

import pytest

from tests.fiscal.faults.world import World
from tests.fiscal.providers.conftest import make_server, self_signed

__all__ = ["make_server", "self_signed"]


@pytest.fixture
def world(clock, cast, sandbox) -> World:
    world = World(cast, sandbox, 0)
    world.forget()
    return world
