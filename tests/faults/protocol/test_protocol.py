"""The durable-job protocol, played in random schedules with faults; the mutants test the tests.

`FAULT_SCHEDULES` sets how many schedules each scenario is played in. Seeds count from 0, so that a
failure names the schedule, and `find` plays it again.
"""

import os
from collections import Counter

import pytest

from tests.faults.protocol.explorer import CALM, FEW, MANY, Schedule, find
from tests.faults.protocol.mutants import MUTANTS, RARE
from tests.faults.protocol.scenarios import SCENARIOS

SCHEDULES = int(os.environ.get("FAULT_SCHEDULES", "60"))
SEARCHED = max(SCHEDULES, RARE)  # schedules in which a mutant has to show itself

each_scenario = pytest.mark.parametrize("name", SCENARIOS)


@each_scenario
@pytest.mark.parametrize("budget", [FEW, MANY], ids=["few faults", "many faults"])
def test_nothing_is_lost_or_doubled_whatever_breaks(name, budget):
    """All invariants hold after each schedule."""
    found = find(name, range(SCHEDULES), budget)
    assert found is None, str(found)


@each_scenario
def test_each_job_ends_as_it_should_when_nothing_breaks(name):
    """Without faults, doubles and frozen workers, each story has its one end."""
    for seed in range(10):
        schedule = Schedule(SCENARIOS[name], seed, CALM)
        assert schedule.violation() is None, schedule.told()
        states = {job: row.state for job, row in schedule.world.rows.items()}
        assert SCENARIOS[name].ends.items() <= states.items(), schedule.told()
        assert len(schedule.world.answers) == len(SCENARIOS[name].jobs), schedule.told()


@pytest.mark.parametrize("mutant", MUTANTS)
def test_a_mistake_in_the_protocol_is_found(mutant):
    """Each mutant breaks an invariant in one of its scenarios."""
    mistaken, names = MUTANTS[mutant]
    found = next(filter(None, (find(name, range(SEARCHED), FEW, mistaken) for name in names)), None)
    assert found, f"{mutant} survives {SEARCHED} schedules of {names}"


def test_every_request_is_carried_out_and_every_condition_refuses():
    """No part of the protocol goes unplayed."""
    played: Counter[str] = Counter()
    for scenario in SCENARIOS.values():
        for seed in range(30):
            schedule = Schedule(scenario, seed, MANY)
            schedule.violation()
            played.update(schedule.carried_out)
    free = {"acknowledge", "send", "charge", "look", "read_mark"}
    refused = {name.removesuffix(" refused") for name in played if name.endswith(" refused")}
    carried_out = {name for name in played if not name.endswith(" refused")}
    conditional = {
        *("cancel", "cancel_overdue", "claim", "die", "die_overdue", "enqueue", "give_up"),
        *("move_mark", "occur", "push", "redrive", "release", "retry", "set_flag", "spawn"),
        *("succeed", "take_over", "write_beside"),
    }
    assert carried_out == free | conditional
    assert refused >= conditional - {"give_up"}


def test_a_schedule_can_be_played_again():
    """The seed decides everything."""
    first, second = (Schedule(SCENARIOS["chunks"], 7, MANY) for _ in range(2))
    first.violation()
    second.violation()
    assert first.told() == second.told()
