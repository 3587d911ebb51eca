"""Imports and exports with one fault, at every call that they make (threats K12)."""

from collections.abc import Iterator

import pytest

from tests.faults.items.transfers.stories import STORIES, play
from tests.faults.jobs.conftest import THOROUGH
from tests.faults.jobs.network import GRAVE, Fault
from tests.faults.jobs.world import World

_SOME = 10  # of how many calls one has a fault that is not grave, without FAULT_SCHEDULES
_FAULTS = [fault for fault in Fault if fault is not Fault.DENIED]  # which ends a job, as it should


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    """All functions in one process."""
    with World().open() as made:
        yield made


@pytest.mark.parametrize("name", STORIES)
def test_a_transfer_ends_as_it_should_when_nothing_breaks(world, name):
    """Each row once, and a right report."""
    wrongs, _ = play(world, STORIES[name], None, -1)
    assert wrongs == []


@pytest.mark.parametrize("fault", _FAULTS, ids=lambda fault: fault.name.lower())
@pytest.mark.parametrize("name", STORIES)
def test_one_fault_at_any_call_costs_no_row_and_doubles_none(world, name, fault):
    """Whatever becomes of whichever call, the end is as if nothing had broken."""
    _, calls = play(world, STORIES[name], None, -1)
    every = 1 if THOROUGH or fault in GRAVE else _SOME
    for sent in [sent for sent in calls[::every] if sent.concerns(fault)]:
        wrongs, _ = play(world, STORIES[name], fault, sent.number)
        assert wrongs == [], f"{fault.name} at {sent}"
