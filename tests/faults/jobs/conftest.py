"""What the tests of jobs under faults share: a world for each module, begun anew for each play."""

import os
from collections.abc import Iterator

import pytest

from tests.faults.jobs.world import World

SCHEDULES = int(os.environ.get("FAULT_SCHEDULES", "60"))
"""How much is played: of this many schedules each scenario has a thirtieth; from a thousand on
every fault is tried at every call."""
THOROUGH = SCHEDULES >= 1000


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    """All functions in one process."""
    with World().open() as made:
        yield made
