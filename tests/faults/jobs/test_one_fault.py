"""The real code with one fault, at every call of every scenario."""

import pytest

from tests.faults.jobs.conftest import THOROUGH
from tests.faults.jobs.network import GRAVE, Fault
from tests.faults.jobs.playing import Schedule, find, play, with_each
from tests.faults.jobs.scenarios import SCENARIOS

_SOME = 10  # of how many calls one has a fault that is not grave, without FAULT_SCHEDULES


@pytest.fixture(scope="module")
def calls(world):
    """The calls of each scenario when nothing breaks."""
    return {name: play(world, Schedule(name)).calls for name in SCENARIOS}


@pytest.mark.parametrize("name", SCENARIOS)
def test_each_story_ends_as_it_should_when_nothing_breaks(world, name):
    """Without faults each job has its one end, and every invariant holds."""
    played = play(world, Schedule(name))
    assert not played.violations, str(played)


@pytest.mark.parametrize("fault", Fault, ids=lambda fault: fault.name.lower())
@pytest.mark.parametrize("name", SCENARIOS)
def test_one_fault_at_any_call_breaks_nothing(world, calls, name, fault):
    """Whatever becomes of whichever call, all invariants hold in the end."""
    every = 1 if THOROUGH or fault in GRAVE else _SOME
    found = find(world, with_each(calls[name], name, fault, every))
    assert found is None, str(found)
