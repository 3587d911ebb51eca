"""The real code with several faults at once, and deliveries as no queue has them.

`FAULT_SCHEDULES` sets how many schedules are played. A failure names its scenario and seed:
`drawn(scenario, [seed], calls)` makes that schedule again.
"""

import pytest

from tests.faults.jobs.conftest import SCHEDULES
from tests.faults.jobs.playing import Schedule, drawn, find, play
from tests.faults.jobs.scenarios import SCENARIOS

_EACH = max(1, SCHEDULES // 30)


@pytest.mark.parametrize("name", SCENARIOS)
def test_several_faults_break_nothing(world, name):
    """All invariants hold after each schedule."""
    calls = len(play(world, Schedule(name)).calls)
    found = find(world, drawn(name, range(_EACH), calls))
    assert found is None, str(found)


def test_a_schedule_can_be_played_again(world):
    """The seed decides everything."""
    (schedule,) = drawn("chunks", [11], 30)
    first, second = (play(world, schedule) for _ in range(2))
    assert [str(call) for call in first.calls] == [str(call) for call in second.calls]
