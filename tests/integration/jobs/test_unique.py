"""Unique jobs: one open job of a key, whose lock every end gives free."""

import pytest

from handler.jobs import enqueue, transaction
from infra.local.pump import Crash
from tests.client import at_once
from tests.integration.jobs.conftest import all_jobs, locks, row, set_row, state
from tests.sample_jobs import HOOKS, Plain, Refusing, Tally, Whole, effects, tally


def test_a_second_job_of_a_key_is_the_first(time, jobs):
    """The handle names the open one, and says so; nothing else is made."""
    first = enqueue(Tally(key="a"), unique="k", delay=60)
    second = enqueue(Tally(key="b"), unique="k")
    assert (second.id, second.existing, len(all_jobs())) == (first.id, True, 1)


def test_the_write_beside_it_is_committed_all_the_same(time, jobs):
    """Business goes on, and the handle names the open job after the block."""
    first = enqueue(Tally(key="a"), unique="k")
    with transaction() as writes:
        tally(writes, "business")
        second = writes.enqueue(Tally(key="b"), unique="k")
        other = writes.enqueue(Tally(key="c"))
    jobs.deliver()
    assert (second.id, second.existing, other.existing) == (first.id, True, False)
    assert [effects(key) for key in ("business", "a", "b", "c")] == [1, 1, 0, 1]


def test_keys_are_those_of_a_name(time, jobs):
    """Other names and other keys are other jobs."""
    enqueue(Plain(), unique="k")
    enqueue(Plain(), unique="l")
    enqueue(Tally(key="a"), unique="k")
    assert (len(all_jobs()), len(locks())) == (3, 3)


def test_of_many_at_once_there_is_one(time, jobs):
    """All get its handle."""
    handles = at_once([lambda: enqueue(Plain(), unique="k")] * 4)
    assert len({handle.id for handle in handles}) == 1
    assert sorted(handle.existing for handle in handles) == [False, True, True, True]
    assert len(all_jobs()) == 1


ENDS = {
    "success": Plain(),
    "success with effects": Tally(key="a"),
    "giving up": Refusing(word="give up"),
    "a joined family": Whole(key="w", parts=2),
}


@pytest.mark.parametrize("job", ENDS.values(), ids=ENDS.keys())
def test_an_end_gives_the_key_free(time, jobs, job):
    """In the same transaction."""
    handle = enqueue(job, unique="k")
    jobs.drain(lambda: state(handle) in ("succeeded", "dead"), limit_seconds=100)
    assert locks() == []
    assert enqueue(job, unique="k").id != handle.id


def test_a_cancel_gives_the_key_free(time, ann):
    """At once."""
    handle = enqueue(Plain(), unique="k", owner="ann", delay=60)
    ann.post(f"{handle.url}/cancel")
    assert locks() == []


def test_a_cancel_of_a_running_job_gives_the_key_free(time, jobs, ann):
    """When it stops."""
    handle = enqueue(Tally(key="a"), unique="k", owner="ann")

    def hook(run):
        ann.post(f"{handle.url}/cancel")
        assert len(locks()) == 1
        time.pass_(seconds=1)
        run.checkpoint()

    HOOKS["a"] = hook
    jobs.deliver()
    assert (state(handle), locks()) == ("cancelled", [])


def test_a_job_that_kills_its_process_gives_the_key_free(time, jobs):
    """When it is given up."""
    handle = enqueue(Tally(key="a"), unique="k")

    def die(_):
        raise Crash

    HOOKS["a"] = die
    jobs.drain(lambda: state(handle) == "dead", limit_seconds=600)
    assert locks() == []


def test_a_job_that_nobody_knows_gives_the_key_free(time, jobs, forgotten):
    """When it is given up."""
    handle = enqueue(Plain(), unique="k")
    forgotten("tests.plain")
    time.pass_(seconds=3700)
    jobs.pass_(seconds=61)
    assert (state(handle), locks()) == ("dead", [])


def test_a_retry_keeps_the_key(time, jobs):
    """The job is open as long as it is tried."""
    handle = enqueue(Tally(key="a", failures=1), unique="k")
    jobs.deliver()
    assert enqueue(Tally(key="b"), unique="k").id == handle.id


def test_a_lock_of_another_is_left(time, jobs):
    """An end deletes its own alone."""
    handle = enqueue(Plain(), unique="k")
    (lock,) = locks()
    set_row(handle, lock={"S": "unique#none"})
    jobs.deliver()
    assert [one.id for one in locks()] == [lock.id]
    assert row(handle).state == "succeeded"
