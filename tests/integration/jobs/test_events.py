"""Events, and jobs that follow one another."""

import pytest

from handler.jobs import enqueue, transaction
from handler.jobs.entries import child_id
from handler.jobs.models import JobRow
from tests.integration.jobs.conftest import all_jobs, set_row, state
from tests.sample_jobs import (
    Happened,
    Noticed,
    Plain,
    Refusing,
    Tally,
    Unhandled,
    Unheard,
    effects,
    tally,
)


def test_an_event_that_nobody_wants_to_know_is_over(time, jobs):
    """It succeeds, and nothing follows."""
    handle = enqueue(Unheard())
    jobs.deliver()
    assert (state(handle), len(all_jobs())) == ("succeeded", 1)


def test_an_event_that_one_wants_to_know(time, jobs):
    """Has one handler's job."""
    handle = enqueue(Noticed(key="n"))
    jobs.deliver()
    assert (state(handle), effects("n")) == ("succeeded", 1)
    assert sorted(one.name for one in all_jobs()) == ["tests.noticed", "tests.only_listener"]


def test_an_event_that_two_want_to_know(time, jobs):
    """Each has a job of its own, tried again by itself."""
    handle = enqueue(Happened(key="e"))
    jobs.deliver()
    assert (state(handle), effects("e first"), effects("e second")) == ("succeeded", 1, 1)


def test_an_event_is_part_of_what_happened(time, jobs):
    """It is told when that is committed, and else not."""

    def happen(amount):
        with transaction() as writes:
            tally(writes, "cause")
            writes.enqueue(Noticed(key="n"))
            return 1 / amount

    with pytest.raises(ZeroDivisionError):
        happen(0)
    happen(1)
    jobs.deliver()
    assert (effects("cause"), effects("n")) == (1, 1)


def test_a_chain_keeps_its_owner(time, jobs):
    """All of it is the same account's."""
    enqueue(Plain(), owner="ann", then=[Plain(), Plain()])
    jobs.deliver()
    assert [(one.owner, one.state) for one in all_jobs()] == [("ann", "succeeded")] * 3


def test_a_chain_stops_where_a_job_dies(time, jobs):
    """What would follow is not enqueued."""
    enqueue(Plain(), then=[Refusing(word="give up"), Tally(key="never")])
    jobs.deliver()
    assert (sorted(one.state for one in all_jobs()), effects("never")) == (
        ["dead", "succeeded"],
        0,
    )


def test_a_chain_goes_on_when_a_dead_job_is_redriven(time, jobs, admin):
    """Its rest is not forgotten."""
    first = enqueue(Unhandled(), then=[Tally(key="after")])
    jobs.deliver()
    admin.post(f"/admin/jobs/{first.id}/redrive")
    set_row(first, name={"S": "tests.plain"})
    jobs.deliver()
    assert (state(first), effects("after")) == ("succeeded", 1)


def test_the_next_of_a_chain_is_found_by_its_id(time, jobs):
    """It follows from the one before."""
    handle = enqueue(Plain(), then=[Plain(key="next")])
    jobs.deliver()
    assert JobRow.find(child_id(handle.id, "then")).state == "succeeded"
