"""The real code with one fault, at every call of every scenario."""

import pytest

from tests.faults.jobs.conftest import THOROUGH
from tests.faults.jobs.network import Fault
from tests.faults.jobs.playing import Schedule, find, play, with_each
from tests.faults.jobs.scenarios import SCENARIOS

# Others differ little from these: a crash before a call is one after the last call, a lost answer
# is botocore's to repeat. Without FAULT_SCHEDULES they are tried at every sixth call.
GRAVE = {Fault.CRASH_AFTER, Fault.LOST_FOR_GOOD, Fault.DOWN, Fault.FREEZE_BEFORE, Fault.LATE}
_SIXTH = 6


@pytest.mark.parametrize("name", SCENARIOS)
def test_each_story_ends_as_it_should_when_nothing_breaks(world, name):
    """Without faults each job has its one end, and every invariant holds."""
    played = play(world, Schedule(name))
    assert not played.violations, str(played)


@pytest.mark.parametrize("fault", Fault, ids=lambda fault: fault.name.lower())
@pytest.mark.parametrize("name", SCENARIOS)
def test_one_fault_at_any_call_breaks_nothing(world, name, fault):
    """Whatever becomes of whichever call, all invariants hold in the end."""
    every = 1 if THOROUGH or fault in GRAVE else _SIXTH
    found = find(world, with_each(world, name, fault, every))
    assert found is None, str(found)
